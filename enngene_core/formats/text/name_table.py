"""Tab-separated tables of names."""

from collections.abc import Iterator
from pathlib import Path

from enngene_core.errors import EnngeneError, GenomeError
from enngene_core.formats.text.lines import read_lines

_MOST_ROWS = 5_000_000


def read_name_table(path: Path, *, error: type[EnngeneError], expected: str) -> dict[str, str]:
    """Second column of a table by its first.

    Further columns, comments (``#``) and blank lines are passed over. A row may be repeated.

    Parameters
    ----------
    error
        What is raised.
    expected
        What the table should be, for messages: "a table of names and splits".

    Raises
    ------
    EnngeneError
        As `error`, if the file is no such table, or gives two values to a name.
    """
    values: dict[str, str] = {}
    line_of: dict[str, int] = {}
    for line, (name, value, *_) in _read_rows(path, error, expected):
        if not name or not value:
            raise error(f"{path}, line {line}: found an empty cell; expected {expected}")
        if values.setdefault(name, value) != value:
            raise error(
                f"{path}, line {line}: found {value[:40]!r} for {name[:60]!r}, but "
                f"{values[name][:40]!r} in line {line_of[name]}; expected one value for each name"
            )
        line_of.setdefault(name, line)
    if not values:
        raise error(f"{path}: found no rows; expected {expected}")
    return values


def read_chromosome_names(path: Path) -> list[tuple[str, ...]]:
    """Rows of a table, as UCSC's chromAlias files: each holds all names of one chromosome.

    Empty cells, comments (``#``) and blank lines are passed over.

    Returns
    -------
    list of tuple of str
        Different names, in the order of the columns.

    Raises
    ------
    GenomeError
        If the file is no such table, or a name stands in two different rows.
    """
    expected = "a table with the names of one chromosome in each row"
    rows: list[tuple[str, ...]] = []
    seen: dict[str, tuple[int, frozenset[str]]] = {}
    for line, cells in _read_rows(path, GenomeError, expected):
        row = tuple(dict.fromkeys(cell for cell in cells if cell))
        names = frozenset(row)
        for name in row:
            first, others = seen.setdefault(name, (line, names))
            if others != names:
                raise GenomeError(
                    f"{path}, line {line}: found {name[:60]!r}, which line {first} names too; "
                    "expected each name in one row, beside all other names of its chromosome"
                )
        rows.append(row)
    if not rows:
        raise GenomeError(f"{path}: found no rows; expected {expected}")
    return rows


def _read_rows(
    path: Path, error: type[EnngeneError], expected: str
) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells, two or more, of the rows."""
    lines = read_lines(path, error=error, expected=expected)
    n_rows = 0
    for number, line in enumerate(lines.texts(), start=1):
        text = line.strip(" \t")
        if not text or text.startswith("#"):
            continue
        cells = line.rstrip(" ").split("\t")
        if len(cells) < 2:
            hint = " (spaces stand between the columns here; they must be tabs)" * (" " in text)
            raise error(
                f"{path}, line {number}: found 1 tab-separated column; expected {expected}, "
                f"in two or more columns{hint}"
            )
        for cell in cells:
            if not cell.isprintable():
                raise error(f"{path}, line {number}: found {cell[:40]!r}; expected a name")
        n_rows += 1
        if n_rows > _MOST_ROWS:
            raise error(f"{path}: more than {_MOST_ROWS:,} rows; expected {expected}")
        yield number, cells
