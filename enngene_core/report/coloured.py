"""Coloured letters as lines of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from enngene_core.report.description import ColouredRow

_PER_LINE, _STEP, _NAME = 100, 10, 14


@dataclass(frozen=True)
class Line:
    """A line of monospaced text.

    Attributes
    ----------
    name : str
        Padded to one width.
    runs : sequence of (red, green, blue), letters
        Neighbouring letters of one ground; the colours are None for a plain line.
    """

    name: str
    runs: Sequence[tuple[tuple[int, int, int] | None, str]]


def coloured_lines(rows: Sequence[ColouredRow]) -> list[Line]:
    """Rows of equal length, wrapped together, each stretch above its positions."""
    lines = []
    n = len(rows[0].letters) if rows else 0
    for first in range(0, n, _PER_LINE):
        if first:
            lines.append(Line("", []))
        stop = min(first + _PER_LINE, n)
        for row in rows:
            name = row.name[:_NAME].ljust(_NAME)
            lines.append(Line(name, _runs(row.letters[first:stop], row.colours[first:stop])))
        marked = range(first + _STEP, stop + 1, _STEP)
        positions = "".join(str(position).rjust(_STEP) for position in marked)
        lines.append(Line(" " * _NAME, [(None, positions or " ")]))
    return lines


def _runs(letters: str, colours: np.ndarray) -> list[tuple[tuple[int, int, int], str]]:
    breaks = np.flatnonzero((colours[1:] != colours[:-1]).any(axis=1)) + 1
    edges = [0, *breaks.tolist(), len(letters)]
    found = []
    for begin, end in pairwise(edges):
        red, green, blue = colours[begin].tolist()
        found.append(((red, green, blue), letters[begin:end]))
    return found
