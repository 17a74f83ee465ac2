"""Comparison of tables of predictions, without their models."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.errors import DatasetError
from enngene_core.evaluation.compared import compared
from enngene_core.evaluation.comparison import ComparisonResult, Judged, write_tables
from enngene_core.formats.text.lines import read_lines
from enngene_core.provenance import sha256
from enngene_core.specs.comparison import ComparisonSpec, check_names, told_by_name
from enngene_core.specs.execution import ExecutionSpec

_PLACE = ("chrom", "start", "end", "name", "strand")
_EXPECTED = "a table that 'enngene evaluate --predictions' wrote"
#: Rounding to six decimals moves the sum of a few thousand probabilities by no more.
_OFF = 0.01


@dataclass(frozen=True)
class PredictionTable:
    """Windows with their true class and probabilities.

    Attributes
    ----------
    path : Path
    classes : tuple of str
        In the order of the columns.
    places : list of str
        Place and name of each window, as they stand in the table.
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float32, shape (n_windows, n_classes)
        With the six decimals of the table.
    """

    path: Path
    classes: tuple[str, ...]
    places: list[str]
    y_true: np.ndarray
    probabilities: np.ndarray


def compare_predictions(
    tables: Sequence[tuple[str, Path]],
    spec: ComparisonSpec = ComparisonSpec(),
    *,
    output: Path | None = None,
    comparisons: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
) -> ComparisonResult:
    """Compare models by what they predicted for the same windows, and test how they differ.

    Parameters
    ----------
    tables
        Name of each model, and the table of its predictions. Windows and true classes are the
        same in all; the columns of classes may have any order.
    spec
        What is compared with what, and how sure.
    output
        Table of each model's numbers to write.
    comparisons
        Table of the differences and their tests to write.
    execution
        Cores, and memory that the draws must fit into.

    Raises
    ------
    DatasetError
        If a file is no such table, or has other windows or classes.
    SpecError
        If there are fewer than two tables, or two of one name.
    InsufficientMemoryError
        If the draws would not fit into memory.
    """
    check_names([name for name, _ in tables])
    (name, path), *others = tables
    with told_by_name(name):
        first = read_predictions(path)
    judged = [Judged(name, first.probabilities)]
    for name, path in others:
        with told_by_name(name):
            table = read_predictions(path)
            _check_same(table, first)
        columns = [table.classes.index(label) for label in first.classes]
        judged.append(Judged(name, table.probabilities[:, columns]))
    result = compared(
        judged,
        first.y_true,
        first.classes,
        spec,
        inputs={f"predictions {name}": sha256(path) for name, path in tables},
        execution=execution,
    )
    write_tables(result, output=output, comparisons=comparisons)
    return result


def read_predictions(path: Path) -> PredictionTable:
    """Table of predictions with true classes.

    Raises
    ------
    DatasetError
        If the file is no such table; the message names the line.
    """
    lines = read_lines(path, error=DatasetError, expected=_EXPECTED)
    texts = lines.texts()
    classes, n_columns = _header(path, next(texts))
    label_of = {name: label for label, name in enumerate(classes)}
    n_place = len(_PLACE)
    places: list[str] = []
    y_true = np.empty(len(lines) - 1, dtype=np.int64)
    probabilities = np.empty((len(lines) - 1, len(classes)), dtype=np.float32)
    for row, text in enumerate(texts):
        cells = text.split("\t")
        where = f"{path}, line {row + 2}"
        if len(cells) != n_columns:
            raise DatasetError(f"{where}: found {len(cells)} columns; expected {n_columns}")
        true_class = cells[n_place]
        if true_class not in label_of:
            raise DatasetError(
                f"{where}: found the class {true_class[:60]!r}; expected one of the header"
            )
        y_true[row] = label_of[true_class]
        probabilities[row] = _probabilities(where, cells[n_place + 1 :][: len(classes)])
        places.append("\t".join(cells[:n_place]))
    if not places:
        raise DatasetError(f"{path}: found no windows; expected {_EXPECTED}")
    return PredictionTable(path, classes, places, y_true, probabilities)


def _header(path: Path, text: str) -> tuple[tuple[str, ...], int]:
    """Classes, and the number of columns."""
    cells = text.split("\t")
    start = len(_PLACE) + 1
    if cells[:start] != [*_PLACE, "true_class"] or "predicted_class" not in cells[start:]:
        raise DatasetError(f"{path}, line 1: found {text[:60]!r}; expected {_EXPECTED}")
    classes = tuple(cells[start : cells.index("predicted_class", start)])
    if len(classes) < 2 or len(set(classes)) < len(classes):
        raise DatasetError(
            f"{path}, line 1: found the classes {', '.join(classes)[:200]!r}; expected two or "
            "more, with different names"
        )
    return classes, len(cells)


def _probabilities(where: str, cells: list[str]) -> list[float]:
    try:
        values = [float(text) for text in cells]
    except ValueError:
        values = [math.nan]
    # No comparison with NaN is true.
    if not (min(values) >= 0 and abs(sum(values) - 1) <= _OFF):
        raise DatasetError(
            f"{where}: found {', '.join(cells)[:60]!r}; expected probabilities of the classes, "
            "which sum to 1"
        )
    return values


def _check_same(table: PredictionTable, first: PredictionTable) -> None:
    if sorted(table.classes) != sorted(first.classes):
        raise DatasetError(
            f"{table.path}: has the classes {', '.join(table.classes)}; expected those of "
            f"{first.path}, {', '.join(first.classes)}"
        )
    if len(table.places) != len(first.places):
        raise DatasetError(
            f"{table.path}: has {len(table.places):,} windows; expected those of {first.path}, "
            f"{len(first.places):,}"
        )
    rows = zip(table.places, first.places, table.y_true, first.y_true, strict=True)
    for line, (place, expected, label, label_of_first) in enumerate(rows, start=2):
        name, name_of_first = table.classes[label], first.classes[label_of_first]
        if (place, name) != (expected, name_of_first):
            raise DatasetError(
                f"{table.path}, line {line}: found {_shown(place)} of {name}; expected as in "
                f"{first.path} {_shown(expected)} of {name_of_first}"
            )


def _shown(place: str) -> str:
    chrom, start, end, *_ = place.split("\t")
    return f"{chrom[:40]}:{start[:20]}-{end[:20]}"
