"""Lines of text files, plain or gzipped, read whole."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.errors import EnngeneError
from enngene_core.formats.text.content import MAX_SIZE, read_content

#: Longest line, bytes.
LONGEST_LINE = 1 << 16
_MOST_LINES = 1 << 25
_PIECE = 1 << 20
_FEW = 1 << 12
#: Lines whose bytes are counted together: the longest take 16 MiB.
_SOME = 1 << 8
_NEWLINE, _RETURN = 10, 13
_LONE_RETURN = re.compile(rb"\r(?!\n|\Z)")
#: Which bytes of four are not zero.
_PATTERNS = {
    (True, False, False, False): "UTF-32",
    (False, False, False, True): "UTF-32",
    (True, False, True, False): "UTF-16",
    (False, True, False, True): "UTF-16",
}


@dataclass(frozen=True)
class TextLines:
    """Lines of a file without their ends.

    Attributes
    ----------
    content : ndarray of uint8
        Bytes of the whole file.
    start, end : ndarray of int64, shape (n_lines,)
        Half-open place of each line in `content`.
    """

    content: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    def text(self, line: int) -> str:
        """Line of a 1-based number; bytes that are not UTF-8 are replaced."""
        part = self.content[self.start[line - 1] : self.end[line - 1]]
        return part.tobytes().decode("utf-8", "replace")

    def texts(self, lines: np.ndarray | None = None) -> Iterator[str]:
        """Lines of these 1-based numbers, one after the other; without them, all."""
        view = self.content.data
        for first in range(0, len(self if lines is None else lines), _FEW):
            few = slice(first, first + _FEW) if lines is None else lines[first : first + _FEW] - 1
            for start, end in zip(self.start[few].tolist(), self.end[few].tolist(), strict=True):
                yield str(view[start:end], "utf-8", "replace")

    def counts(self, byte: int) -> np.ndarray:
        """How often a byte stands in each line, shape (n_lines,)."""
        found = np.zeros(len(self), np.int32)
        for first in range(0, len(self), _SOME):
            some = slice(first, first + _SOME)
            start, end = self.start[some], self.end[some]
            is_found = self.content[start[0] : end[-1]] == byte
            before = np.concatenate(([0], np.cumsum(is_found, dtype=np.int32)))
            found[some] = before[end - start[0]] - before[start - start[0]]
        return found


def read_lines(
    path: Path, *, error: type[EnngeneError], expected: str, max_size: int = MAX_SIZE
) -> TextLines:
    r"""Lines of a UTF-8 text file, told from other files by its content, never by its name.

    Lines end in ``\n`` or ``\r\n``, or all of them in ``\r``; the last may lack its end. A byte
    order mark is passed over.

    Parameters
    ----------
    error
        What is raised.
    expected
        What the file should be, for messages: "a BED file".
    max_size
        Most bytes, unpacked.

    Raises
    ------
    EnngeneError
        As `error`, if the file cannot be read, is empty, is not UTF-8 text, or has a line of more
        than `LONGEST_LINE` bytes.
    """
    raw = read_content(path, error=error, expected=expected, max_size=max_size)
    _check_text(raw, path, error, expected)
    lines = _split(raw, path, error, expected)
    length = lines.end - lines.start
    if len(lines) and length.max() > LONGEST_LINE:
        number = int((length > LONGEST_LINE).argmax()) + 1
        raise error(
            f"{path}, line {number}: longer than {LONGEST_LINE:,} characters; expected {expected}"
        )
    return lines


def _check_text(
    raw: bytes | bytearray, path: Path, error: type[EnngeneError], expected: str
) -> None:
    if wide := _wide_encoding(raw):
        raise error(f"{path}: found {wide} text; expected {expected} (save it as UTF-8)")
    if (place := raw.find(b"\0")) >= 0:
        number = raw.count(b"\n", 0, place) + 1
        raise error(f"{path}, line {number}: found binary data; expected {expected} (text)")
    if raw.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(raw)
    for place in range(0, len(raw), _PIECE):
        is_last = place + _PIECE >= len(raw)
        try:
            decoder.decode(view[place : place + _PIECE], is_last)
        except UnicodeDecodeError as failure:
            wrong = place - len(decoder.getstate()[0]) + failure.start
            number = raw.count(b"\n", 0, wrong) + 1
            raise error(
                f"{path}, line {number}: not UTF-8 text (perhaps Latin-1 or Windows-1252); "
                f"expected {expected} (save it as UTF-8)"
            ) from failure


def _wide_encoding(raw: bytes | bytearray) -> str:
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "UTF-32"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    # Without a mark, the zeros beside Latin letters stand at every second byte, or three of four.
    sample = np.frombuffer(raw[: min(len(raw), 64) // 4 * 4], np.uint8).reshape(-1, 4) != 0
    if not len(sample) or (sample != sample[0]).any():
        return ""
    return _PATTERNS.get(tuple(sample[0].tolist()), "")


def _split(
    raw: bytes | bytearray, path: Path, error: type[EnngeneError], expected: str
) -> TextLines:
    content = np.frombuffer(raw, np.uint8)
    is_old_mac = b"\r" in raw and b"\n" not in raw
    end = _places(content, _RETURN if is_old_mac else _NEWLINE)
    if end is None:
        raise error(f"{path}: more than {_MOST_LINES:,} lines; expected {expected}")
    start = np.concatenate(([0], end + 1))
    if start[-1] < len(content):
        end = np.append(end, len(content))
    else:
        start = start[:-1]
    if raw.startswith(codecs.BOM_UTF8):
        start[0] = len(codecs.BOM_UTF8)
    if b"\r" in raw and not is_old_mac:
        if lone := _LONE_RETURN.search(raw):
            number = raw.count(b"\n", 0, lone.start()) + 1
            raise error(
                f"{path}, line {number}: found a carriage return inside the line; "
                r"expected lines that end in \n or \r\n"
            )
        end -= (content[np.maximum(end - 1, 0)] == _RETURN) & (end > start)
    return TextLines(content, start, end)


def _places(content: np.ndarray, byte: int) -> np.ndarray | None:
    """Where a byte stands, or None if that is at more places than a file may have lines."""
    found = []
    n_found = 0
    for offset in range(0, len(content), _PIECE):
        found.append(np.flatnonzero(content[offset : offset + _PIECE] == byte) + offset)
        n_found += len(found[-1])
        # Lines that hold nothing would take sixteen times the memory of their file.
        if n_found > _MOST_LINES:
            return None
    return np.concatenate(found)
