"""Figures of an evaluation, with their numbers."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.evaluation.bands import Band
from enngene_core.evaluation.curves import Points, macro_precision_recall, macro_roc
from enngene_core.evaluation.measures import MACRO, MICRO
from enngene_core.plots.confusion import ConfusionDisplay, row_shares
from enngene_core.plots.curves import thinned
from enngene_core.plots.precision_recall import PrecisionRecallDisplay
from enngene_core.plots.roc import RocDisplay
from enngene_core.report.description import Figure, Table
from enngene_core.report.probability_figures import (
    reliability_figure,
    scores_figure,
    thresholds_figure,
)

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

#: Of more classes, only the pairs that occur are listed.
_MOST_WHOLE_MATRIX = 50


def evaluation_figures(result: "EvaluationResult") -> list[Figure]:
    """Curves and thresholds, where they are defined; confusions, reliability and scores."""
    figures = []
    if result.curves:
        figures += [_roc(result), _precision_recall(result)]
    figures += [_confusion(result), reliability_figure(result), scores_figure(result)]
    return [*figures, *([thresholds_figure(result)] if result.curves else [])]


def _roc(result: "EvaluationResult") -> Figure:
    bands = result.bands.roc
    rows = []
    for name, curve in result.curves.items():
        points = thinned(curve.false_positive_rate, curve.true_positive_rate)
        rows += _rows("class", name, points, bands.get(name))
    rows += _rows(MACRO, "all", macro_roc(result), bands.get(MACRO))
    if micro := result.micro:
        points = thinned(micro.false_positive_rate, micro.true_positive_rate)
        rows += _rows(MICRO, "all", points, bands.get(MICRO))
    return Figure(
        "roc",
        "ROC curves: the share of a class's windows that is found (true positive rate) against "
        "the share of all other windows that is wrongly taken for it (false positive rate). The "
        "area under a curve (AUROC) is 1 for perfect and 0.5 for guessing. The macro average is "
        "the mean of the classes' curves, the micro average counts every window once for each "
        f"class.{_about_bands(result)}",
        lambda: RocDisplay(result).plot().figure,
        Table(
            "roc",
            "Points of the ROC curves, and the 95 % interval of the true positive rate there.",
            ("curve", "class", "false_positive_rate", "true_positive_rate", "low", "high"),
            rows,
        ),
    )


def _precision_recall(result: "EvaluationResult") -> Figure:
    bands = result.bands.precision_recall
    rows = []
    for name, curve in result.curves.items():
        points = thinned(curve.recall, curve.precision)
        rows += _rows("class", name, points, bands.get(name), curve.prevalence)
    rows += _rows(MACRO, "all", macro_precision_recall(result), bands.get(MACRO), float("nan"))
    if micro := result.micro:
        points = thinned(micro.recall, micro.precision)
        rows += _rows(MICRO, "all", points, bands.get(MICRO), micro.prevalence)
    return Figure(
        "precision_recall",
        "Precision (how many of the windows that are taken for a class are of it) against recall "
        "(how many of the class's windows are found). The thin line or mark of a class's colour is "
        "its share of the windows, which is the average precision (AP) of guessing. Dotted: where "
        f"F1, the harmonic mean of both, is the number at the right.{_about_bands(result)}",
        lambda: PrecisionRecallDisplay(result).plot().figure,
        Table(
            "precision_recall",
            "Points of the precision-recall curves, and the 95 % interval of the precision there.",
            ("curve", "class", "recall", "precision", "low", "high", "share"),
            rows,
        ),
    )


def _about_bands(result: "EvaluationResult") -> str:
    if not result.bands.roc:
        return ""
    whose = "each average" if MACRO in result.bands.roc else "each class's curve"
    return f" The ground around {whose} is its 95 % interval, place by place (bootstrap)."


def _rows(
    curve: str, name: str, points: Points, band: Band | None, *more: float
) -> list[tuple[str | float, ...]]:
    nothing = np.full(len(points[0]), np.nan)
    ends = (nothing, nothing) if band is None else band.at(points[0])
    numbers = zip(*(column.tolist() for column in (*points, *ends)), strict=True)
    return [(curve, name, *values, *more) for values in numbers]


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
