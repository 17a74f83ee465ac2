"""Columns of a file of intervals that nothing here reads, for tables that keep them."""

import re

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.text.table import cell, is_harmful

#: Chromosome, start, end, name and strand of BED; name, start, end and strand of GFF, whose
#: attributes hold more than a name.
_READ_OF_BED, _READ_OF_GFF = (1, 2, 3, 4, 6), (1, 4, 5, 7)
#: Columns of a file that are kept at most: rows of two columns beside one of thousands would
#: fill the memory.
_MOST_COLUMNS = 64
_MISSING = "."
#: Scores of peaks may be -1, which `cell` would guard like a formula.
_SIGNED_NUMBER = re.compile(r"[+-][0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")


def unread_columns(intervals: Intervals) -> tuple[int, ...]:
    """Numbers, from 1, of the columns that some line has and that `Intervals` does not hold.

    Those after the 64th are left out.
    """
    texts = intervals.lines.texts(intervals.line)
    n_columns = 1 + max((text.strip(" \t").count("\t") for text in texts), default=-1)
    n_columns = min(n_columns, _MOST_COLUMNS)
    read = _READ_OF_GFF if intervals.is_gff else _READ_OF_BED
    return tuple(number for number in range(1, n_columns + 1) if number not in read)


def unread_cells(intervals: Intervals, columns: tuple[int, ...], few: slice) -> list[str]:
    """Cells that some intervals have in some columns, joined; ``.`` where a line is shorter."""
    # Blanks at the ends of a line belong to no column when it is read, either.
    fields = [
        text.strip(" \t").split("\t", _MOST_COLUMNS)
        for text in intervals.lines.texts(intervals.line[few])
    ]
    of_columns = (
        [of_line[number - 1] if number <= len(of_line) else _MISSING for of_line in fields]
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
