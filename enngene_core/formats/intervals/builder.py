"""Intervals from blocks of checked lines."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from enngene_core.errors import IntervalError
from enngene_core.formats.intervals.intervals import LONGEST_NAME, Intervals
from enngene_core.formats.text.columns import Block
from enngene_core.formats.text.fields import NameIndex, gather_texts
from enngene_core.formats.text.lines import TextLines

_MOST_INTERVALS = 20_000_000
_MOST_NAMES = 2_000_000
_MOST_NAME_BYTES = 1 << 31


class IntervalBuilder:
    """Intervals of one file, which grow by a block of lines at a time.

    Parameters
    ----------
    path
        The file.
    lines
        All its lines.
    explain
        Says what is wrong with the text of a line that is not valid, and what was expected.
    """

    def __init__(self, path: Path, lines: TextLines, explain: Callable[[str], str]) -> None:
        self._path = path
        self._lines = lines
        self._explain = explain
        self._chroms = NameIndex()
        self._parts: list[tuple[np.ndarray, ...]] = []
        self._n_intervals = 0
        self._name_width = 1

    def __len__(self) -> int:
        return self._n_intervals

    def read_chromosomes(self, block: Block, is_valid: np.ndarray) -> np.ndarray:
        """Chromosome of each line, for `add`.

        Parameters
        ----------
        is_valid : ndarray of bool, shape (n_lines,)
            Whether the other columns are as they should be.

        Raises
        ------
        IntervalError
            At the first line that is not valid.
        """
        start, end = block.column(1)
        n_known = len(self._chroms)
        chrom = self._chroms.index(gather_texts(block.content, start, end, whole_words=True))
        check_n_names(len(self._chroms), "chromosome names", self._path)
        is_valid = is_valid & (end - start <= LONGEST_NAME)
        new = enumerate(self._chroms.names_from(n_known), start=n_known)
        if unprintable := [index for index, name in new if not name.isprintable()]:
            is_valid &= ~np.isin(chrom, unprintable)
        if not is_valid.all():
            line = int(block.line[is_valid.argmin()])
            text = self._lines.text(line).strip(" \t")
            raise IntervalError(f"{self._path}, line {line}: {self._explain(text)}")
        return chrom

    def add(
        self,
        block: Block,
        *,
        chrom: np.ndarray,
        start: np.ndarray,
        end: np.ndarray,
        name: np.ndarray,
        strand: np.ndarray,
    ) -> None:
        """Take one interval from each line of a block."""
        self._n_intervals += len(block)
        if self._n_intervals > _MOST_INTERVALS:
            raise IntervalError(
                f"{self._path}: more than {_MOST_INTERVALS:,} intervals; expected at most that many"
            )
        self._name_width = max(self._name_width, name.itemsize)
        if self._n_intervals * self._name_width > _MOST_NAME_BYTES:
            raise IntervalError(
                f"{self._path}: {self._n_intervals:,} intervals with names of up to "
                f"{self._name_width} bytes; expected shorter names, or fewer intervals"
            )
        self._parts.append((chrom, start, end, name, strand, block.line))

    def build(self, *, is_gff: bool) -> Intervals:
        """All intervals, of which there is one at least."""
        chrom, start, end, name, strand, line = map(np.concatenate, zip(*self._parts, strict=True))
        is_used = np.bincount(chrom, minlength=len(self._chroms)) > 0
        names = self._chroms.names_from(0)
        return Intervals(
            chroms=tuple(name for name, used in zip(names, is_used, strict=True) if used),
            chrom=(np.cumsum(is_used, dtype=np.int32) - 1)[chrom],
            start=start,
            end=end,
            name=name,
            strand=strand,
            line=line,
            lines=self._lines,
            is_gff=is_gff,
        )


def check_n_names(n_names: int, what: str, path: Path) -> None:
    """Refuse a file whose names would fill the memory.

    Raises
    ------
    IntervalError
        If it has more than two million.
    """
    if n_names > _MOST_NAMES:
        raise IntervalError(
            f"{path}: more than {_MOST_NAMES:,} different {what}; expected at most that many "
            "(are the columns in order?)"
        )


def read_names(block: Block, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Names of intervals, ``.`` where there is none."""
    name = gather_texts(block.content, start, end)
    name[start == end] = b"."
    return name


def read_strands(block: Block, column: int, allowed: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Strands, ``.`` where a line lacks the column, and whether each is allowed.

    Returns
    -------
    strand : ndarray of S1, shape (n_lines,)
    is_strand : ndarray of bool, shape (n_lines,)
    """
    start, end = block.column(column)
    is_missing = block.n_columns < column
    letter = np.where(is_missing, ord("."), block.content[start]).astype(np.uint8)
    is_allowed = np.isin(np.arange(256), list(allowed))[letter]
    return letter.view("S1"), is_missing | ((end - start == 1) & is_allowed)
