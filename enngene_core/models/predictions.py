"""The table of predictions."""

from pathlib import Path
from typing import Any, Self

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.intervals.unread import unread_cells, unread_columns
from enngene_core.formats.text.table import cell, cells
from enngene_core.intervals.windows import Windows

_NA = "NA"
_FEW = 1 << 14
_OF_INTERVAL, _OF_SEQUENCE = ("chrom", "start", "end", "name", "strand"), ("name", "length")

#: How a value is written, and the values.
Column = tuple[str, list[Any]]


class PredictionTable:
    """A row for each locus: place, probability of each class, highest scoring class.

    Rows are written as far as their values are known. Of intervals, the columns of their file that
    are in none of these follow as ``input_5``, ... by their numbers there.

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

    def __init__(
        self,
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
        self._path, self._loci, self._of_sequences = path, loci, of_sequences
        self._class_cells = [cell(name) for name in classes]
        self._label = loci.label if with_true_class and isinstance(loci, Windows) else None
        self._probabilities, self._with_confidence = probabilities, with_confidence
        self._spread, self._distance = spread, distance
        self._intervals = loci if isinstance(loci, Intervals) and not of_sequences else None
        self._unread = () if self._intervals is None else unread_columns(self._intervals)
        self._n_written = 0

    def __enter__(self) -> Self:
        columns = list(_OF_SEQUENCE if self._of_sequences else _OF_INTERVAL)
        columns += [] if self._label is None else ["true_class"]
        columns += [*self._class_cells, "predicted_class"]
        columns += ["confidence"] if self._with_confidence else []
        columns += [] if self._spread is None else ["spread"]
        columns += [] if self._distance is None else ["unlike_training", "unlike_distance"]
        columns += [f"input_{number}" for number in self._unread]
        # The names of files may be no text at all.
        self._file = open(
            self._path, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        )
        self._file.write("\t".join(columns) + "\n")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write_until(self, after: int) -> None:
        """Write the rows before this one that are not yet written."""
        for first in range(self._n_written, after, _FEW):
            few = slice(first, min(first + _FEW, after))
            parts = (_sequences if self._of_sequences else _places)(self._loci, few)
            if self._label is not None:
                parts.append(("%s", [self._class_cells[i] for i in self._label[few].tolist()]))
            parts += self._predicted(few)
            if self._distance is not None:
                parts += _unlike(self._distance[few])
            if self._intervals is not None and self._unread:
                parts.append(("%s", unread_cells(self._intervals, self._unread, few)))
            form = "\t".join(form for form, _ in parts) + "\n"
            columns_of_few = (column for _, column in parts)
            self._file.writelines(map(form.__mod__, zip(*columns_of_few, strict=True)))
        self._n_written = max(self._n_written, after)

    def _predicted(self, few: slice) -> list[Column]:
        """Probabilities, highest scoring class, and what is told of that class."""
        probabilities = self._probabilities[few]
        n_classes = len(self._class_cells)
        unusable = np.isnan(probabilities[:, 0])
        highest = np.where(unusable, n_classes, probabilities.argmax(axis=1)).tolist()
        names = [*self._class_cells, _NA]
        more = [probabilities.max(axis=1)] if self._with_confidence else []
        more += [] if self._spread is None else [self._spread[few]]
        return [
            *(_numbers("%.6f", column, unusable) for column in probabilities.T),
            ("%s", [names[index] for index in highest]),
            *(_numbers("%.6f", column, unusable) for column in more),
        ]


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
