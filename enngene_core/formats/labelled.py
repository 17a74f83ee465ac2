"""One file with the sequences or intervals of several classes, each row with its class."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from enngene_core.errors import IntervalError
from enngene_core.formats.genomes.sequences import Sequences, sequences_of
from enngene_core.formats.intervals.bed import parse_bed
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.text.lines import TextLines, read_lines

_EXPECTED = (
    "FASTA with the class as the last word of each header, or a table with the class in the "
    "first column and then a sequence, or the columns of a BED file"
)
_NOTHING = ord("\r")
_SKIPPED = ("#", "track ", "browser ")

Kind = Literal["FASTA", "sequences", "intervals"]


@dataclass(frozen=True)
class LabelledRows:
    """What a file holds of one class.

    Attributes
    ----------
    name : str
        Class.
    intervals : Intervals
        On chromosomes, or a whole sequence each; their line numbers are those of the file.
    sequences : Sequences or None
        What `intervals` lie on, if they are ready sequences.
    """

    name: str
    intervals: Intervals
    sequences: Sequences | None


@dataclass(frozen=True)
class _Places:
    """Which stretch of each line is read, and for which class (-1 for none)."""

    kind: Kind
    group: np.ndarray
    start: np.ndarray
    end: np.ndarray


def read_labelled(path: Path, names: Sequence[str]) -> list[LabelledRows]:
    """Sequences or intervals of a file by class, plain or gzipped.

    FASTA, if the first character is ``>``: the last word of each header is the class (or its last
    words, if the class has several). Otherwise a table: the class stands in the first column, which
    ends at a tab, or at a blank if there is no tab; a sequence of DNA or RNA follows, or, after a
    tab, the columns of BED. Empty lines and those that start with # are passed over.

    Parameters
    ----------
    names
        Classes that there may be.

    Returns
    -------
    list of LabelledRows
        Classes that occur, in the order of `names`.

    Raises
    ------
    IntervalError
        If the file cannot be read, a row has no class or another one, or what follows cannot be
        used.
    """
    lines = read_lines(path, error=IntervalError, expected=_EXPECTED)
    places = _places(path, lines, names)
    found = []
    for index in np.unique(places.group[places.group >= 0]).tolist():
        own = _only(lines, places, index)
        if places.kind == "intervals":
            intervals, sequences = parse_bed(own, path), None
        else:
            sequences = sequences_of(path, own, is_fasta=places.kind == "FASTA")
            intervals = sequences.intervals
        # Whoever is told of a row sees it as it stands in the file.
        intervals = replace(intervals, lines=lines)
        if sequences is not None:
            sequences = replace(sequences, intervals=intervals)
        found.append(LabelledRows(names[index], intervals, sequences))
    return found


def _places(path: Path, lines: TextLines, names: Sequence[str]) -> _Places:
    for text in lines.texts():
        if text.strip() and not text.startswith(_SKIPPED):
            if text.startswith(">"):
                return _of_fasta(path, lines, names)
            return _of_table(path, lines, names, is_bed=text.count("\t") > 2)
    raise IntervalError(f"{path}: no rows; expected {_EXPECTED}")


def _of_fasta(path: Path, lines: TextLines, names: Sequence[str]) -> _Places:
    index_of = {name: index for index, name in enumerate(names)}
    of_words = sorted((name for name in names if len(name.split()) > 1), key=len, reverse=True)
    group = np.full(len(lines), -1)
    current = -1
    for row, text in enumerate(lines.texts()):
        if text.startswith(">"):
            header = text[1:].strip()
            words = header.split()
            last = next((name for name in of_words if header.endswith(name)), words[-1:])
            name = last if isinstance(last, str) else "".join(last)
            current = _index(path, row, name, index_of)
        group[row] = current if text else -1
    return _Places("FASTA", group, lines.start, lines.end)


def _of_table(path: Path, lines: TextLines, names: Sequence[str], *, is_bed: bool) -> _Places:
    index_of = {name: index for index, name in enumerate(names)}
    group, start, end = np.full(len(lines), -1), lines.start.copy(), lines.start.copy()
    for row, text in enumerate(lines.texts()):
        if not text.strip() or text.startswith(_SKIPPED):
            continue
        words = text.split("\t", 1) if "\t" in text else text.split(None, 1)
        group[row] = _index(path, row, words[0].strip(), index_of)
        rest = words[1].strip() if len(words) > 1 else ""
        if not rest:
            raise IntervalError(
                f"{path}, line {row + 1}: found nothing after the class; expected {_EXPECTED}"
            )
        # Of bytes, since the place is counted in them.
        end[row] = lines.end[row] - (len(text.encode()) - len(text.rstrip().encode()))
        start[row] = end[row] - len(rest.encode())
    return _Places("intervals" if is_bed else "sequences", group, start, end)


def _index(path: Path, row: int, name: str, index_of: dict[str, int]) -> int:
    if name not in index_of:
        found = f"found class {name[:60]!r}" if name else "found no class"
        few = ", ".join(list(index_of)[:8]) + (", ..." if len(index_of) > 8 else "")
        raise IntervalError(f"{path}, line {row + 1}: {found}; expected one of {few}")
    return index_of[name]


def _only(lines: TextLines, places: _Places, index: int) -> TextLines:
    """The lines with nothing but what is of one class; all others are empty."""
    is_own = places.group == index
    start, end = places.start, np.where(is_own, places.end, places.start)
    change = np.zeros(len(lines.content) + 1, dtype=np.int8)
    np.add.at(change, start[is_own], 1)
    np.add.at(change, end[is_own], -1)
    is_kept = np.cumsum(change[:-1], dtype=np.int8).view(bool)
    return TextLines(np.where(is_kept, lines.content, np.uint8(_NOTHING)), start, end)
