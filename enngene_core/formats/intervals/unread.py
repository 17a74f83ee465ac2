"""Columns of a file of intervals that nothing here reads, for tables that keep them."""

import re
from collections.abc import Iterable

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.text.table import cell, is_harmful

#: Chromosome, start, end, name and strand of BED; name, start, end and strand of GFF, whose
#: attributes hold more than a name.
_READ_OF_BED, _READ_OF_GFF = (1, 2, 3, 4, 6), (1, 4, 5, 7)
#: Columns of a file that are kept at most: rows of two columns beside one of thousands would
#: fill the memory.
_MOST_COLUMNS = 64
_MISSING = "."
_TAB, _SPACE = b"\t "
#: At the ends of a line they belong to no column when it is read, either.
_BLANKS = "\t "
#: Scores of peaks may be -1, which `cell` would guard like a formula.
_SIGNED_NUMBER = re.compile(r"[+-][0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")


def unread_columns(intervals: Intervals) -> tuple[int, ...]:
    """Numbers, from 1, of the columns that some line has and that `Intervals` does not hold.

    Those after the 64th are left out.
    """
    lines, row = intervals.lines, intervals.line - 1
    n_tabs = lines.counts(_TAB)[row]
    ends = lines.content[[lines.start[row], lines.end[row] - 1]]
    for index in np.flatnonzero(np.isin(ends, (_TAB, _SPACE)).any(axis=0)).tolist():
        n_tabs[index] = intervals.text(index).strip(_BLANKS).count("\t")
    n_columns = min(1 + int(n_tabs.max(initial=-1)), _MOST_COLUMNS)
    read = _READ_OF_GFF if intervals.is_gff else _READ_OF_BED
    return tuple(number for number in range(1, n_columns + 1) if number not in read)


def unread_cells(intervals: Intervals, columns: tuple[int, ...], few: slice) -> list[str]:
    """Cells that some intervals have in some columns, joined; ``.`` where a line is shorter."""
    texts = [text.strip(_BLANKS) for text in intervals.lines.texts(intervals.line[few])]
    n_tabs = {text.count("\t") for text in texts}
    of_columns: Iterable[list[str]]
    if len(n_tabs) == 1 and max(columns) <= min(n_tabs) + 1 <= _MOST_COLUMNS:
        # All lines at once, as their columns recur.
        fields = "\t".join(texts).split("\t")
        of_columns = (fields[number - 1 :: min(n_tabs) + 1] for number in columns)
    else:
        of_lines = [text.split("\t", _MOST_COLUMNS) for text in texts]
        of_columns = (
            [of_line[number - 1] if number <= len(of_line) else _MISSING for of_line in of_lines]
            for number in columns
        )
    return list(map("\t".join, zip(*map(_cells, of_columns), strict=True)))


def _cells(texts: list[str]) -> list[str]:
    if is_harmful("\n".join(texts)):
        return [
            text.removeprefix("+") if _SIGNED_NUMBER.fullmatch(text) else cell(text)
            for text in texts
        ]
    return texts
