"""Decimal numbers out of text, a whole array at a time.

Eight characters are one 64-bit integer, so a few operations on integers read a number, for all
numbers of an array alike. The arithmetic for eight digits is that of Lemire, "Number parsing at a
gigabyte per second", Software: Practice and Experience 2021, 51:1700.
"""

import re

import numpy as np

#: Bytes that must stand before the first number's end.
MARGIN = 16

_LONGEST_NUMBER = 400
#: Fewer long numbers than this are faster parsed one by one.
_FEW = 32
_UNUSUAL = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?|[+-]?(nan|inf|infinity)", re.I)


def _eight(byte: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes([byte]) * 8, "little"))


# Characters are taken exclusive-or "0", which turns digits into their values.
_ZEROS = _eight(ord("0"))
_MINUS = np.uint64(ord("-") ^ ord("0"))
_POINT = np.uint64(ord(".") ^ ord("0"))
_POINTS = _eight(ord(".") ^ ord("0"))
_ONES, _TOPS = _eight(0x01), _eight(0x80)
#: Added to a byte, sets its top bit if it is more than 9.
_OVER_NINE = _eight(0x80 - 10)
_PAIRS, _QUADS = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
#: Multipliers that add ten times (a hundred, ten thousand times) a digit to its neighbour.
_TEN, _HUNDRED, _MYRIAD = (
    np.uint64((base << shift) + 1) for base, shift in ((10, 8), (100, 16), (10_000, 32))
)
_BYTE, _WORD = np.uint64(0xFF), np.uint64(64)
_BITS = [np.uint64(n) for n in (3, 7, 8, 16, 32, 56, 63)]
_3, _7, _8, _16, _32, _56, _63 = _BITS
#: Power of ten by the number of bits below the point; without a point all 64 are.
_SCALES = np.array([10.0 ** (7 - n // 8) if n < 64 else 1.0 for n in range(65)])
_LARGEST_EXACT = np.uint64(1 << 53)


def parse_decimals(
    content: np.ndarray, end: np.ndarray, length: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers such as ``-0.25`` or ``17``, equal to Python's ``float`` of the same text.

    Parameters
    ----------
    content : ndarray of uint8
        Text.
    end : ndarray of int64, shape (n,)
        Place after the last character of each number, at least `MARGIN`.
    length : ndarray of int64, shape (n,)
        Its characters.

    Returns
    -------
    values : ndarray of float64, shape (n,)
    is_parsed : ndarray of bool, shape (n,)
        False for what is no number, or one of an unusual form, for which there is `parse_unusual`.
    """
    at_every_byte = np.ndarray((len(content) - 7,), "<u8", content, 0, (1,))
    words = at_every_byte.take(end - 8)
    values, is_parsed = _parse_short(words, length)
    if len(length) and length.max() > 8:
        rest = np.flatnonzero((length > 8) & (length <= MARGIN))
        is_parsed &= length <= 8
        if len(rest) > _FEW:
            first = at_every_byte[end[rest] - 16]
            values[rest], is_parsed[rest] = _parse_long(first, words[rest], length[rest])
    return values, is_parsed


def parse_unusual(text: bytes) -> float | None:
    """Number with an exponent, a plus sign or many digits, ``nan`` or ``inf``; else None."""
    if len(text) > _LONGEST_NUMBER or not _UNUSUAL.fullmatch(text):
        return None
    return float(text)


def _parse_short(words: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of at most eight characters; what is said of longer ones has no meaning."""
    unused = _WORD - (length.view(np.uint64) << _3)
    digits, is_minus = _without_sign(words ^ _ZEROS, unused)
    unit = _point(digits[:1])
    if not (unit.all() and ((digits & (unit * _BYTE)) == unit * _POINT).all()):
        unit = _point(digits)
    whole, scale = _before(digits, unit)
    digits -= whole
    digits -= unit * _POINT
    has_point = (unit != 0).astype(np.uint64)
    whole <<= has_point << _3
    digits += whole
    is_parsed = _are_digits(digits)
    if len(length) and length.min() <= 2:  # "-", "." and "-." have no digit
        is_parsed &= _WORD - unused > has_point << _3
    values = _number(digits).view(np.int64).astype(np.float64)
    values /= scale
    values.view(np.uint64)[:] |= is_minus << _63
    return values, is_parsed


def _parse_long(
    first: np.ndarray, last: np.ndarray, length: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of 9 to 16 characters, the last eight of which are in `last`."""
    unused = _WORD * np.uint64(2) - (length.view(np.uint64) << _3)
    first, is_minus = _without_sign(first ^ _ZEROS, unused)
    last = last ^ _ZEROS
    unit = _point(first)
    is_in_last = unit == 0
    unit = np.where(is_in_last, _point(last), unit)
    has_point = unit != 0
    is_in_last &= has_point
    word = np.where(is_in_last, last, first)
    whole, scale = _before(word, unit)
    word = word - whole - unit * _POINT + (whole << (has_point.astype(np.uint64) << _3))
    # A point that is taken out of the last eight makes room for one digit of those before.
    last = np.where(is_in_last, word | (first >> _56), last)
    first = np.where(is_in_last, first << _8, word)
    scale = np.where(has_point & ~is_in_last, scale * 1e8, scale)
    number = _number(first) * np.uint64(10**8) + _number(last)
    is_parsed = _are_digits(first) & _are_digits(last) & (number <= _LARGEST_EXACT)
    values = number.view(np.int64) / scale
    values.view(np.uint64)[:] |= is_minus << _63
    return values, is_parsed


def _without_sign(digits: np.ndarray, unused: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Digits with zeros for a minus sign and for `unused` bits, which then count the sign."""
    is_minus = digits >> unused
    is_minus &= _BYTE
    np.copyto(is_minus, is_minus == _MINUS)
    unused += is_minus << _3
    digits = digits >> unused
    digits <<= unused
    return digits, is_minus


def _point(digits: np.ndarray) -> np.ndarray:
    """One in the byte of the first decimal point; zero where there is none."""
    other = digits ^ _POINTS
    unit = (other - _ONES) & ~other & _TOPS  # the lowest bit marks the first byte that is zero
    unit &= np.negative(unit)
    return unit >> _7


def _before(digits: np.ndarray, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Digits before the point, and the power of ten that the number is to be divided by."""
    below = unit - np.uint64(1)
    return digits & below, _SCALES.take(np.bitwise_count(below))


def _are_digits(digits: np.ndarray) -> np.ndarray:
    over = digits + _OVER_NINE
    over |= digits
    over &= _TOPS
    return over == 0


def _number(digits: np.ndarray) -> np.ndarray:
    """Number of eight digits, of which the first stands in the lowest byte."""
    number = digits * _TEN
    number >>= _8
    number &= _PAIRS
    number *= _HUNDRED
    number >>= _16
    number &= _QUADS
    number *= _MYRIAD
    number >>= _32
    return number
