"""The table of predictions."""

from pathlib import Path

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.text.table import write_table
from enngene_core.intervals.windows import Windows


def write_predictions(
    path: Path,
    loci: Windows | Intervals,
    *,
    classes: tuple[str, ...],
    probabilities: np.ndarray,
    with_true_class: bool = False,
) -> None:
    """Write a row for each locus: place, probability of each class, highest scoring class.

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
    """
    columns = ["chrom", "start", "end", "name", "strand"]
    columns += ["true_class"] if with_true_class else []
    columns += [*classes, "predicted_class"]
    rows = []
    for index in range(len(loci)):
        row: list[str | int] = list(loci.locus(index))
        if with_true_class and isinstance(loci, Windows):
            row.append(classes[loci.label[index]])
        if np.isnan(probabilities[index, 0]):
            row += ["NA"] * (len(classes) + 1)
        else:
            row += [f"{value:.6f}" for value in probabilities[index]]
            row.append(classes[int(probabilities[index].argmax())])
        rows.append(row)
    write_table(path, columns, rows)
