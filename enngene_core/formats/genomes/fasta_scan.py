"""Where the lines of each record of a FASTA file lie, as the file itself tells it."""

import mmap
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from enngene_core.errors import GenomeError
from enngene_core.formats.genomes.fasta_index import FastaIndex
from enngene_core.formats.genomes.genome import MOST_CHROMOSOMES, check_name

_PIECE = 1 << 20
_LONGEST_NAME_LINE = 1 << 12
_MOST_BLANK = 1 << 16
_NEWLINE, _HEADER = ord("\n"), ord(">")


def make_index(path: Path, content: mmap.mmap) -> FastaIndex:
    """Find the records of a FASTA file.

    The loop is over records; lines are only counted, and looked at where they should end.

    Parameters
    ----------
    path
        The file as the user knows it, for messages.
    content
        Its bytes, unpacked.

    Raises
    ------
    GenomeError
        If the file is not FASTA, repeats a name, or has a record whose lines differ in length.
    """
    headers, n_newlines = _find_headers(path, content)
    before = content[: min([*headers, _MOST_BLANK])]
    if not headers or before.strip() or len(before) == _MOST_BLANK:
        raise GenomeError(
            f"{path}: found {before.strip()[:20]!r} before the first record; expected FASTA "
            "(a line that starts with >)"
        )
    borders = list(pairwise([*headers, len(content)]))
    records = [_measure(path, content, start, stop) for start, stop in borders]
    if n_newlines != before.count(b"\n") + sum(record[-1] for record in records):
        letters = np.frombuffer(content, np.uint8)
        for (start, stop), record in zip(borders, records, strict=True):
            if _count_newlines(letters[start:stop]) != record[-1]:
                raise _uneven(path, record[0])
    names = tuple(record[0] for record in records)
    if len(set(names)) < len(names):
        name, n = Counter(names).most_common(1)[0]
        raise GenomeError(f"{path}: found {n} records named {name}; expected each name once")
    table = np.array([record[1:5] for record in records], dtype=np.int64)
    return FastaIndex(names, *table.T)


def _find_headers(path: Path, content: mmap.mmap) -> tuple[list[int], int]:
    """Where records begin, and the number of line ends in the file."""
    letters = np.frombuffer(content, np.uint8)
    headers: list[int] = []
    n_newlines = 0
    for place in range(0, len(letters), _PIECE):
        piece = letters[place : place + _PIECE]
        n_newlines += int(np.count_nonzero(piece == _NEWLINE))
        found = np.flatnonzero(piece == _HEADER) + place
        headers += found[(found == 0) | (letters[found - 1] == _NEWLINE)].tolist()
        if len(headers) > MOST_CHROMOSOMES:
            raise GenomeError(f"{path}: more than {MOST_CHROMOSOMES:,} records; expected a genome")
    return headers, n_newlines


def _measure(
    path: Path, content: mmap.mmap, start: int, stop: int
) -> tuple[str, int, int, int, int, int]:
    """Name, size, offset, bases and bytes of a line, and number of line ends of one record."""
    newline = content.find(b"\n", start, stop)
    offset = newline + 1 if newline >= 0 else stop
    words = content[start + 1 : min(offset, start + _LONGEST_NAME_LINE)].split(None, 1)
    name = check_name(words[0] if words else b"", f"{path}, byte {start + 1}")
    tail = content[max(offset, stop - _MOST_BLANK) : stop]
    end = stop - len(tail) + len(tail.rstrip(b"\r\n"))
    n_newlines = (newline >= 0) + content[end:stop].count(b"\n")
    first = content.find(b"\n", offset, end)
    if first < 0:
        n_line_end = 2 if content[end : end + 1] == b"\r" else 1
        return name, end - offset, offset, end - offset, end - offset + n_line_end, n_newlines
    line_bytes = first + 1 - offset
    line_bases = line_bytes - (2 if content[first - 1 : first] == b"\r" else 1)
    n_breaks, rest = divmod(end - offset, line_bytes)
    breaks = np.frombuffer(content, np.uint8)[first:end:line_bytes]
    if not 0 < rest <= line_bases or not (breaks == _NEWLINE).all():
        raise _uneven(path, name)
    return name, n_breaks * line_bases + rest, offset, line_bases, line_bytes, n_newlines + n_breaks


def _count_newlines(letters: np.ndarray) -> int:
    pieces = range(0, len(letters), _PIECE)
    return sum(int((letters[place : place + _PIECE] == _NEWLINE).sum()) for place in pieces)


def _uneven(path: Path, name: str) -> GenomeError:
    return GenomeError(
        f"{path}: lines of {name} differ in length, or one is blank; expected lines of one length "
        "in each record (the last may be shorter)"
    )
