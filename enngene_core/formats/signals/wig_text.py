"""Scores as they stand in a wig file, in runs of consecutive lines."""

import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from enngene_core.errors import SignalError
from enngene_core.formats.signals.wig_declaration import (
    LARGEST_POSITION,
    Declaration,
    is_declaration,
    parse_declaration,
)
from enngene_core.formats.signals.wig_piece import Piece
from enngene_core.formats.text.decimals import parse_unusual
from enngene_core.formats.text.pieces import read_pieces

#: Text that is read at once: threads change seldom.
_PIECE = 1 << 20
_N_THREADS = 2
#: The least number that becomes infinite as a 32-bit float.
_INFINITE = 2.0**128 - 2.0**103
_CHROM = re.compile(rb"\schrom=(\S+)")
_EXPECTED = "a wig file"
_PASSED_OVER = (b"track", b"browser")


@dataclass(frozen=True)
class Run:
    """Scores of consecutive lines under one declaration.

    Attributes
    ----------
    declaration : Declaration
    n_declared : int
        Declarations of the file so far.
    first : int
        0-based position of the first score of a fixedStep run.
    positions : ndarray of int64, shape (n,), or None
        0-based position of each score of a variableStep run.
    scores : ndarray of float32, shape (n,)
        NaN where the file has no number.
    lines : range or ndarray of int64, shape (n,)
        1-based number of each line.
    """

    declaration: Declaration
    n_declared: int
    first: int
    positions: np.ndarray | None
    scores: np.ndarray
    lines: range | np.ndarray

    @property
    def is_contiguous(self) -> bool:
        """Whether each score is that of one base, next to the one before."""
        return self.positions is None and self.declaration.step == self.declaration.span == 1

    @property
    def end(self) -> int:
        """Where the scores end, 0-based."""
        last = self.first + self.declaration.step * (len(self.scores) - 1)
        if self.positions is not None:
            last = int(self.positions.max())
        return last + self.declaration.span

    def starts(self) -> np.ndarray:
        """0-based position from which each score holds."""
        if self.positions is not None:
            return self.positions
        return self.first + self.declaration.step * np.arange(len(self.scores))


def count_declarations(path: Path) -> dict[str, int]:
    """How many declarations a wig file has up to the last of each chromosome.

    Much faster than `read_runs`, which tells of wrong declarations.

    Raises
    ------
    SignalError
        If the file is damaged, or is not text.
    """
    counts: dict[str, int] = {}
    n_declared = 0
    for text in read_pieces(path, size=_PIECE, error=SignalError, expected=_EXPECTED):
        place = 0
        while (place := text.find(b"=", place)) >= 0:
            start, place = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
            line = text[start:place].strip()
            if is_declaration(line):
                n_declared += 1
                if chrom := _CHROM.search(line):
                    counts[chrom[1].decode("utf-8", "replace")] = n_declared
    return counts


def read_runs(path: Path) -> Iterator[Run]:
    """All scores of a wig file, plain or gzipped, in the file's order and in bounded memory.

    Raises
    ------
    SignalError
        If the file is damaged, or a line is not as the format has it.
    """
    # Once a block of this size has been freed, glibc keeps smaller ones for their next use, where
    # it would hand each piece's arrays back to the system: half of the time would go there.
    np.empty(1 << 24, dtype=np.uint8)
    reader = _Reader(path)
    texts = read_pieces(path, size=_PIECE, error=SignalError, expected=_EXPECTED)
    with ThreadPoolExecutor(_N_THREADS) as parsers:
        coming: deque[Future[Piece]] = deque()
        for text in texts:
            coming.append(parsers.submit(Piece, text))
            if len(coming) > 2 * _N_THREADS:
                yield from reader.runs(coming.popleft().result())
        while coming:
            yield from reader.runs(coming.popleft().result())


