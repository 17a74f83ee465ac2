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
#: All numbers are first read alike if, of so many, this share has the point in one place.
_SOME, _MANY = 100, 0.8
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
#: Added to a byte of that, makes it do so for all but zero.
_NINE = np.uint64(9)
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
    words = _eight_before(content, end)
    values, is_parsed = _parse_short(words, length)
    long = np.flatnonzero(length > 8)
    is_parsed[long] = False
    long = long[length[long] <= MARGIN]
    if len(long) > _FEW:
        at_every_byte = np.ndarray((len(content) - 7,), "<u8", content, 0, (1,))
        first = at_every_byte[end[long] - 16]
        values[long], is_parsed[long] = _parse_long(first, words[long], length[long])
    return values, is_parsed


def parse_unusual(text: bytes) -> float | None:
    """Number with an exponent, a plus sign or many digits, ``nan`` or ``inf``; else None."""
    if len(text) > _LONGEST_NUMBER or not _UNUSUAL.fullmatch(text):
        return None
    return float(text)


def _eight_before(content: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The eight characters before each place, the first of them in the lowest byte.

    They are put together of two words that begin at a multiple of eight: to take words from
    anywhere, numpy would first copy one for each byte of the text.
    """
    skipped = len(content) % 8
    eights = np.require(content[skipped:].view("<u8"), requirements="A")
    place = end - (skipped + 9)
    unused = ~(place.view(np.uint64) << _3)
    unused &= _56
    place >>= 3
    words = eights[1:].take(place)
    words <<= unused
    before = eights.take(place)
    before >>= _WORD - unused
    words |= before
    return words


def _parse_short(words: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of at most eight characters; what is said of longer ones has no meaning."""
    unused = _WORD - (length.view(np.uint64) << _3)
    digits, is_minus = _without_sign(words ^ _ZEROS, unused)
    some = _point(digits[:: len(digits) // _SOME | 1])
    usual = np.sort(some)[len(some) // 2 :][:1]
    if np.count_nonzero(some == usual) > _MANY * len(some):
        values, is_parsed = _parse_digits(digits, usual)
        other = np.flatnonzero(~is_parsed)
        values[other], is_parsed[other] = _parse_digits(digits[other], _point(digits[other]))
    else:
        values, is_parsed = _parse_digits(digits, _point(digits))
    if len(length) and length.min() <= 2:  # "-", "." and "-." have no digit
        is_parsed &= length.view(np.uint64) - is_minus > (words >> _56 == ord("."))
    values.view(np.uint64)[:] |= is_minus << _63
    return values, is_parsed


def _parse_digits(digits: np.ndarray, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of digits and the points that `unit` marks: one for all, or one for each."""
    digits = digits ^ (unit * _POINT)  # which leaves zero of a point, and of nothing else
    is_parsed = _are_digits(digits, _OVER_NINE + unit * _NINE)
    whole, scale = _before(digits, unit)
    whole *= (unit != 0) * _BYTE
    digits += whole  # 256 times what was there: each digit before the point is a byte further
    values = _number(digits).view(np.int64).astype(np.float64)
    values /= scale
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
    """Digits with zeros for a minus sign and for `unused` bits; one where there was a sign."""
    digits = digits >> unused
    is_minus = (digits.astype(np.uint8) == _MINUS).astype(np.uint64)
    digits -= is_minus * _MINUS
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


def _are_digits(digits: np.ndarray, over_nine: np.ndarray | np.uint64 = _OVER_NINE) -> np.ndarray:
    over = digits + over_nine
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
