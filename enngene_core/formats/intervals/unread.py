"""Columns of a file of intervals that nothing here reads, for tables that keep them."""

import re
from collections.abc import Iterator
from decimal import Decimal

from enngene_core.formats.intervals.intervals import Intervals

#: Chromosome, start, end, name and strand of BED; name, start, end and strand of GFF, whose
#: attributes hold more than a name.
_READ_OF_BED, _READ_OF_GFF = (1, 2, 3, 4, 6), (1, 4, 5, 7)
#: Columns of a file that are kept at most: rows of two columns beside one of thousands would
#: fill the memory.
_MOST_COLUMNS = 64
_MISSING = "."
#: Scores of peaks may be -1. As text they would be guarded like a formula.
_SIGNED_NUMBER = re.compile(r"[+-][0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")


def unread_columns(intervals: Intervals) -> tuple[int, ...]:
    """Numbers, from 1, of the columns that some line has and that `Intervals` does not hold.

    Those after the 64th are left out.
    """
    texts = (intervals.lines.text(line) for line in intervals.line.tolist())
    n_columns = 1 + max((text.strip(" \t").count("\t") for text in texts), default=-1)
    n_columns = min(n_columns, _MOST_COLUMNS)
    read = _READ_OF_GFF if intervals.is_gff else _READ_OF_BED
    return tuple(number for number in range(1, n_columns + 1) if number not in read)


def unread_cells(intervals: Intervals, columns: tuple[int, ...]) -> Iterator[list[str | Decimal]]:
    """What each interval has in some columns; ``.`` where its line is shorter."""
    for fields in _fields(intervals):
        n = len(fields)
        yield [_value(fields[number - 1]) if number <= n else _MISSING for number in columns]


def _value(text: str) -> str | Decimal:
    return Decimal(text) if _SIGNED_NUMBER.fullmatch(text) else text


def _fields(intervals: Intervals) -> Iterator[list[str]]:
    for line in intervals.line.tolist():
        # Blanks at the ends of a line belong to no column when it is read, either.
        yield intervals.lines.text(line).strip(" \t").split("\t", _MOST_COLUMNS)[:_MOST_COLUMNS]
