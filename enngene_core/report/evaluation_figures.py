"""Figures of an evaluation, with their numbers."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.plots.confusion import ConfusionDisplay, row_shares
from enngene_core.plots.curves import thinned
from enngene_core.plots.precision_recall import PrecisionRecallDisplay
from enngene_core.plots.roc import RocDisplay, macro_roc
from enngene_core.report.description import Figure, Table

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

#: Of more classes, only the pairs that occur are listed.
_MOST_WHOLE_MATRIX = 50


def evaluation_figures(result: "EvaluationResult") -> list[Figure]:
    """ROC and precision-recall curves, where they are defined, and the confusion matrix."""
    figures = []
    if result.curves:
        figures += [_roc(result), _precision_recall(result)]
    return [*figures, _confusion(result)]


def _roc(result: "EvaluationResult") -> Figure:
    parts = {
        name: thinned(curve.false_positive_rate, curve.true_positive_rate)
        for name, curve in result.curves.items()
    }
    rows = [("class", name, *point) for name, points in parts.items() for point in _pairs(*points)]
    rows += [("macro average", "all", *point) for point in _pairs(*macro_roc(result))]
    if micro := result.micro:
        points = thinned(micro.false_positive_rate, micro.true_positive_rate)
        rows += [("micro average", "all", *point) for point in _pairs(*points)]
    return Figure(
        "roc",
        "ROC curves: the share of a class's windows that is found (true positive rate) against "
        "the share of all other windows that is wrongly taken for it (false positive rate). The "
        "area under a curve (AUROC) is 1 for perfect and 0.5 for guessing. The macro average is "
        "the mean of the classes' curves, the micro average counts every window once for each "
        "class.",
        lambda: RocDisplay(result).plot().figure,
        Table(
            "roc",
            "Points of the ROC curves.",
            ("curve", "class", "false_positive_rate", "true_positive_rate"),
            rows,
        ),
    )


def _precision_recall(result: "EvaluationResult") -> Figure:
    rows = [
        ("class", name, *point, curve.prevalence)
        for name, curve in result.curves.items()
        for point in _pairs(*thinned(curve.recall, curve.precision))
    ]
    if micro := result.micro:
        rows += [
            ("micro average", "all", *point, micro.prevalence)
            for point in _pairs(*thinned(micro.recall, micro.precision))
        ]
    return Figure(
        "precision_recall",
        "Precision (how many of the windows that are taken for a class are of it) against recall "
        "(how many of the class's windows are found). The thin line or mark of a class's colour is "
        "its share of the windows, which is the average precision (AP) of guessing.",
        lambda: PrecisionRecallDisplay(result).plot().figure,
        Table(
            "precision_recall",
            "Points of the precision-recall curves.",
            ("curve", "class", "recall", "precision", "share"),
            rows,
        ),
    )


def _pairs(x: np.ndarray, y: np.ndarray) -> list[tuple[float, float]]:
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _confusion(result: "EvaluationResult") -> Figure:
    classes, counts = result.config.dataset.classes, result.confusion
    shares = row_shares(counts)
    is_whole = len(classes) <= _MOST_WHOLE_MATRIX
    cells = np.ndindex(counts.shape) if is_whole else zip(*np.nonzero(counts), strict=True)
    rows = [
        (classes[row], classes[column], int(counts[row, column]), float(shares[row, column]))
        for row, column in cells
    ]
    note = "" if is_whole else " Pairs that are not listed have none."
    return Figure(
        "confusion",
        "Confusion matrix: for each true class (row), how many of its windows were predicted to "
        "be of each class (column). Colour is the share of the row; right predictions are on the "
        "diagonal.",
        lambda: ConfusionDisplay(result).plot().figure,
        Table(
            "confusion",
            f"Windows by true and predicted class.{note}",
            ("true_class", "predicted_class", "windows", "share_of_true_class"),
            rows,
        ),
    )
