"""Peaks: runs of neighbouring windows that score too high for chance."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import BinaryIO

import numpy as np

from enngene_core.formats.text.table import cell as inert
from enngene_core.intervals.sliding import Grid, Piece
from enngene_core.prediction.significance import Significance
from enngene_core.specs.scan import Strand

#: Largest score of a BED file.
_HIGHEST = 1000


@dataclass(frozen=True)
class Peaks:
    """Peaks, one array element each.

    Attributes
    ----------
    chrom : ndarray of int64, shape (n_peaks,)
        Index of the chromosome in the genome.
    start, end : ndarray of int64, shape (n_peaks,)
        What the cells of the windows cover; 0-based, half-open.
    summit : ndarray of int64, shape (n_peaks,)
        Middle of the cell that scores highest, and of its window.
    label, strand : ndarray of int64, shape (n_peaks,)
        Indices of the scored class and of the strand.
    probability : ndarray of float32, shape (n_peaks,)
        Highest of the windows.
    p, q : ndarray of float64, shape (n_peaks,)
        Of that window.
    """

    chrom: np.ndarray
    start: np.ndarray
    end: np.ndarray
    summit: np.ndarray
    label: np.ndarray
    strand: np.ndarray
    probability: np.ndarray
    p: np.ndarray
    q: np.ndarray

    def __len__(self) -> int:
        return len(self.chrom)

    def take(self, indices: np.ndarray) -> "Peaks":
        """The peaks at `indices`, in that order."""
        return Peaks(**{name: getattr(self, name)[indices] for name in _COLUMNS})

    @classmethod
    def joined(cls, parts: Iterable["Peaks"]) -> "Peaks":
        """All peaks of the parts, one part after the other."""
        all_parts = [_NONE, *parts]
        return cls(
            **{
                name: np.concatenate([getattr(part, name) for part in all_parts])
                for name in _COLUMNS
            }
        )

    def by_place(self) -> "Peaks":
        """Peaks of one chromosome in the order of their places."""
        return self.take(np.lexsort((self.label, self.strand, self.end, self.start)))

    def best(self, n: int) -> "Peaks":
        """The `n` with the lowest p-values, and among equal ones the highest probabilities."""
        return self.take(np.lexsort((-self.probability, self.p))[:n])


_COLUMNS = tuple(field.name for field in fields(Peaks))
_NUMBERS = {"probability": np.float32, "p": np.float64, "q": np.float64}
_NONE = Peaks(**{name: np.zeros(0, _NUMBERS.get(name, np.int64)) for name in _COLUMNS})


class RunFinder:
    """Finds the peaks of one class on one strand of one chromosome, piece by piece.

    Parameters
    ----------
    grid
        Where cells lie.
    significance
        Of the class.
    label, strand
        Indices of the class and of the strand.
    """

    def __init__(self, grid: Grid, significance: Significance, label: int, strand: int) -> None:
        self._grid, self._significance = grid, significance
        self._label, self._strand = label, strand
        self._threshold = significance.threshold
        #: First cell, one past the last cell, best cell and its score, of each run.
        self._runs: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []

    def add(self, piece: Piece, scores: np.ndarray) -> None:
        """See the scores of the next cells; NaN where there is no window."""
        is_high = scores > self._threshold
        edges = np.flatnonzero(np.diff(is_high, prepend=False, append=False))
        if not len(edges):
            return
        first, last = edges[::2], edges[1::2]
        # Between runs stand scores that are lower, or none at all.
        highest = np.fmax.reduceat(scores, edges[:-1])[::2]
        run, cell = np.repeat(np.arange(len(first)), last - first), np.flatnonzero(is_high)
        is_best = scores[cell] == highest[run]
        best = cell[is_best][np.unique(run[is_best], return_index=True)[1]]
        self._runs.append((piece.first + first, piece.first + last, piece.first + best, highest))

    def peaks(self, chrom: int) -> Peaks:
        """All peaks, when the last piece of the chromosome has been seen."""
        if not self._runs:
            return _NONE
        first, last, best, highest = map(np.concatenate, zip(*self._runs, strict=True))
        # A run may go on in the next piece.
        begins = np.flatnonzero(np.concatenate(([True], first[1:] > last[:-1])))
        ends = np.append(begins[1:], len(first)) - 1
        run = np.repeat(np.arange(len(begins)), ends - begins + 1)
        by_score = np.lexsort((first, -highest, run))[begins]
        start, _ = self._grid.bounds(chrom, first[begins])
        _, end = self._grid.bounds(chrom, last[ends] - 1)
        low, high = self._grid.bounds(chrom, best[by_score])
        rank = self._significance.rank(highest[by_score])
        n = len(begins)
        return Peaks(
            chrom=np.full(n, chrom),
            start=start,
            end=end,
            summit=low + (high - low) // 2,
            label=np.full(n, self._label),
            strand=np.full(n, self._strand),
            probability=highest[by_score],
            p=self._significance.p[rank],
            q=self._significance.q[rank],
        )


def write_peaks(
    file: BinaryIO,
    peaks: Peaks,
    *,
    chroms: tuple[str, ...],
    classes: tuple[str, ...],
    strands: tuple[Strand, ...],
) -> None:
    """Write peaks as narrowPeak: six columns of BED, then score, p, q and summit.

    The score in the fifth column is a thousand times the probability, which stands whole in the
    seventh; p- and q-values are their negative decadic logarithms, and the summit is counted from
    the start of the peak, as the format has it.

    Parameters
    ----------
    file
        Open for writing.
    peaks
        In the order of the file.
    chroms, classes, strands
        Names by index.
    """
    # Some browsers split lines at any blank.
    names = ["_".join(inert(name).split()) for name in classes]
    numbers = zip(
        *(getattr(peaks, name).tolist() for name in ("chrom", "start", "end", "label", "strand")),
        *(peaks.probability.tolist(), (-np.log10(peaks.p)).tolist(), (-np.log10(peaks.q)).tolist()),
        (peaks.summit - peaks.start).tolist(),
        strict=True,
    )
    for chrom, start, end, label, strand, probability, p, q, summit in numbers:
        score = min(round(_HIGHEST * probability), _HIGHEST)
        file.write(
            f"{chroms[chrom]}\t{start}\t{end}\t{names[label]}\t{score}\t{strands[strand]}\t"
            f"{probability:.6f}\t{p + 0.0:.5f}\t{q + 0.0:.5f}\t{summit}\n".encode()
        )
