"""The table of predictions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.intervals.unread import unread_cells, unread_columns
from enngene_core.formats.text.table import cell, cells
from enngene_core.intervals.windows import Windows

_NA = "NA"
_FEW = 1 << 14

#: How a value is written, and the values.
Column = tuple[str, list[Any]]


def write_predictions(
    path: Path,
    loci: Windows | Intervals,
    *,
    classes: tuple[str, ...],
    probabilities: np.ndarray,
    with_true_class: bool = False,
    with_confidence: bool = False,
    of_sequences: bool = False,
    spread: np.ndarray | None = None,
    distance: np.ndarray | None = None,
) -> None:
    """Write a row for each locus: place, probability of each class, highest scoring class.

    Of intervals, the columns of their file that are in none of these follow as ``input_5``, ...
    by their numbers there.

    Parameters
    ----------
    path
        Table to write.
    loci
        Windows or intervals, in the order of `probabilities`.
    classes
        Names in the order of the columns of `probabilities`.
    probabilities : ndarray of float, shape (n_loci, n_classes)
        A row of NaN stands for a locus that could not be used; its cells are ``NA``.
    with_true_class
        Whether the windows' labels are written too.
    with_confidence
        Whether the probability of the highest scoring class has a column of its own.
    of_sequences
        Whether the loci are ready sequences, whose place is a name and a length.
    spread : ndarray of float, shape (n_loci,), optional
        Of an ensemble: standard deviation of its members' probabilities for the highest scoring
        class.
    distance : ndarray of float, shape (n_loci,), optional
        Of `Typical.distance`: a locus whose distance is above 1 is unlike the training windows.
    """
    columns = ["name", "length"] if of_sequences else ["chrom", "start", "end", "name", "strand"]
    columns += ["true_class"] if with_true_class else []
    columns += [*classes, "predicted_class", *(["confidence"] if with_confidence else [])]
    columns += [] if spread is None else ["spread"]
    columns += [] if distance is None else ["unlike_training", "unlike_distance"]
    intervals = loci if isinstance(loci, Intervals) and not of_sequences else None
    numbers: tuple[int, ...] = ()
    if intervals is not None:
        numbers = unread_columns(intervals)
        columns += [f"input_{number}" for number in numbers]
    more = [probabilities.max(axis=1)] if with_confidence else []
    more += [] if spread is None else [spread]
    values = np.column_stack((probabilities, *more))
    class_cells = [cell(name) for name in classes]
    label = loci.label if with_true_class and isinstance(loci, Windows) else None
    # The names of files may be no text at all.
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as handle:
        handle.write("\t".join(cell(name) for name in columns) + "\n")
        for first in range(0, len(loci), _FEW):
            few = slice(first, first + _FEW)
            parts = _sequences(loci, few) if of_sequences else _places(loci, few)
            if label is not None:
                parts.append(("%s", [class_cells[i] for i in label[few].tolist()]))
            parts += _predicted(values[few], class_cells)
            if distance is not None:
                parts += _unlike(distance[few])
            if intervals is not None and numbers:
                parts.append(("%s", unread_cells(intervals, numbers, few)))
            form = "\t".join(form for form, _ in parts) + "\n"
            columns_of_few = (column for _, column in parts)
            handle.writelines(map(form.__mod__, zip(*columns_of_few, strict=True)))


def _places(loci: Windows | Intervals, few: slice) -> list[Column]:
    start, end, chrom = (getattr(loci, name)[few].tolist() for name in ("start", "end", "chrom"))
    chroms = {index: cell(loci.chroms[index]) for index in set(chrom)}
    # Datasets come from strangers: their strands may be any text.
    return [
        ("%s", [chroms[index] for index in chrom]),
        ("%d", start),
        ("%d", end),
        ("%s", _cells(loci.name[few])),
        ("%s", _cells(loci.strand[few])),
    ]


def _sequences(loci: Windows | Intervals, few: slice) -> list[Column]:
    length = (loci.end[few] - loci.start[few]).tolist()
    return [("%s", _cells(loci.name[few])), ("%d", length)]


def _cells(texts: np.ndarray) -> list[str]:
    values = texts.tolist()
    # With a line break in one of them they can't be joined by it.
    if any(b"\n" in value for value in values):
        return [cell(value.decode("utf-8", "replace")) for value in values]
    return cells(values)


def _predicted(values: np.ndarray, class_cells: Sequence[str]) -> list[Column]:
    """Probabilities, highest scoring class, and whatever columns more `values` have."""
    n_classes = len(class_cells)
    unusable = np.isnan(values[:, 0])
    highest = np.where(unusable, n_classes, values[:, :n_classes].argmax(axis=1)).tolist()
    names = [*class_cells, _NA]
    numbers = [_numbers("%.6f", column, unusable) for column in values.T]
    predicted = ("%s", [names[index] for index in highest])
    return [*numbers[:n_classes], predicted, *numbers[n_classes:]]


def _unlike(distance: np.ndarray) -> list[Column]:
    unusable = np.isnan(distance)
    answers = np.where(unusable, 2, distance > 1).tolist()
    told = [("no", "yes", _NA)[answer] for answer in answers]
    return [("%s", told), _numbers("%.3f", distance, unusable)]


def _numbers(form: str, values: np.ndarray, unusable: np.ndarray) -> Column:
    if not unusable.any():
        return form, values.tolist()
    pairs = zip(values.tolist(), unusable.tolist(), strict=True)
    return "%s", [_NA if is_unusable else form % value for value, is_unusable in pairs]
