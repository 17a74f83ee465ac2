"""Intervals from BED3 to BED12 and narrowPeak files."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.errors import IntervalError

_LONGEST_LINE = 1 << 16
_LARGEST_COORDINATE = 1 << 40
_MOST_INTERVALS = 20_000_000
_NOT_INTERVALS = ("#", "track", "browser")


@dataclass(frozen=True)
class Intervals:
    """Loci as they stand in a file, one array element each.

    Attributes
    ----------
    chrom, name, strand : ndarray of object (str), shape (n_intervals,)
        `strand` is ``+``, ``-`` or ``.``; `name` is ``.`` where the file has none.
    start, end : ndarray of int64, shape (n_intervals,)
        0-based, half-open, bp.
    line : ndarray of int64, shape (n_intervals,)
        1-based line number in the file.
    """

    chrom: np.ndarray
    start: np.ndarray
    end: np.ndarray
    name: np.ndarray
    strand: np.ndarray
    line: np.ndarray

    def __len__(self) -> int:
        return len(self.chrom)


def read_intervals(path: Path) -> Intervals:
    """Intervals of a BED or narrowPeak file, plain or gzipped, in the file's order.

    Comments, empty lines, ``track`` and ``browser`` lines are passed over; columns after the
    sixth are not read.

    Raises
    ------
    IntervalError
        If the file is missing or empty, or a line is not an interval.
    """
    rows = []
    for number, line in _lines(path):
        if line and line.split(maxsplit=1)[0].startswith("#"):
            continue
        if not line or line.split(maxsplit=1)[0] in _NOT_INTERVALS:
            continue
        rows.append((*_parse(line, path, number), number))
        if len(rows) > _MOST_INTERVALS:
            raise IntervalError(f"{path}: more than {_MOST_INTERVALS:,} intervals")
    if not rows:
        raise IntervalError(f"{path}: no intervals; expected lines of chromosome, start and end")
    chrom, start, end, name, strand, line_numbers = zip(*rows, strict=True)
    return Intervals(
        chrom=np.array(chrom, dtype=object),
        start=np.array(start, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        name=np.array(name, dtype=object),
        strand=np.array(strand, dtype=object),
        line=np.array(line_numbers, dtype=np.int64),
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if not path.is_file():
        raise IntervalError(f"{path}: no such file")
    with open(path, "rb") as probe:
        is_gzipped = probe.read(2) == b"\x1f\x8b"
    number = 0
    try:
        with gzip.open(path, "rb") if is_gzipped else open(path, "rb") as handle:
            while line := handle.readline(_LONGEST_LINE + 1):
                number += 1
                if len(line) > _LONGEST_LINE:
                    raise IntervalError(
                        f"{path}, line {number}: longer than {_LONGEST_LINE} characters; "
                        "expected a BED file"
                    )
                if b"\0" in line:
                    raise IntervalError(
                        f"{path}, line {number}: binary data; expected a BED file (text)"
                    )
                # Editors on Windows put a byte order mark before the first line.
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError as error:
        raise IntervalError(
            f"{path}, line {number}: not UTF-8 text; expected a BED file"
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise IntervalError(
            f"{path}, after line {number}: the gzip file is cut short or damaged"
        ) from error


def _parse(line: str, path: Path, number: int) -> tuple[str, int, int, str, str]:
    fields = line.split("\t")
    if len(fields) < 3:
        raise IntervalError(
            f"{path}, line {number}: found {len(fields)} tab-separated "
            f"column{'s' if len(fields) > 1 else ''}; expected at least chromosome, start and end"
        )
    start = _coordinate(fields[1], "start", path, number)
    end = _coordinate(fields[2], "end", path, number)
    if end <= start:
        raise IntervalError(
            f"{path}, line {number}: end {end} is not greater than start {start}; "
            "expected a 0-based, half-open interval"
        )
    if not fields[0] or not fields[0].isprintable():
        raise IntervalError(
            f"{path}, line {number}: found {fields[0][:40]!r} as chromosome; expected a name"
        )
    name = fields[3] if len(fields) > 3 and fields[3] else "."
    strand = fields[5] if len(fields) > 5 else "."
    if strand not in ("+", "-", "."):
        raise IntervalError(
            f"{path}, line {number}: found strand {strand[:20]!r} in column 6; expected + - or ."
        )
    return fields[0], start, end, name, strand


def _coordinate(text: str, column: str, path: Path, number: int) -> int:
    # int() alone would take "1_000", "+5" and digits of other scripts.
    if not (text.isascii() and text.isdigit()) or len(text) > 13:
        raise IntervalError(
            f"{path}, line {number}: found {text[:20]!r} as {column}; "
            "expected a whole number from 0"
        )
    value = int(text)
    if value > _LARGEST_COORDINATE:
        raise IntervalError(f"{path}, line {number}: {column} {value} is beyond any genome")
    return value
