"""Ready sequences from FASTA, or from text with one of them a line."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from enngene_core.errors import IntervalError
from enngene_core.formats.genomes.stretches import stretches_at
from enngene_core.formats.intervals.intervals import LONGEST_NAME, Intervals
from enngene_core.formats.text.lines import TextLines, read_lines

_BLOCK = 1 << 20
_MOST_SEQUENCES = 5_000_000
_MOST_NAME_BYTES = 1 << 31
_HEADER = ord(">")
_EXPECTED = "a FASTA file of DNA or RNA sequences"
_EXPECTED_NEW = "FASTA, or text with one sequence of DNA or RNA a line"

_KNOWN = b"ACGTU"
_AMBIGUOUS = b"NRYSWKMBDHVX"
_NO_NUCLEOTIDE = b"\0"
_LINE_ENDS = b"\r\n"
_UPPER = bytes(
    b if b in _KNOWN else ord("N") if b in _AMBIGUOUS else 0 for b in bytes(range(256)).upper()
)


@dataclass(frozen=True)
class Sequences:
    """Sequences as they stand in a file, all letters one after the other.

    Attributes
    ----------
    intervals : Intervals
        The whole of each sequence, on a "chromosome" of its own name.
    letters : ndarray of uint8, shape (n_letters,)
        ASCII codes of ``ACGTUN``.
    offsets : ndarray of int64, shape (n_sequences + 1,)
        Sequence `i` is ``letters[offsets[i]:offsets[i + 1]]``.
    repeated : ndarray of int64, shape (n_sequences,)
        Index of the first sequence with the same name, or -1 where it is this one.
    """

    intervals: Intervals
    letters: np.ndarray
    offsets: np.ndarray
    repeated: np.ndarray

    def __len__(self) -> int:
        return len(self.intervals)

    def gather(
        self, record: np.ndarray, start: np.ndarray, *, width: int, table: bytes
    ) -> np.ndarray:
        """Stretches of one width.

        Parameters
        ----------
        record : ndarray of int, shape (n_stretches,)
            Index of each one's sequence.
        start : ndarray of int64, shape (n_stretches,)
            0-based; the stretch must end on the sequence.
        width
            At least 1, nt.
        table
            What each letter becomes: 256 bytes.

        Returns
        -------
        ndarray of uint8, shape (n_stretches, width)
        """
        letters = stretches_at(self.letters, self.offsets[record] + start, width)
        found = bytearray(letters.data).translate(table)
        return np.frombuffer(found, np.uint8).reshape(letters.shape)


def read_sequences(path: Path) -> Sequences:
    """Sequences of a FASTA file, plain, gzipped or bgzipped, DNA or RNA in any case.

    Letters that stand for several bases are read as N. Names are the first words of headers.

    Raises
    ------
    IntervalError
        If the file cannot be read, or a line is not as it should be in FASTA: a name that is
        missing or too long, a sequence that is missing, a letter of no nucleotide, a gap.
    """
    return _of_fasta(path, read_lines(path, error=IntervalError, expected=_EXPECTED))


def read_new_sequences(path: Path) -> Sequences:
    """Sequences of FASTA, as `read_sequences`, or of text with one sequence a line.

    It is FASTA if the first character that is no blank is ``>``. Lines of the other text are
    called ``line_1``, ``line_2``, ... by their numbers in the file; empty ones are passed over.
    Each record counts, whether or not one of the same name stands before it.

    Raises
    ------
    IntervalError
        As `read_sequences`; or if a line holds anything but letters of nucleotides.
    """
    lines = read_lines(path, error=IntervalError, expected=_EXPECTED_NEW)
    length = lines.end - lines.start
    filled = np.flatnonzero(length)
    first = next((word for i in filled if (word := lines.text(int(i) + 1).strip())), "")
    if not first:
        raise IntervalError(f"{path}: no sequences; expected {_EXPECTED_NEW}")
    return sequences_of(path, lines, is_fasta=first.startswith(">"))


def sequences_of(path: Path, lines: TextLines, *, is_fasta: bool) -> Sequences:
    """Sequences of some lines of a file, as FASTA, or one a line; what is empty is passed over.

    Each record counts, whether or not one of the same name stands before it.

    Raises
    ------
    IntervalError
        As `read_new_sequences`.
    """
    sequences = _of_fasta(path, lines) if is_fasta else _of_lines(path, lines)
    return replace(sequences, repeated=np.full(len(sequences), -1, dtype=np.int64))


def _of_lines(path: Path, lines: TextLines) -> Sequences:
    length = lines.end - lines.start
    row = np.flatnonzero(length)
    if len(row) > _MOST_SEQUENCES:
        raise _too_many(path)
    names = tuple(f"line_{number}" for number in (row + 1).tolist())
    no_header = np.zeros(0, dtype=np.int64)
    letters = _letters(path, lines, no_header, length)
    return _sequences(lines, row, names, np.array(names, dtype="S"), length[row], letters)


def _of_fasta(path: Path, lines: TextLines) -> Sequences:
    length = lines.end - lines.start
    is_header = length > 0
    is_header[is_header] = lines.content[lines.start[is_header]] == _HEADER
    header = np.flatnonzero(is_header)
    length[is_header] = 0
    before = length[: header[0]] if len(header) else length
    if before.any() or not len(header):
        line = int((before > 0).argmax()) + 1
        raise IntervalError(
            f"{path}, line {line}: found {lines.text(line)[:20]!r} before the first record; "
            f"expected {_EXPECTED}, with a line that starts with >"
        )
    if len(header) > _MOST_SEQUENCES:
        raise _too_many(path)
    chroms, name = _names(path, lines, header)
    n_letters = np.add.reduceat(length, header)
    if not n_letters.all():
        record = int(n_letters.argmin())
        raise IntervalError(
            f"{path}, line {header[record] + 1}: found no sequence after the name "
            f"{chroms[record]}; expected at least one letter"
        )
    letters = _letters(path, lines, header, length)
    return _sequences(lines, header, chroms, name, n_letters, letters)


def _sequences(
    lines: TextLines,
    row: np.ndarray,
    chroms: tuple[str, ...],
    name: np.ndarray,
    n_letters: np.ndarray,
    letters: np.ndarray,
) -> Sequences:
    """Sequences that begin at the lines `row`, 0-based."""
    intervals = Intervals(
        chroms=chroms,
        chrom=np.arange(len(row), dtype=np.int32),
        start=np.zeros(len(row), dtype=np.int64),
        end=n_letters,
        name=name,
        strand=np.full(len(row), b"+"),
        line=row + 1,
        lines=lines,
    )
    offsets = np.concatenate(([0], np.cumsum(n_letters)))
    return Sequences(intervals, letters, offsets, _repeated(chroms))


def _too_many(path: Path) -> IntervalError:
    return IntervalError(
        f"{path}: more than {_MOST_SEQUENCES:,} sequences; expected at most that many"
    )


def _names(path: Path, lines: TextLines, header: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """First words of headers as text and as UTF-8."""
    names: list[bytes] = []
    for first, last in _blocks(lines):
        begin, content = int(lines.start[first]), _content(lines, first, last).tobytes()
        rows = header[slice(*np.searchsorted(header, (first, last)))]
        starts, ends = (lines.start[rows] + 1 - begin).tolist(), (lines.end[rows] - begin).tolist()
        names += [
            (content[start:end].split(None, 1) or [b""])[0]
            for start, end in zip(starts, ends, strict=True)
        ]
    texts = tuple(b" ".join(names).decode().split(" "))  # no word holds a space
    width = max(map(len, names))
    if width > LONGEST_NAME or not all(names) or not " ".join(texts).isprintable():
        record, text = next(
            (record, text)
            for record, text in enumerate(texts)
            if not (0 < len(names[record]) <= LONGEST_NAME and text.isprintable())
        )
        raise IntervalError(
            f"{path}, line {header[record] + 1}: found "
            f"{'no name' if not text else f'the name {text[:20]!r}'} after >; "
            f"expected a printable name of 1 to {LONGEST_NAME} bytes"
        )
    if width * len(names) > _MOST_NAME_BYTES:
        raise IntervalError(
            f"{path}: {len(names):,} sequences with names of up to {width} bytes; "
            "expected shorter names, or fewer sequences"
        )
    return texts, np.array(names)


def _letters(path: Path, lines: TextLines, header: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Letters of all sequences, where `length` is that of lines, and 0 for headers."""
    letters = np.empty(length.sum(), dtype=np.uint8)
    n_read = 0
    for first, last in _blocks(lines):
        content = _content(lines, first, last).copy()
        rows = header[slice(*np.searchsorted(header, (first, last)))]
        n_bytes = lines.end[rows] - lines.start[rows]
        place = lines.start[rows] - lines.start[first] - (np.cumsum(n_bytes) - n_bytes)
        # Headers become line ends, which are left out.
        content[np.repeat(place, n_bytes) + np.arange(n_bytes.sum())] = _LINE_ENDS[-1]
        found = content.tobytes().translate(_UPPER, _LINE_ENDS)
        if (wrong := found.find(_NO_NUCLEOTIDE)) >= 0:
            n_before = np.cumsum(length)
            line = int(np.searchsorted(n_before, n_read + wrong, side="right"))
            place = n_read + wrong - int(n_before[line] - length[line])
            raise _no_nucleotide(path, lines, line + 1, place)
        letters[n_read : n_read + len(found)] = np.frombuffer(found, np.uint8)
        n_read += len(found)
    return letters