class _Reader:
    """How far a wig file has been read.

    Parameters
    ----------
    path
        A wig file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._n_lines = 0
        self._n_declared = 0
        self._declaration: Declaration | None = None
        self._next = 0

    def runs(self, piece: Piece) -> Iterator[Run]:
        """Runs of the next lines."""
        if (place := piece.text.find(b"\0")) >= 0:
            self._fail_at(piece, place, f"found binary data; expected {_EXPECTED} (text)")
        word = line = 0
        for strange in piece.strange:
            if strange < word:
                continue
            start, end = piece.start(strange), int(piece.end[strange])
            value = parse_unusual(piece.text[start:end])
            if value is not None and abs(value) >= _INFINITE:
                self._fail_at(piece, start, "found an infinite score; expected a number")
            elif value is not None:
                piece.values[strange] = piece.scores[strange] = value
            elif not piece.is_newline[start - 1]:
                self._refuse(piece, start)
            else:
                if word < strange:
                    run = self._run(piece, word, strange, line)
                    line += len(run.lines)
                    yield run
                self._take_note(piece, start)
                line += 1
                line_end = piece.text.index(b"\n", start)
                word = int(np.searchsorted(piece.end, line_end, side="right"))
        if word < len(piece):
            yield self._run(piece, word, len(piece), line)
        self._n_lines += piece.n_lines

    def _take_note(self, piece: Piece, place: int) -> None:
        """Read a line that does not begin with a number."""
        line = piece.line(place)
        if is_declaration(line):
            self._n_declared += 1
            try:
                self._declaration = parse_declaration(line)
            except ValueError as error:
                self._fail_at(piece, place, str(error))
            self._next = self._declaration.start
        elif b"type=bedGraph" in line or not line.startswith(_PASSED_OVER):
            self._refuse(piece, place)

    def _run(self, piece: Piece, first: int, last: int, line: int) -> Run:
        """The words `first` to `last`, which begin on the line `line` of the piece."""
        start, stop = piece.start(first), int(piece.end[last - 1]) + 1
        declaration = self._declaration
        if declaration is None:
            self._refuse(piece, start)
        n_words = 1 if declaration.is_fixed else 2
        if declaration.is_fixed:
            is_regular = np.count_nonzero(piece.is_newline[start:stop]) == last - first
        else:
            is_regular = piece.are_pairs(first, last)
        if not is_regular:
            self._refuse_one_of(piece, start, n_words)
        lines = self._lines(piece, line, (last - first) // n_words)
        positions = None
        if not declaration.is_fixed:
            positions = self._positions(piece.values[first:last:2], lines)
        scores = piece.scores[first + n_words - 1 : last : n_words]
        at = self._next
        self._next += declaration.step * len(scores)
        if self._next > LARGEST_POSITION + declaration.step:
            self._fail(lines[-1], "found a score beyond the end of any genome")
        return Run(declaration, self._n_declared, at, positions, scores, lines)

    def _positions(self, values: np.ndarray, lines: range | np.ndarray) -> np.ndarray:
        """0-based positions of the first words of variableStep lines."""
        with np.errstate(invalid="ignore"):
            positions = values.astype(np.int64)
        is_position = positions == values
        is_position &= positions > 0
        is_position &= positions <= LARGEST_POSITION
        if not is_position.all():
            wrong = int(is_position.argmin())
            self._fail(
                lines[wrong],
                f"found position {values[wrong]:.12g}; expected a whole number from 1 to "
                f"{LARGEST_POSITION:,}",
            )
        positions -= 1
        return positions

    def _lines(self, piece: Piece, first: int, n_lines: int) -> range | np.ndarray:
        """1-based numbers in the file of lines of a piece."""
        numbers = piece.line_numbers(first, n_lines)
        before = self._n_lines + 1
        if isinstance(numbers, range):
            return range(before + numbers.start, before + numbers.stop)
        return before + numbers

    def _refuse_one_of(self, piece: Piece, place: int, n_words: int) -> NoReturn:
        """Refuse the first line that has another number of words."""
        while len(piece.line(place).split()) == n_words:
            place = piece.text.index(b"\n", place) + 1
        self._refuse(piece, place)

    def _refuse(self, piece: Piece, place: int) -> NoReturn:
        """Refuse a line that has no meaning where it stands."""
        line = piece.line(place)
        words = line.split()
        found = f"found {line[:40].decode('utf-8', 'replace')!r}"
        is_bedgraph = len(words) == 4 and words[1].isdigit() and words[2].isdigit()
        if is_bedgraph or b"type=bedGraph" in line:
            what = f"{found}, a line of bedGraph; make a bigWig of the file with bedGraphToBigWig"
        elif self._declaration is None:
            what = f"{found} before any declaration; expected a fixedStep or variableStep line"
        elif self._declaration.is_fixed:
            what = f"{found} under fixedStep; expected one score"
        else:
            what = f"{found} under variableStep; expected a position and a score"
        self._fail_at(piece, place, what)

    def _fail_at(self, piece: Piece, place: int, what: str) -> NoReturn:
        self._fail(self._lines(piece, piece.line_index(place), 1)[0], what)

    def _fail(self, line: int, what: str) -> NoReturn:
        raise SignalError(f"{self._path}, line {line}: {what}")
