"""The table of predictions."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.intervals.unread import unread_cells, unread_columns
from enngene_core.formats.text.table import write_table
from enngene_core.intervals.windows import Windows

_NA = "NA"


def write_predictions(
    path: Path,
    loci: Windows | Intervals,
    *,
    classes: tuple[str, ...],
    probabilities: np.ndarray,
    with_true_class: bool = False,
    of_sequences: bool = False,
    spread: np.ndarray | None = None,
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
    of_sequences
        Whether the loci are ready sequences, whose place is a name and a length.
    spread : ndarray of float, shape (n_loci,), optional
        Of an ensemble: standard deviation of its members' probabilities for the highest scoring
        class.
    """
    columns = ["name", "length"] if of_sequences else ["chrom", "start", "end", "name", "strand"]
    columns += ["true_class"] if with_true_class else []
    columns += [*classes, "predicted_class", *([] if spread is None else ["spread"])]
    n_cells = len(columns)
    own: Iterator[Sequence[Any]] = repeat(())
    if isinstance(loci, Intervals) and not of_sequences:
        numbers = unread_columns(loci)
        columns += [f"input_{number}" for number in numbers]
        own = unread_cells(loci, numbers)

    def rows() -> Iterator[list[Any]]:
        for index in range(len(loci)):
            locus = loci.locus(index)
            row: list[Any] = [locus.name, locus.end - locus.start] if of_sequences else list(locus)
            if with_true_class and isinstance(loci, Windows):
                row.append(classes[loci.label[index]])
            if np.isnan(probabilities[index, 0]):
                row += [_NA] * (n_cells - len(row))
            else:
                row += [f"{value:.6f}" for value in probabilities[index]]
                row.append(classes[int(probabilities[index].argmax())])
                if spread is not None:
                    row.append(f"{spread[index]:.6f}")
            yield [*row, *next(own)]

    write_table(path, columns, rows())