def _blocks(lines: TextLines) -> Iterator[tuple[int, int]]:
    """Lines that lie in about as many bytes as fit into a processor's cache: first, and last."""
    borders = np.searchsorted(lines.start, np.arange(0, len(lines.content), _BLOCK))
    return pairwise(np.unique(np.append(borders, len(lines))).tolist())


def _content(lines: TextLines, first: int, last: int) -> np.ndarray:
    """Bytes of the lines from `first` to before `last`, 0-based."""
    return lines.content[lines.start[first] : lines.end[last - 1]]


def _no_nucleotide(path: Path, lines: TextLines, line: int, place: int) -> IntervalError:
    start = int(lines.start[line - 1]) + place
    letter = lines.content[start : start + 4].tobytes().decode("utf-8", "replace")[0]
    kind = "the gap " if letter in "-." else ""
    return IntervalError(
        f"{path}, line {line}: found {kind}{letter!r} at column {place + 1}; expected letters of "
        "DNA or RNA only"
    )


def _repeated(names: tuple[str, ...]) -> np.ndarray:
    repeated = np.full(len(names), -1, dtype=np.int64)
    if len(set(names)) < len(names):
        n = len(names)
        first_of = dict(zip(reversed(names), range(n - 1, -1, -1), strict=True))
        first = np.fromiter(map(first_of.__getitem__, names), np.int64, n)
        is_later = first < np.arange(n)
        repeated[is_later] = first[is_later]
    return repeated
