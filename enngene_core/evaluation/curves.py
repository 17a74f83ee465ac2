"""Every curve as a table of its points."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from enngene_core.evaluation.measures import MACRO, MICRO
from enngene_core.formats.text.table import write_table

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult
    from enngene_core.models.metrics import ClassCurves

_GRID = np.linspace(0, 1, 201)
_ROC = ("threshold", "false_positive_rate", "true_positive_rate")
_PRECISION_RECALL = ("threshold", "recall", "precision")
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST_NAME = 60

Points = tuple[np.ndarray, np.ndarray]


def macro_roc(result: "EvaluationResult") -> Points:
    """False and true positive rate of the mean of all classes' curves, each interpolated.

    Returns
    -------
    false_positive_rate, true_positive_rate : ndarray, shape (n_points,)
        Both start at 0 and end at 1.
    """
    rates = [
        np.interp(_GRID, curve.false_positive_rate, curve.true_positive_rate)
        for curve in result.curves.values()
    ]
    return np.concatenate([[0.0], _GRID]), np.concatenate([[0.0], np.mean(rates, axis=0)])


def macro_precision_recall(result: "EvaluationResult") -> Points:
    """Recall, and the mean of all classes' precisions at it, as their steps have them.

    Returns
    -------
    recall, precision : ndarray, shape (n_points,)
        By falling recall, as the classes' own curves.
    """
    recall = _GRID[::-1]
    each = []
    for curve in result.curves.values():
        # Precision at the highest threshold that reaches the recall; recalls fall.
        place = np.searchsorted(-curve.recall, -recall, side="right") - 1
        each.append(curve.precision[place])
    return recall, np.mean(each, axis=0)


def write_curves(folder: Path, result: "EvaluationResult") -> None:
    """Write the points of each ROC and precision-recall curve, a table each.

    Files are ``roc_1_NAME.tsv`` for the first class and so on, ``roc_macro_average.tsv`` and
    ``roc_micro_average.tsv``; the same with ``precision_recall``. An average over classes has no
    threshold.

    Parameters
    ----------
    folder
        Made, if it does not exist.
    result
        Of which classes without windows, or with all of them, have no curves.
    """
    folder.mkdir(exist_ok=True)
    for name, curve in _named(result):
        roc = _rows(curve.roc_threshold, curve.false_positive_rate, curve.true_positive_rate)
        write_table(folder / f"roc_{name}.tsv", _ROC, roc)
        # From the highest threshold to the lowest, as those of ROC.
        points = _rows(curve.threshold[::-1], curve.recall[::-1], curve.precision[::-1])
        write_table(folder / f"precision_recall_{name}.tsv", _PRECISION_RECALL, points)
    if result.curves:
        name = MACRO.replace(" ", "_")
        recall, precision = macro_precision_recall(result)
        write_table(folder / f"roc_{name}.tsv", _ROC[1:], _rows(*macro_roc(result)))
        write_table(
            folder / f"precision_recall_{name}.tsv",
            _PRECISION_RECALL[1:],
            _rows(recall[::-1], precision[::-1]),
        )


def _named(result: "EvaluationResult") -> "Iterator[tuple[str, ClassCurves]]":
    for number, name in enumerate(result.config.dataset.classes, start=1):
        if name in result.curves:
            plain = _NO_FILE_NAME.sub("_", name)[:_LONGEST_NAME]
            yield f"{number}_{plain}", result.curves[name]
    if result.micro is not None:
        yield MICRO.replace(" ", "_"), result.micro


def _rows(*columns: np.ndarray) -> Iterator[tuple[float, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)
