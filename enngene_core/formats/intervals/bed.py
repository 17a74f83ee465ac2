"""Intervals of BED3 to BED12, narrowPeak and broadPeak text."""

from pathlib import Path

from enngene_core.formats.intervals.builder import IntervalBuilder, read_names, read_strands
from enngene_core.formats.intervals.faults import (
    is_whole_number,
    too_few_columns,
    too_long,
    wrong_chromosome,
    wrong_coordinate,
    wrong_strand,
)
from enngene_core.formats.intervals.intervals import LONGEST_NAME, Intervals
from enngene_core.formats.text.columns import read_blocks
from enngene_core.formats.text.fields import NUMBER_LIMIT, whole_numbers
from enngene_core.formats.text.lines import TextLines

_ORDER = "chromosome, start, end"


def is_bed(text: str) -> bool:
    """Whether a line of data looks like BED."""
    columns = text.split("\t")
    return len(columns) >= 3 and all(map(is_whole_number, columns[1:3]))


def parse_bed(lines: TextLines, path: Path) -> Intervals:
    """Intervals of all lines, of which one at least holds data.

    Columns after the sixth are not read.

    Raises
    ------
    IntervalError
        If a line is not an interval.
    """
    builder = IntervalBuilder(path, lines, explain_bed)
    for block in read_blocks(lines):
        start, is_start = whole_numbers(block.content, *block.column(2))
        end, is_end = whole_numbers(block.content, *block.column(3))
        strand, is_strand = read_strands(block, 6, b"+-.")
        name_start, name_end = block.column(4)
        is_valid = (block.n_columns >= 3) & is_start & is_end & is_strand
        is_valid &= (end > start) & (end < NUMBER_LIMIT) & (name_end - name_start <= LONGEST_NAME)
        chrom = builder.read_chromosomes(block, is_valid)
        name = read_names(block, name_start, name_end)
        builder.add(block, chrom=chrom, start=start, end=end, name=name, strand=strand)
    return builder.build(is_gff=False)


def explain_bed(text: str) -> str:
    """What is wrong with a line that is no interval."""
    columns = text.split("\t")
    return (
        too_few_columns(columns, 3, "at least chromosome, start and end")
        or wrong_coordinate(columns, 1, "start", 0, _ORDER)
        or wrong_coordinate(columns, 2, "end", 0, _ORDER)
        or _wrong_order(int(columns[1]), int(columns[2]))
        or wrong_chromosome(columns[0])
        or (too_long(columns[3], "name") if len(columns) > 3 else "")
        or (wrong_strand(columns[5], 6, "+ - or .") if len(columns) > 5 else "")
    )


def _wrong_order(start: int, end: int) -> str:
    if end > start:
        return ""
    return f"end {end} is not greater than start {start}; expected a 0-based, half-open interval"
