"""Intervals as they stand in a file."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from enngene_core.formats.text.lines import TextLines

#: Longest name of an interval in UTF-8, as the BED format has it.
LONGEST_NAME = 255


class Locus(NamedTuple):
    """One place on a genome, as tables and figures name it."""

    chrom: str
    start: int
    end: int
    name: str
    strand: str


@dataclass(frozen=True)
class Intervals:
    """Loci as they stand in a file, one array element each.

    Attributes
    ----------
    chroms : tuple of str
        Names of chromosomes.
    chrom : ndarray of int32, shape (n_intervals,)
        Index into `chroms`.
    start, end : ndarray of int64, shape (n_intervals,)
        0-based, half-open, bp.
    name : ndarray of bytes (UTF-8), shape (n_intervals,)
        ``.`` where the file has none.
    strand : ndarray of bytes, shape (n_intervals,)
        ``+``, ``-`` or ``.``.
    line : ndarray of int64, shape (n_intervals,)
        1-based line number in the file.
    lines : TextLines
        All lines of the file.
    is_gff : bool
        Whether the file is GFF3 or GTF, whose lines have feature types.
    """

    chroms: tuple[str, ...]
    chrom: np.ndarray
    start: np.ndarray
    end: np.ndarray
    name: np.ndarray
    strand: np.ndarray
    line: np.ndarray
    lines: TextLines
    is_gff: bool = False

    def __len__(self) -> int:
        return len(self.chrom)

    def locus(self, index: int) -> Locus:
        """One interval with its names as text."""
        return Locus(
            self.chroms[self.chrom[index]],
            int(self.start[index]),
            int(self.end[index]),
            self.name[index].decode(),
            self.strand[index].decode(),
        )

    def text(self, index: int) -> str:
        """One interval as it stands in the file."""
        return self.lines.text(int(self.line[index]))
