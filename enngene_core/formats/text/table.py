"""Tables as tab-separated text with one header line."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@")
#: Control characters, with which a text could leave its cell, steer a terminal, or turn the
#: direction in which its neighbours are shown.
_TURNING = [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_INVISIBLE = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *_TURNING], " ")

#: One of these, or the start of a formula, in any of some lines.
_HARMFUL = re.compile(
    f"[{''.join(map(re.escape, map(chr, set(_INVISIBLE) - {0x0A})))}]"
    f"|^[{re.escape(''.join(_FORMULA_STARTS))}].",
    re.MULTILINE,
)


def cell(value: Any) -> str:
    """One value as it stands in a table.

    Numbers are written with six significant digits. Text becomes inert: tabs, line breaks and other
    control characters turn to spaces, and a leading ``= + - @`` of more than a strand sign gets an
    apostrophe, so that a spreadsheet shows the text and computes nothing.
    """
    if isinstance(value, str):
        text = value.translate(_INVISIBLE)
        if len(text) > 1 and text.startswith(_FORMULA_STARTS):
            return "'" + text
        return text
    if isinstance(value, float):  # np.float64 too; np.float32 is cast by the caller
        return f"{value:.6g}"
    return str(value)


def cells(texts: Sequence[bytes]) -> list[str]:
    """`cell` of many texts in UTF-8 without line breaks: nearly all are fine as they are."""
    joined = b"\n".join(texts).decode("utf-8", "replace")
    if is_harmful(joined):
        return [cell(text.decode("utf-8", "replace")) for text in texts]
    return joined.split("\n") if len(texts) else []


def is_harmful(lines: str) -> bool:
    """Whether `cell` would change one of some texts that are joined by line breaks."""
    return _HARMFUL.search(lines) is not None


def table_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A header line and the rows as text."""
    lines = ["\t".join(cell(value) for value in line) for line in (columns, *rows)]
    return "\n".join(lines) + "\n"


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a header line and the rows."""
    # The names of files may be no text at all.
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as handle:
        for line in chain((columns,), rows):
            handle.write("\t".join(cell(value) for value in line) + "\n")
