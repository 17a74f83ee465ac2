"""Words of a piece of a wig file."""

import re

import numpy as np

from enngene_core.formats.text.decimals import MARGIN, parse_decimals

_NEWLINE, _LAST_BLANK, _HASH = b"\n #"
_MARGIN = b"\n" * MARGIN
_BLANKS = re.compile(rb"[^\S\n]+")
_BLANKS_AT_ENDS = re.compile(rb"(?m)^ | $")


class Piece:
    """Some whole lines, as words.

    Parameters
    ----------
    text
        Lines, the last of which ends in a newline too.

    Attributes
    ----------
    text : bytes
        The lines, after a margin of newlines, without blank ones and comments.
    end, length : ndarray of int64, shape (n_words,)
        Place in `text` of the blank after each word, and the word's length.
    values : ndarray of float64, shape (n_words,)
        Meaningless for what is no number.
    scores : ndarray of float32, shape (n_words,)
        The same numbers.
    strange : list of int
        Words that are no number of a usual form.
    is_newline : ndarray of bool, shape (len(text),)
    n_lines : int
        All lines, blank ones and comments too.
    """

    def __init__(self, text: bytes) -> None:
        self._split(text)
        self.n_lines = int(np.count_nonzero(self.is_newline)) - MARGIN
        self._numbers: np.ndarray | None = None
        if b"#" in text or not self.length.min():
            text = _BLANKS_AT_ENDS.sub(b"", _BLANKS.sub(b" ", text))
            lines = text.split(b"\n")
            kept = [number for number, line in enumerate(lines) if line and line[0] != _HASH]
            self._numbers = np.array(kept, dtype=np.int64)
            self._split(b"".join(lines[number] + b"\n" for number in kept))
        self.values, is_parsed = parse_decimals(self._content, self.end, self.length)
        self.scores = self.values.astype(np.float32)
        self.strange: list[int] = np.flatnonzero(~is_parsed).tolist()

    def _split(self, text: bytes) -> None:
        self.text = _MARGIN + text
        self._content = np.frombuffer(self.text, dtype=np.uint8)
        end = np.flatnonzero(self._content <= _LAST_BLANK)
        self.length = np.diff(end[MARGIN - 1 :])
        self.length -= 1
        self.end = end[MARGIN:]
        self.is_newline = self._content == _NEWLINE

    def are_pairs(self, first: int, last: int) -> bool:
        """Whether there are two words on each line from the word `first` to `last`."""
        is_last = self.is_newline.take(self.end[first:last])
        return not (len(is_last) % 2 or is_last[::2].any()) and bool(is_last[1::2].all())

    def __len__(self) -> int:
        return len(self.end)

    def start(self, word: int) -> int:
        """Place of a word in `text`."""
        return int(self.end[word] - self.length[word])

    def line(self, place: int) -> bytes:
        """The line at a place of `text`."""
        start = self.text.rfind(b"\n", 0, place) + 1
        return self.text[start : self.text.index(b"\n", place)]

    def line_index(self, place: int) -> int:
        """How many lines of `text` end before a place of it."""
        return int(np.count_nonzero(self.is_newline[MARGIN:place]))

    def line_numbers(self, first: int, n_lines: int) -> np.ndarray | range:
        """0-based numbers, among all lines, of `n_lines` lines of `text` from one on."""
        if self._numbers is None:
            return range(first, first + n_lines)
        return self._numbers[first : first + n_lines]
