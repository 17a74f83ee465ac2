"""Windows that slide over a genome."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Piece:
    """Neighbouring cells of one chromosome.

    Attributes
    ----------
    chrom : int
        Index of the chromosome in the genome.
    first, last : int
        Cells ``[first, last)`` of the chromosome.
    offset : int
        Number of the first one among all cells of the grid.
    """

    chrom: int
    first: int
    last: int
    offset: int

    def __len__(self) -> int:
        return self.last - self.first

    @property
    def cells(self) -> np.ndarray:
        """Numbers of the cells on their chromosome."""
        return np.arange(self.first, self.last)

    @property
    def part(self) -> slice:
        """The cells among all of the grid."""
        return slice(self.offset, self.offset + len(self))


@dataclass(frozen=True)
class Grid:
    """Cells, each with the window whose middle it is.

    Every chromosome is divided into cells of `step` from its start on, the last of which may be
    shorter. A cell's window is the one that `place_windows` would centre on it.

    Attributes
    ----------
    chroms : tuple of str
        All chromosomes, in the genome's order.
    sizes : ndarray of int64, shape (n_chroms,)
        Lengths, nt.
    width, step : int
        Of windows and of cells, nt.
    edge : str
        What becomes of a window that reaches past an end, as for training.
    chrom, first, last : ndarray of int64, shape (n_runs,)
        Runs of cells ``[first, last)``, disjoint, by name of the chromosome and place.
    """

    chroms: tuple[str, ...]
    sizes: np.ndarray
    width: int
    step: int
    edge: Literal["shift", "pad", "drop"]
    chrom: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int((self.last - self.first).sum())

    @property
    def scanned(self) -> list[int]:
        """Indices of the chromosomes that have cells, by name as genome browsers sort them."""
        return list(dict.fromkeys(self.chrom.tolist()))

    def pieces(self, n_cells: int) -> Iterator[Piece]:
        """All cells in their order, at most `n_cells` at a time."""
        offset = 0
        for chrom, first, last in zip(
            self.chrom.tolist(), self.first.tolist(), self.last.tolist(), strict=True
        ):
            for start in range(first, last, n_cells):
                piece = Piece(chrom, start, min(start + n_cells, last), offset)
                offset += len(piece)
                yield piece

    def cells_at(self, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Chromosome, and number on it, of cells by their numbers in the grid."""
        before = np.cumsum(self.last - self.first)
        run = np.searchsorted(before, number, side="right")
        length = (self.last - self.first)[run]
        return self.chrom[run], self.first[run] + number - (before[run] - length)

    def bounds(self, chrom: np.ndarray | int, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Start and end of cells; 0-based, half-open."""
        start = cell * self.step
        return start, np.minimum(start + self.step, self.sizes[chrom])

    def window_starts(
        self, chrom: np.ndarray | int, cell: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where windows begin, and whether there is one.

        Returns
        -------
        start : ndarray of int64
            Before 0, or so that the window ends past the chromosome's end, it is padded there.
        is_kept : ndarray of bool
            False for a window that reaches past an end and is dropped.
        """
        cell_start, cell_end = self.bounds(chrom, cell)
        start = cell_start + (cell_end - cell_start) // 2 - self.width // 2
        room = self.sizes[chrom] - self.width
        if self.edge == "shift":
            start = np.clip(start, np.minimum(room, 0), np.maximum(room, 0))
        if self.edge == "drop":
            return start, (start >= 0) & (start <= room)
        return start, np.ones(len(start), dtype=bool)


def lay_grid(
    chroms: tuple[str, ...],
    sizes: np.ndarray,
    *,
    width: int,
    step: int,
    edge: Literal["shift", "pad", "drop"],
    chrom: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
) -> Grid:
    """Grid of all cells that some stretches touch.

    Parameters
    ----------
    chroms, sizes, width, step, edge
        As `Grid` has them.
    chrom, start, end : ndarray of int64, shape (n_stretches,)
        Stretches ``[start, end)`` of chromosomes, in any order; they may overlap.
    """
    by_name = sorted(range(len(chroms)), key=lambda index: chroms[index].encode())
    place = np.empty(len(chroms), dtype=np.int64)
    place[by_name] = np.arange(len(chroms))
    order = np.lexsort((start, place[chrom]))
    chrom, first, last = chrom[order], start[order] // step, -(-end[order] // step)
    # On one axis, on which a chromosome begins beyond the last cell of the one before.
    n_cells = -(-sizes[by_name] // step) + 1
    shift = (np.cumsum(n_cells) - n_cells)[place[chrom]]
    reach = np.maximum.accumulate(last + shift)
    is_first = np.concatenate(([True], (first + shift)[1:] > reach[:-1]))[: len(chrom)]
    runs = np.flatnonzero(is_first)
    ends = np.append(runs[1:], len(chrom)) - 1
    last = reach[ends] - shift[runs]
    return Grid(chroms, sizes, width, step, edge, chrom[runs], first[runs], last)
