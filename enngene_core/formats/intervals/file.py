"""Intervals of a BED, narrowPeak, broadPeak, GFF3 or GTF file."""

from pathlib import Path

from enngene_core.errors import IntervalError
from enngene_core.formats.intervals.bed import is_bed, parse_bed
from enngene_core.formats.intervals.gff import is_gff, parse_gff
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.text.columns import read_blocks
from enngene_core.formats.text.lines import TextLines, read_lines

_EXPECTED = "a BED, narrowPeak, GFF3 or GTF file"
_FEW = 1 << 12
#: First words of other text files.
_OTHER_KINDS = {
    ">": "FASTA (sequences are given with --sequences)",
    "fixedStep": "wig",
    "variableStep": "wig",
    "@HD\t": "SAM",
    "@SQ\t": "SAM",
    "@": "FASTQ",
    "{": "JSON",
    "<": "HTML or XML",
}


def read_intervals(path: Path, *, feature: str = "") -> Intervals:
    """Intervals of a file, plain or gzipped, in the file's order.

    The format is told by the first line of data. Comments, empty lines, ``track`` and ``browser``
    lines are passed over.

    Parameters
    ----------
    feature
        Type of the lines to take from GFF3 and GTF; BED has no types and is read whole.

    Raises
    ------
    IntervalError
        If the file cannot be read, a line is not as its format has it, there are no intervals,
        or a GFF3 or GTF file has none of that type.
    """
    lines = read_lines(path, error=IntervalError, expected=_EXPECTED)
    number, first = _first_data(lines)
    if not first:
        raise IntervalError(f"{path}: no intervals; expected lines of chromosome, start and end")
    if is_bed(first):
        return parse_bed(lines, path)
    if is_gff(first):
        return parse_gff(lines, path, feature)
    for start, kind in _OTHER_KINDS.items():
        if first.startswith(start):
            raise IntervalError(
                f"{path}, line {number}: found {first[:20]!r}, which looks like {kind}; "
                f"expected {_EXPECTED}"
            )
    return parse_bed(lines, path)


def _first_data(lines: TextLines) -> tuple[int, str]:
    """First line that holds data, without blanks at its ends, and its 1-based number."""
    for first in range(0, len(lines), _FEW):
        few = slice(first, first + _FEW)
        for block in read_blocks(TextLines(lines.content, lines.start[few], lines.end[few])):
            number = first + int(block.line[0])
            return number, lines.text(number).strip(" \t")
    return 0, ""
