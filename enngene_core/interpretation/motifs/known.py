"""Motifs beside known ones, by Tomtom."""

import importlib.util
import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from enngene_core.errors import MotifError
from enngene_core.formats.meme import KnownMotif
from enngene_core.interpretation.motifs.motif import Match, Motif

#: Fewer known motifs than this make p values rough: their own columns are the background.
FEW_KNOWN = 25
#: Tomtom's memory grows with the cube of a motif's width.
_WIDEST = 50
_FEW = 50


def check_installed() -> None:
    """Refuse to begin what memelite is needed for.

    Raises
    ------
    MotifError
        If it is not installed.
    """
    if importlib.util.find_spec("memelite") is None:
        raise MotifError(
            "--known needs memelite, which is not installed; expected "
            "pip install 'enngene-core[motifs]', or no known motifs"
        )


def with_matches(
    motifs: Sequence[Motif],
    known: Sequence[KnownMotif],
    *,
    both_strands: bool,
    n_threads: int,
) -> list[Motif]:
    """The motifs, those of the sequence that are drawn with the known one that is most like them.

    What is compared is the motif from its first to its last informative position. The false
    discovery rate is that of all pairs (Benjamini and Hochberg, 1995).

    Parameters
    ----------
    motifs
        Any.
    known
        What they are compared with.
    both_strands
        Whether the known ones are turned to the other strand too.
    n_threads
        Cores.

    References
    ----------
    Gupta et al., Genome Biology 2007, 8:R24, on Tomtom.
    """
    from memelite import tomtom

    compared, queries = [], []
    for index, motif in enumerate(motifs):
        core = motif.core()
        if motif.branch == "sequence" and not motif.state and core.stop - core.start <= _WIDEST:
            compared.append(index)
            queries.append(motif.frequencies[core].T)
    if not compared:
        return list(motifs)
    targets = [motif.frequencies.T for motif in known]
    p, is_reverse = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few targets, which the report says itself
        for first in range(0, len(queries), _FEW):
            found = tomtom(
                queries[first : first + _FEW],
                targets,
                reverse_complement=both_strands,
                n_jobs=min(n_threads, _most_threads()),
            )
            p.append(found[0])
            is_reverse.append(found[4] > 0)
    p_values, turned = np.clip(np.concatenate(p), 0, 1), np.concatenate(is_reverse)
    q_values = stats.false_discovery_control(p_values.ravel()).reshape(p_values.shape)
    result = list(motifs)
    for row, index in enumerate(compared):
        best = int(p_values[row].argmin())
        result[index] = replace(
            motifs[index],
            match=Match(
                known[best].name,
                float(p_values[row, best]),
                float(q_values[row, best]),
                bool(turned[row, best]),
            ),
        )
    return result


def _most_threads() -> int:
    import numba

    n: int = numba.config.NUMBA_NUM_THREADS
    return n
