"""Figures of what a model's probabilities are worth, with their numbers."""

from typing import TYPE_CHECKING

from enngene_core.plots.curves import thinned
from enngene_core.plots.reliability import ReliabilityDisplay, reliabilities, share_intervals
from enngene_core.plots.scores import ScoreDisplay, score_counts, score_edges
from enngene_core.plots.thresholds import ThresholdDisplay, curves_of_classes
from enngene_core.report.description import Figure, Table

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult


def reliability_figure(result: "EvaluationResult") -> Figure:
    """Whether the model is as often right as it says."""
    rows = []
    for name, bins in reliabilities(result).items():
        columns = (bins.edges[:-1], bins.edges[1:], bins.windows, bins.right, bins.confidence,
                   bins.share_right, *share_intervals(bins))  # fmt: skip
        each = zip(*(column.tolist() for column in columns), strict=True)
        rows += [(name, *values) for values in each if values[2]]
    both = " Shown before and after calibration." if result.uncalibrated else ""
    return Figure(
        "reliability",
        "Reliability: of windows that were predicted with some probability, the share that is "
        "right, with its 95 % interval (Wilson), and below their number. On the dashed line a "
        "model is as often right as it says; below it, it is too sure. The calibration error is "
        "the mean distance from it." + both,
        lambda: ReliabilityDisplay(result).plot().figure,
        Table(
            "reliability",
            "Windows by the probability of their predicted class.",
            ("probabilities", "from", "to", "windows", "right", "mean_probability", "share_right",
             "low", "high"),
            rows,
        ),
    )  # fmt: skip


def scores_figure(result: "EvaluationResult") -> Figure:
    """How far the classes' probabilities lie apart."""
    edges = score_edges(result).round(6).tolist()
    rows = [
        (name, first, last, own, other)
        for name, (of_class, others) in zip(
            result.config.dataset.classes, score_counts(result).tolist(), strict=True
        )
        for first, last, own, other in zip(edges, edges[1:], of_class, others, strict=False)
        if own or other
    ]
    return Figure(
        "scores",
        "Scores: the probability of each class, of its own windows (upwards) and of all others "
        "(downwards); histograms as high as the row, with medians.",
        lambda: ScoreDisplay(result).plot().figure,
        Table(
            "scores",
            "Windows by their probability of each class; ranges without any are left out.",
            ("class", "from", "to", "windows_of_class", "other_windows"),
            rows,
        ),
    )


def thresholds_figure(result: "EvaluationResult") -> Figure:
    """From which probability on a window is best taken for a class."""
    rows = [
        (name, measure, *point)
        for name, curves in curves_of_classes(result).items()
        for measure, values in curves.measures.items()
        for point in zip(
            *(a.tolist() for a in thinned(curves.threshold[::-1], values[::-1])), strict=True
        )
    ]
    return Figure(
        "threshold_curves",
        "Thresholds: if every window with at least this probability is taken for the class, how "
        "good that is by F1 (circle at the best), the Matthews correlation (triangle) and "
        "Youden's J (square).",
        lambda: ThresholdDisplay(result).plot().figure,
        Table(
            "threshold_curves",
            "Measures by threshold.",
            ("class", "measure", "threshold", "value"),
            rows,
        ),
    )
