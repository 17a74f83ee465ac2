"""What the windows of a dataset look like, gathered while they are encoded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.branches.sequence import gc_content
from enngene_core.intervals.windows import Windows
from enngene_core.specs.branches import SEQUENCE, Encoding
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.splitting import SPLITS

#: Called with a branch, indices of windows and their values, as they are made.
Observer = Callable[[str, np.ndarray, np.ndarray], None]


@dataclass(frozen=True)
class Summary:
    """Windows of a dataset in numbers.

    Attributes
    ----------
    counts : ndarray of int64, shape (n_classes, n_splits)
        Windows by class and split.
    chromosomes : dict of str to ndarray of int64, shape (n_splits,)
        Windows by chromosome and split, for windows on a genome.
    lengths : dict of str to ndarray of int64
        Length of each window's interval or sequence, nt, by class.
    gc : dict of str to ndarray of float64
        Share of G and C in each window, by class; empty where bases are not known.
    n_unknown_bases : int
        Bases that are none of ACGT, padding aside.
    n_padded : ndarray of int64, shape (n_classes,)
        Windows with padding.
    profiles : dict of str to ndarray of float64, shape (n_classes, width)
        Mean of each position, for branches of scores; share of unpaired bases, for structure. Empty
        unless they were asked for.
    """

    counts: np.ndarray
    chromosomes: dict[str, np.ndarray]
    lengths: dict[str, np.ndarray]
    gc: dict[str, np.ndarray]
    n_unknown_bases: int
    n_padded: np.ndarray
    profiles: dict[str, np.ndarray]


class Profiler:
    """Sums each position's values over the windows of each class.

    Parameters
    ----------
    spec
        The dataset's branches and classes.
    label : ndarray of int, shape (n_windows,)
    """

    def __init__(self, spec: DatasetSpec, label: np.ndarray) -> None:
        self._spec, self._encodings = spec, spec.encodings
        self._label = label
        self._n = np.bincount(label, minlength=len(spec.classes))
        self._sums: dict[str, np.ndarray] = {}
        self._shape = (len(spec.classes), spec.window)

    def observe(self, name: str, rows: np.ndarray, values: np.ndarray) -> None:
        """Add windows of one branch, each with the flanks that are kept of it."""
        if name == "sequence":
            return
        sums = self._sums.setdefault(name, np.zeros(self._shape))
        scores = _unpaired(self._spec.inside(values), self._encodings[name])
        # A product of matrices reads the scores once, for all classes.
        is_member = self._label[rows] == np.arange(len(sums))[:, None]
        sums += is_member.astype(np.float32) @ scores

    @property
    def profiles(self) -> dict[str, np.ndarray]:
        """Mean of each position by branch, each of shape (n_classes, width)."""
        return {name: sums / np.maximum(self._n, 1)[:, None] for name, sums in self._sums.items()}


def _unpaired(values: np.ndarray, encoding: Encoding) -> np.ndarray:
    """Scores as they are; 1 for the codes of bases that are not paired."""
    if not encoding.is_coded:
        return values
    is_unpaired = np.zeros(256, dtype=np.float32)
    for code, symbol in enumerate(encoding.symbols):
        is_unpaired[code] = symbol not in "()S"
    return is_unpaired[values]


def summarise(
    windows: Windows,
    split: np.ndarray,
    codes: np.ndarray | None,
    classes: Sequence[str],
    *,
    on_genome: np.ndarray,
    profiles: dict[str, np.ndarray],
) -> Summary:
    """Numbers for the report.

    Parameters
    ----------
    windows, split
        Windows, and the index of each one's split, shape (n_windows,).
    codes : ndarray of uint8, shape (n_windows, width), or None
        Coded sequences, where they are known.
    classes
        Names of the classes.
    on_genome : ndarray of bool, shape (n_windows,)
        Whether each window lies on a genome, and not on a ready sequence.
    profiles
        From `Profiler`.
    """
    rows_of = {name: windows.label == label for label, name in enumerate(classes)}
    gc = gc_content(codes) if codes is not None else np.zeros(0)
    n_padding = int(windows.pad_left.sum() + windows.pad_right.sum())
    is_padded = (windows.pad_left > 0) | (windows.pad_right > 0)
    chrom, of_chrom = np.unique(windows.chrom[on_genome], return_inverse=True)
    by_chromosome = count_windows(of_chrom, split[on_genome], n_classes=len(chrom))
    return Summary(
        counts=count_windows(windows.label, split, n_classes=len(classes)),
        chromosomes={
            windows.chroms[index]: row for index, row in zip(chrom, by_chromosome, strict=True)
        },
        lengths={name: windows.source_length[rows] for name, rows in rows_of.items()},
        gc={name: gc[rows] for name, rows in rows_of.items()} if codes is not None else {},
        n_unknown_bases=(
            int(np.count_nonzero(codes == SEQUENCE.no_symbol)) - n_padding
            if codes is not None
            else 0
        ),
        n_padded=np.bincount(windows.label[is_padded], minlength=len(classes)),
        profiles=profiles,
    )


def count_windows(label: np.ndarray, split: np.ndarray, *, n_classes: int) -> np.ndarray:
    """Windows by class and split, shape (n_classes, n_splits)."""
    cell = label.astype(np.int64) * len(SPLITS) + split
    return np.bincount(cell, minlength=n_classes * len(SPLITS)).reshape(n_classes, len(SPLITS))
