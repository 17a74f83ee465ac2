"""A report as Galaxy's Markdown."""

import re
from pathlib import Path

from enngene_core.plots.names import plain, shortened
from enngene_core.report.description import (
    Block,
    ColouredText,
    Facts,
    Figure,
    Report,
    Table,
    Text,
    Warning,
)
from enngene_core.report.words import shown

#: Galaxy reads no more of a report, bytes.
LARGEST = 10 * 1024
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
# What makes a list or a heading is markup at the start of a line only.
_LINE_START = re.compile(r"^([-+=]|\d+(?=[.)](\s|$)))")
#: Rows of a table, and characters of a cell or paragraph: the first that fits is taken.
_LIMITS = ((40, 80, 2000), (20, 60, 2000), (12, 60, 1000), (6, 40, 600), (3, 30, 400), (1, 20, 240))


def escaped(text: str) -> str:
    """One line that Markdown and Galaxy's directives show as it is."""
    return _LINE_START.sub(_inert, _MARKUP.sub(r"\\\1", plain(text)))


def _inert(start: re.Match[str]) -> str:
    return start[0] + "\\" if start[0].isdigit() else "\\" + start[0]


def write_markdown(report: Report, path: Path) -> None:
    """Write a page for an output of Galaxy's datatype ``tool_markdown`` that is named ``report``.

    Galaxy takes the figures from PNG files among that output's extra files.

    Parameters
    ----------
    report
        Tables and texts are shortened until the page fits into `LARGEST` bytes.
    path
        File to write.
    """
    path.write_text(markdown(report), encoding="utf-8", newline="\n")


def markdown(report: Report) -> str:
    """Page of at most `LARGEST` bytes."""
    for most_rows, most_in_cell, most_in_text in _LIMITS:
        page = "\n".join(_parts(report, most_rows, most_in_cell, most_in_text))
        if len(page.encode()) <= LARGEST:
            return page
    # Whatever is left is dropped block by block: a page that is cut in a fence shows nothing.
    note = "*The rest did not fit into this page; the outputs of the tool have it.*\n"
    kept: list[str] = []
    size = len(note.encode())
    for part in _parts(report, *_LIMITS[-1]):
        size += len(part.encode()) + 1
        if size > LARGEST:
            return "\n".join([*kept, note])
        kept.append(part)
    return "\n".join(kept)


def _parts(report: Report, most_rows: int, most_in_cell: int, most_in_text: int) -> list[str]:
    parts = [f"# {escaped(report.title)}\n"]
    for section in report.sections:
        parts.append(f"## {escaped(section.heading)}\n")
        parts += [_block(block, most_rows, most_in_cell, most_in_text) for block in section.blocks]
    return parts


def _block(block: Block, most_rows: int, most_in_cell: int, most_in_text: int) -> str:
    def cut(text: str) -> str:
        return escaped(shortened(text, length=most_in_text))

    match block:
        case Text():
            return f"{cut(block.text)}\n"
        case Warning():
            return f"> **Careful:** {cut(block.text)}\n"
        case Facts():
            lines = (f"- **{escaped(name)}**: {cut(value)}" for name, value in block.rows)
            return "\n".join(lines) + "\n"
        case Figure():
            directive = f'history_dataset_as_image(output=report, path="{block.name}.png")'
            return f"```galaxy\n{directive}\n```\n\n*Figure.* {cut(block.caption)}\n"
        case ColouredText():
            return ""
        case Table():
            return _table(block, most_rows, most_in_cell, most_in_text)


def _table(table: Table, most_rows: int, most_in_cell: int, most_in_text: int) -> str:
    def line(values: list[str]) -> str:
        return f"| {' | '.join(values)} |"

    rows = list(table.rows)[:most_rows]
    lines = [
        f"*Table.* {escaped(shortened(table.caption, length=most_in_text))}",
        "",
        line([escaped(column) for column in table.columns]),
        "|" + "---|" * len(table.columns),
    ]
    for row in rows:
        lines.append(line([escaped(shortened(shown(value), length=most_in_cell)) for value in row]))
    if len(rows) < len(table.rows):
        lines += ["", f"The first {len(rows)} of {len(table.rows):,} rows; outputs have all."]
    return "\n".join(lines) + "\n"
