"""The table of predictions."""

import math
from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.intervals.unread import unread_cells, unread_columns
from enngene_core.formats.text.table import cell, cells
from enngene_core.intervals.windows import Windows

_NA = "NA"
_FEW = 1 << 14


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
    own: Iterator[Sequence[Any]] = repeat(())
    has_own = False
    if isinstance(loci, Intervals) and not of_sequences:
        numbers = unread_columns(loci)
        columns += [f"input_{number}" for number in numbers]
        own, has_own = unread_cells(loci, numbers), bool(numbers)
    class_cells = [cell(name) for name in classes]
    label = loci.label if with_true_class and isinstance(loci, Windows) else None
    more = [probabilities.max(axis=1)] if with_confidence else []
    more += [] if spread is None else [spread]
    values = np.column_stack((probabilities, *more))
    # The names of files may be no text at all.
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as handle:
        handle.write("\t".join(cell(name) for name in columns) + "\n")
        for first in range(0, len(loci), _FEW):
            few = slice(first, first + _FEW)
            parts = [_sequences(loci, few) if of_sequences else _places(loci, few)]
            if label is not None:
                parts.append(class_cells[i] for i in label[few].tolist())
            parts.append(_predicted(values[few], class_cells))
            if distance is not None:
                parts.append(_unlike(distance[few]))
            rows: Iterator[str] = map("\t".join, zip(*parts, strict=True))
            if has_own:
                rows = (
                    "\t".join((row, *map(cell, unread)))
                    for row, unread in zip(rows, own, strict=False)
                )
            handle.writelines(f"{row}\n" for row in rows)


def _places(loci: Windows | Intervals, few: slice) -> Iterator[str]:
    start, end, chrom = (getattr(loci, name)[few].tolist() for name in ("start", "end", "chrom"))
    chroms = {index: cell(loci.chroms[index]) for index in set(chrom)}
    # Datasets come from strangers: their strands may be any text.
    places = zip(chrom, start, end, _cells(loci.name[few]), _cells(loci.strand[few]), strict=True)
    for index, first, last, name, strand in places:
        yield f"{chroms[index]}\t{first}\t{last}\t{name}\t{strand}"


def _sequences(loci: Windows | Intervals, few: slice) -> Iterator[str]:
    length = (loci.end[few] - loci.start[few]).tolist()
    for name, n in zip(_cells(loci.name[few]), length, strict=True):
        yield f"{name}\t{n}"


def _cells(texts: np.ndarray) -> list[str]:
    values = texts.tolist()
    # With a line break in one of them they can't be joined by it.
    if any(b"\n" in value for value in values):
        return [cell(value.decode("utf-8", "replace")) for value in values]
    return cells(values)


def _unlike(distance: np.ndarray) -> Iterator[str]:
    for value in distance.tolist():
        if math.isnan(value):
            yield f"{_NA}\t{_NA}"
        else:
            yield f"{'yes' if value > 1 else 'no'}\t{value:.3f}"


def _predicted(values: np.ndarray, class_cells: Sequence[str]) -> Iterator[str]:
    """Probabilities, highest scoring class, and whatever columns more `values` have."""
    n_classes, n_values = len(class_cells), values.shape[1]
    text = "\t".join(["%.6f"] * n_classes + ["%s"] + ["%.6f"] * (n_values - n_classes))
    unknown = "\t".join([_NA] * (n_values + 1))
    highest = values[:, :n_classes].argmax(axis=1).tolist()
    for row, label in zip(values.tolist(), highest, strict=True):
        if math.isnan(row[0]):
            yield unknown
        else:
            yield text % (*row[:n_classes], class_cells[label], *row[n_classes:])
