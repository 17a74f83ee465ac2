"""Motifs of a class from the attributions of its windows."""

from dataclasses import dataclass

import numpy as np

from enngene_core.interpretation.motifs.filters import laid_on_each_other, sites_at
from enngene_core.interpretation.motifs.modisco import Pattern, find_patterns
from enngene_core.interpretation.motifs.motif import Motif
from enngene_core.specs.branches import SEQUENCE

#: Share of the highest mean attribution, from which a position belongs to a motif.
_TRIMMED = 0.2
#: Seqlets of one strand that are a motif by themselves.
_FEWEST_OF_A_STRAND = 20
_COMPLEMENT = np.array([3, 2, 1, 0, 4], dtype=np.uint8)


@dataclass(frozen=True)
class Explained:
    """Windows of one class, and what speaks for it in them.

    Attributes
    ----------
    label : int
    codes : ndarray of uint8, shape (n_windows, width)
    hypothetical : ndarray of float32, shape (n_windows, width, 4)
    """

    label: int
    codes: np.ndarray
    hypothetical: np.ndarray


def attribution_motifs(
    explained: Explained,
    *,
    symbols: str,
    background: np.ndarray,
    both_strands: bool,
    seqlets: int,
    n_threads: int,
) -> list[Motif]:
    """Motifs that TF-MoDISco finds, trimmed to where their attributions are high.

    TF-MoDISco lays seqlets of both strands on each other. Where the network reads RNA, which has
    one, they are taken apart again, each as the network read it.

    Parameters
    ----------
    explained
        Windows of a class.
    symbols
        Letters of the motifs.
    background : ndarray of float64, shape (4,)
        Share of each base.
    both_strands
        Whether a seqlet may be turned.
    seqlets
        Seqlets of each sign that are compared at most.
    n_threads
        Cores.
    """
    motifs: list[Motif] = []
    for pattern in find_patterns(
        explained.codes, explained.hypothetical, seqlets=seqlets, n_threads=n_threads
    ):
        for group in _oriented(pattern, both_strands):
            name = f"class{explained.label + 1}_{len(motifs) + 1}"
            motif = _motif(explained, group, name, symbols, background)
            motifs.append(motif)
    return motifs


def _oriented(pattern: Pattern, both_strands: bool) -> list[Pattern]:
    """Patterns as they are read: most seqlets forward, or all of them if there is one strand."""
    if both_strands:
        turned = pattern.is_reverse.mean() > 0.5
        return [_part(pattern, slice(None), pattern.is_reverse ^ turned)]
    groups = [np.flatnonzero(pattern.is_reverse == value) for value in (False, True)]
    return [
        _part(pattern, rows, np.zeros(len(rows), dtype=bool))
        for rows in groups
        if len(rows) >= _FEWEST_OF_A_STRAND
    ]


def _part(pattern: Pattern, rows: np.ndarray | slice, is_reverse: np.ndarray) -> Pattern:
    return Pattern(
        pattern.is_positive, pattern.window[rows], pattern.start[rows], is_reverse, pattern.width
    )


def _motif(
    explained: Explained, pattern: Pattern, name: str, symbols: str, background: np.ndarray
) -> Motif:
    codes = sites_at(explained.codes, pattern.window, pattern.start, pattern.width)
    scores = sites_at(explained.hypothetical, pattern.window, pattern.start, pattern.width)
    turned = pattern.is_reverse
    codes[turned] = _COMPLEMENT[codes[turned, ::-1]]
    scores[turned] = scores[turned, ::-1, ::-1]
    contributions = np.mean(scores * np.eye(5, 4)[codes], axis=0)
    core = _high(np.abs(contributions.sum(axis=1)))
    before = np.where(turned, pattern.width - core.stop, core.start)
    width = core.stop - core.start
    first = np.zeros(len(codes), dtype=int)
    return Motif(
        name=name,
        origin="attributions",
        branch="sequence",
        symbols=symbols,
        values=laid_on_each_other(codes[:, core], np.arange(len(codes)), first, width, SEQUENCE),
        background=background,
        middle=pattern.start + before + (width + 1) / 2,
        contributions=contributions[core],
        explained=explained.label,
        speaks_for=pattern.is_positive,
    )


def _high(sizes: np.ndarray) -> slice:
    found = np.flatnonzero(sizes >= _TRIMMED * sizes.max())
    return slice(int(found[0]), int(found[-1]) + 1)
