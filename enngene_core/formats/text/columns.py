"""Tab-separated columns of many lines at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from enngene_core.formats.text.fields import ROOM_AFTER, ROOM_BEFORE
from enngene_core.formats.text.lines import TextLines

_BLOCK = 1 << 20
_MOST_COLUMNS = 16
_TAB = ord("\t")
_IS_BLANK = np.isin(np.arange(256), [ord(" "), _TAB])
_ENDS_WORD = np.isin(np.arange(256), [ord(" "), _TAB, ord("\n"), ord("\r"), 0])
_DISPLAY_WORDS = (b"track", b"browser")


@dataclass(frozen=True)
class Block:
    """Neighbouring lines that hold data.

    Attributes
    ----------
    content : ndarray of uint8
        Bytes of the lines, with zeros around.
    start, end : ndarray of int64, shape (n_lines,)
        Place of each line in `content`, without blanks at its ends.
    line : ndarray of int64, shape (n_lines,)
        1-based line number in the file.
    n_columns : ndarray of int64, shape (n_lines,)
        At least 1.
    tabs : ndarray of int64
        Where tabs stand in `content`, and some zeros.
    first_tab : ndarray of int64, shape (n_lines,)
        Index into `tabs` of the first one at or after `start`.
    """

    content: np.ndarray
    start: np.ndarray
    end: np.ndarray
    line: np.ndarray
    n_columns: np.ndarray
    tabs: np.ndarray
    first_tab: np.ndarray

    def __len__(self) -> int:
        return len(self.line)

    def take(self, rows: np.ndarray) -> "Block":
        """The lines at `rows`, in that order."""
        return replace(
            self,
            start=self.start[rows],
            end=self.end[rows],
            line=self.line[rows],
            n_columns=self.n_columns[rows],
            first_tab=self.first_tab[rows],
        )

    def column(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Start and end of the column of a 1-based number; an empty place where a line lacks it."""
        last_tab = self.first_tab + (number - 1)
        start = self.tabs[last_tab - 1] + 1 if number > 1 else self.start
        return (
            np.where(self.n_columns >= number, start, self.end),
            np.where(self.n_columns > number, self.tabs[last_tab], self.end),
        )


def read_blocks(lines: TextLines) -> Iterator[Block]:
    """Lines of data, as many at a time as fit into a processor's cache.

    Empty lines, comments, ``track`` and ``browser`` lines are left out, and blocks without others.
    """
    borders = np.searchsorted(lines.start, np.arange(0, len(lines.content), _BLOCK))
    borders = np.unique(np.append(borders, len(lines)))
    for first, last in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
        block = _read_block(lines, first, last)
        if len(block):
            yield block


def _read_block(lines: TextLines, first: int, last: int) -> Block:
    begin, stop = int(lines.start[first]), int(lines.end[last - 1])
    content = np.zeros(ROOM_BEFORE + stop - begin + ROOM_AFTER, np.uint8)
    content[ROOM_BEFORE : ROOM_BEFORE + stop - begin] = lines.content[begin:stop]
    start, end = _strip(
        content,
        lines.start[first:last] - (begin - ROOM_BEFORE),
        lines.end[first:last] - (begin - ROOM_BEFORE),
    )
    line = np.arange(first + 1, last + 1)
    if not (is_data := _is_data(content, start, end)).all():
        start, end, line = start[is_data], end[is_data], line[is_data]
    tabs = np.flatnonzero(content == _TAB)
    first_tab = np.searchsorted(tabs, start)
    n_columns = np.searchsorted(tabs, end) - first_tab + 1
    # Columns that a line lacks are looked up too, and then not used.
    tabs = np.append(tabs, np.zeros(_MOST_COLUMNS, np.int64))
    return Block(content, start, end, line, n_columns, tabs, first_tab)


def _strip(
    content: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lines without the spaces and tabs at their ends."""
    if not (_IS_BLANK[content[start]] | _IS_BLANK[content[end - 1]]).any():
        return start, end
    others = np.flatnonzero(~_IS_BLANK[content])
    first = np.minimum(others[np.searchsorted(others, start)], end)
    last = others[np.searchsorted(others, end) - 1] + 1
    return first, np.maximum(first, last)


def _is_data(content: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    letter = content[start]
    is_data = (end > start) & (letter != ord("#"))
    for word in _DISPLAY_WORDS:
        rows = np.flatnonzero(letter == word[0])
        if len(rows):
            for place, byte in enumerate(word):
                rows = rows[content[start[rows] + place] == byte]
            is_data[rows[_ENDS_WORD[content[start[rows] + len(word)]]]] = False
    return is_data
