"""Intervals of GFF3 and GTF text."""

from pathlib import Path

import numpy as np

from enngene_core.errors import IntervalError
from enngene_core.formats.intervals.builder import IntervalBuilder, check_n_names, read_strands
from enngene_core.formats.intervals.faults import (
    is_whole_number,
    too_few_columns,
    too_long,
    wrong_chromosome,
    wrong_coordinate,
    wrong_strand,
)
from enngene_core.formats.intervals.gff_names import find_gff_names, read_gff_names
from enngene_core.formats.intervals.intervals import LONGEST_NAME, Intervals
from enngene_core.formats.text.columns import read_blocks
from enngene_core.formats.text.fields import NUMBER_LIMIT, NameIndex, gather_texts, whole_numbers
from enngene_core.formats.text.lines import TextLines

_FASTA = "##FASTA"
_LEAST_COLUMNS = 8
_ORDER = "chromosome, source, type, start, end, score, strand, phase, attributes"
_STRANDS = b"+-.?"
_MOST_TYPES_SHOWN = 8


def is_gff(text: str) -> bool:
    """Whether a line of data that is not BED looks like GFF3 or GTF."""
    columns = text.split("\t")
    return (
        len(columns) >= _LEAST_COLUMNS
        and any(map(is_whole_number, columns[3:5]))
        and columns[6] in tuple(_STRANDS.decode())
    )


def parse_gff(lines: TextLines, path: Path, feature: str) -> Intervals:
    """Intervals of the lines of one type; columns, numbers and strands of all are checked.

    Their 1-based, closed coordinates become 0-based and half-open; strand ``?`` becomes ``.``.

    Raises
    ------
    IntervalError
        If a line is not as GFF has it, or none is of the type that `feature` names.
    """
    builder = IntervalBuilder(path, lines, explain_gff)
    types = NameIndex()
    types_of_lines = []
    for block in read_blocks(_annotation(lines)):
        start, is_start = whole_numbers(block.content, *block.column(4))
        end, is_end = whole_numbers(block.content, *block.column(5))
        strand, is_strand = read_strands(block, 7, _STRANDS)
        type_start, type_end = block.column(3)
        is_valid = (block.n_columns >= _LEAST_COLUMNS) & is_start & is_end & is_strand
        is_valid &= (start >= 1) & (end >= start) & (end < NUMBER_LIMIT)
        is_valid &= type_end - type_start <= LONGEST_NAME
        type_of_line = types.index(
            gather_texts(block.content, type_start, type_end, whole_words=True)
        )
        check_n_names(len(types), "feature types", path)
        types_of_lines.append(type_of_line)

        rows = np.flatnonzero(type_of_line == (types.find(feature) if feature else -1))
        taken = block.take(rows)
        name_start, name_end, is_gff3 = find_gff_names(taken)
        is_valid[rows] &= name_end - name_start <= LONGEST_NAME
        chrom = builder.read_chromosomes(block, is_valid)
        if len(rows):
            strand[strand == b"?"] = b"."
            builder.add(
                taken,
                chrom=chrom[rows],
                start=start[rows] - 1,
                end=end[rows],
                name=read_gff_names(taken, name_start, name_end, is_gff3),
                strand=strand[rows],
            )
    if not types_of_lines:
        raise IntervalError(f"{path}: no intervals; expected lines of GFF3 before {_FASTA}")
    if not len(builder):
        counts = np.bincount(np.concatenate(types_of_lines)).tolist()
        raise IntervalError(f"{path}: {_no_such_type(feature, types.names_from(0), counts)}")
    return builder.build(is_gff=True)


def _annotation(lines: TextLines) -> TextLines:
    """Lines before the directive that sequences follow, if there is one."""
    rows = np.flatnonzero(lines.end - lines.start >= len(_FASTA))
    for offset, byte in enumerate(_FASTA.encode()):
        rows = rows[lines.content[lines.start[rows] + offset] == byte]
    if not len(rows):
        return lines
    return TextLines(lines.content, lines.start[: rows[0]], lines.end[: rows[0]])


def _no_such_type(feature: str, types: list[str], counts: list[int]) -> str:
    by_count = sorted(zip(types, counts, strict=True), key=lambda item: -item[1])
    shown = [
        f"{name if name.isprintable() and name else repr(name)} ({count:,})"
        for name, count in by_count[:_MOST_TYPES_SHOWN]
    ]
    if len(by_count) > len(shown):
        shown.append(f"{len(by_count) - len(shown)} more")
    reason = (
        f"no line is of type {feature!r}"
        if feature
        else "GFF3 and GTF files hold features of several types"
    )
    return f"{reason}; found {', '.join(shown)}; name one of them with --feature"


def explain_gff(text: str) -> str:
    """What is wrong with a line that is no feature."""
    columns = text.split("\t")
    return (
        too_few_columns(columns, _LEAST_COLUMNS, f"at least {_LEAST_COLUMNS} of GFF: {_ORDER}")
        or wrong_coordinate(columns, 3, "start", 1, _ORDER)
        or wrong_coordinate(columns, 4, "end", 1, _ORDER)
        or _wrong_order(int(columns[3]), int(columns[4]))
        or wrong_chromosome(columns[0])
        or wrong_strand(columns[6], 7, "+ - . or ?")
        or too_long(columns[2], "feature type")
        or f"found a name of more than {LONGEST_NAME} bytes among the attributes; expected a "
        "shorter ID, Name, transcript_id or gene_id"
    )


def _wrong_order(start: int, end: int) -> str:
    if end >= start:
        return ""
    return f"end {end} is less than start {start}; expected a 1-based, closed interval"
