"""Numbers and texts at many places of a file's bytes at once.

Places must have `ROOM_BEFORE` bytes before them and `ROOM_AFTER` behind.
"""

from collections import defaultdict
from itertools import count, islice

import numpy as np

#: Longest text that is gathered into an array, bytes.
LONGEST_TEXT = 255
#: Numbers are smaller: this is beyond any genome.
NUMBER_LIMIT = 1 << 40
MOST_DIGITS = 13
ROOM_BEFORE = 16
ROOM_AFTER = LONGEST_TEXT + 1
_WORD = 8

#: Masks of the last 0 to 8 bytes of a little-endian word.
_LAST_BYTES = np.array([(1 << 64) - (1 << 8 * (_WORD - n)) for n in range(_WORD + 1)], np.uint64)
_ZEROS = np.uint64(0x3030303030303030)
_UPPER_HALVES = np.uint64(0xF0F0F0F0F0F0F0F0)
_SIXES = np.uint64(0x0606060606060606)
#: Masks, factors and shifts that join neighbouring digits, then pairs, then fours of them.
_JOINS = tuple(
    (np.uint64(mask), np.uint64(factor), np.uint64(shift))
    for mask, factor, shift in (
        (0x0F0F0F0F0F0F0F0F, (10 << 8) + 1, 8),
        (0x00FF00FF00FF00FF, (100 << 16) + 1, 16),
        (0x0000FFFF0000FFFF, (10_000 << 32) + 1, 32),
    )
)


def whole_numbers(
    content: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers in ASCII digits, and where there are such: up to `MOST_DIGITS`, nothing else.

    Returns
    -------
    numbers : ndarray of int64, shape (n_places,)
        Undefined where there is none.
    is_number : ndarray of bool, shape (n_places,)
    """
    length = end - start
    is_number = (length > 0) & (length <= MOST_DIGITS)
    numbers, is_digits = _up_to_eight_digits(content, end, np.clip(length, 0, _WORD))
    is_number &= is_digits
    if (length > _WORD).any():
        n_upper = np.clip(length - _WORD, 0, _WORD)
        upper, is_digits = _up_to_eight_digits(content, end - _WORD, n_upper)
        numbers = numbers + upper * 10**_WORD
        is_number &= is_digits
    return numbers, is_number


def _up_to_eight_digits(
    content: np.ndarray, end: np.ndarray, n_digits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of 0 to 8 digits before `end`, all in one machine word each.

    The digits are joined pairwise by multiplication, as in W. Muła's "SWAR parsing of numbers".
    """
    words = np.ndarray((len(content) - _WORD + 1,), "<u8", content, strides=(1,))
    word = words[end - _WORD].astype(np.uint64, copy=False)
    mask = _LAST_BYTES[n_digits]
    word = (word & mask) | (_ZEROS & ~mask)
    is_digits = (word & _UPPER_HALVES) == _ZEROS
    is_digits &= ((word + _SIXES) & _UPPER_HALVES) == _ZEROS
    for mask, factor, shift in _JOINS:
        word = ((word & mask) * factor) >> shift
    return word.astype(np.int64), is_digits


def gather_texts(
    content: np.ndarray, start: np.ndarray, end: np.ndarray, *, whole_words: bool = False
) -> np.ndarray:
    """Texts of at most `LONGEST_TEXT` bytes; longer ones are cut.

    Returns
    -------
    ndarray of bytes, shape (n_places,)
        As wide as the longest text, or in whole words of eight bytes.
    """
    length = np.clip(end - start, 0, LONGEST_TEXT)
    width = int(length.max(initial=1))
    if whole_words:
        width = -(-width // _WORD) * _WORD
    texts = np.ndarray((len(content) - width + 1,), f"S{width}", content, strides=(1,))[start]
    cells = texts.view(np.uint8).reshape(len(texts), width)
    cells *= np.arange(width, dtype=np.uint8) < length.astype(np.uint8)[:, None]
    return texts


class NameIndex:
    """Index of names in the order in which they first appear."""

    def __init__(self) -> None:
        self._index: defaultdict[bytes, int] = defaultdict(count().__next__)

    def __len__(self) -> int:
        return len(self._index)

    def find(self, name: str) -> int:
        """Index of a name, or -1."""
        return self._index.get(name.encode("utf-8", "surrogatepass"), -1)

    def names_from(self, first: int) -> list[str]:
        """Names from an index on."""
        n_new = len(self._index) - first
        new = [name.decode("utf-8", "replace") for name in islice(reversed(self._index), n_new)]
        return new[::-1]

    def index(self, texts: np.ndarray) -> np.ndarray:
        """Index of each text, in whole words; names that are new are added.

        Files are mostly sorted by chromosome, so only texts that differ from the one before them
        are looked up.
        """
        is_new = np.zeros(len(texts), bool)
        is_new[:1] = True
        for word in texts.view(np.uint64).reshape(len(texts), -1).T:
            is_new[1:] |= word[1:] != word[:-1]
        heads = texts[is_new].tolist()
        found = np.fromiter(map(self._index.__getitem__, heads), np.int32, len(heads))
        return found[np.cumsum(is_new) - 1]
