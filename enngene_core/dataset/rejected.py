"""The table of input rows that became no window."""

from collections.abc import Sequence
from pathlib import Path

from enngene_core.dataset.classes import ClassFile, LabelledIntervals
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.text.table import write_table
from enngene_core.intervals.rejections import Rejections

ROW_COLUMNS = ("line", "text", "reason")
COLUMNS = ("class", "file", *ROW_COLUMNS)


def write_rejected(
    path: Path,
    rejections: Rejections,
    classes: Sequence[ClassFile],
    loci: Sequence[LabelledIntervals],
) -> None:
    """Write a row for each input row that became no window.

    Parameters
    ----------
    path
        Table to write.
    rejections
        Their labels are indices into `classes`.
    classes, loci
        Classes as files, and what was read of them, in the same order.
    """
    lines = [item.intervals.lines for item in loci]
    rows = zip(rejections.label.tolist(), rejections.line.tolist(), rejections.reason, strict=True)
    write_table(
        path,
        COLUMNS,
        (
            (classes[label].name, classes[label].shown_name, line, lines[label].text(line), reason)
            for label, line, reason in rows
        ),
    )


def write_rejected_rows(path: Path, rejections: Rejections, loci: Intervals) -> None:
    """Write a row for each row of one file without classes that became no window.

    Parameters
    ----------
    path
        Table to write.
    rejections
        Rows of the file.
    loci
        All that was read of it.
    """
    rows = zip(rejections.line.tolist(), rejections.reason, strict=True)
    write_table(path, ROW_COLUMNS, ((line, loci.lines.text(line), why) for line, why in rows))
