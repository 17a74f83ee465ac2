"""Figures of a comparison, with their numbers."""

from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from enngene_core.evaluation.comparison import LOSSES
from enngene_core.plots.compared_curves import (
    MEAN,
    ComparedCurvesDisplay,
    Points,
    panels,
    precision_recall_points,
    roc_points,
)
from enngene_core.plots.intervals import IntervalsDisplay, Panel
from enngene_core.plots.names import short_names
from enngene_core.report.comparison_words import WORDS, is_clear
from enngene_core.report.description import Figure, Table
from enngene_core.report.words import listed

if TYPE_CHECKING:
    from enngene_core.evaluation.comparison import ComparedModel, Comparison, ComparisonResult

#: Of more pairs, those with the best model are drawn.
_MOST_PAIRS = 15
_UNKNOWN = (float("nan"),) * 3


def comparison_figures(result: "ComparisonResult") -> list[Figure]:
    """Numbers, their differences, and, where they are defined, the curves."""
    figures = [_numbers(result)]
    if differences := _differences(result):
        figures.append(differences)
    if result.models[0].curves:
        figures += [_roc(result), _precision_recall(result)]
    return figures


def _metrics(result: "ComparisonResult") -> list[str]:
    return [metric for metric in WORDS if result.ranked(metric)]


def _numbers(result: "ComparisonResult") -> Figure:
    models = result.ranked(result.main)
    rows = [(model.name, metric, *model.overall(metric)) for metric in WORDS for model in models]

    def drawn() -> IntervalsDisplay:
        shown = [
            Panel(
                WORDS[metric],
                np.array([model.overall(metric) for model in models]),
                [True] * len(models),
                is_loss=metric in LOSSES,
            )
            for metric in _metrics(result)
        ]
        return IntervalsDisplay([model.name for model in models], shown, zero=False).plot()

    return Figure(
        "numbers",
        "Each model's numbers with their 95 % intervals. Better is to the right: axes of numbers "
        "of which less is better run backwards. AUROC, average precision and F1 are means of the "
        "classes.",
        lambda: drawn().figure,
        Table(
            "numbers", "Each model's numbers.", ("model", "metric", "value", "low", "high"), rows
        ),
    )


def _pairs(result: "ComparisonResult") -> list[tuple[str, str]]:
    """Pairs that were compared, the better model of each first."""
    names = [model.name for model in result.ranked(result.main)]
    return [
        pair for pair in combinations(names, 2) if result.between(result.main, *pair) is not None
    ]


def _differences(result: "ComparisonResult") -> Figure | None:
    pairs = _pairs(result)
    best = result.ranked(result.main)[0].name
    if is_shortened := len(pairs) > _MOST_PAIRS:
        pairs = [pair for pair in pairs if best in pair]
    of_metric: dict[str, list[Comparison | None]] = {
        metric: [result.between(metric, *pair) for pair in pairs] for metric in _metrics(result)
    }
    # Without resamples, most numbers are not compared.
    of_metric = {metric: items for metric, items in of_metric.items() if any(items)}
    if not pairs or not of_metric:
        return None
    names = [model.name for model in result.models]
    short = dict(zip(names, short_names(names, length=13), strict=True))
    labels = [f"{short[model]} \N{MINUS SIGN} {short[reference]}" for model, reference in pairs]
    first, of_best = "first", ""
    if is_shortened:
        labels = [reference for _, reference in pairs]
        first, of_best = "best", f": the best, {listed([best])}, minus each of the others"
    rows = [
        (metric, *pair, *(item[4:9] if item else _UNKNOWN))
        for metric, items in of_metric.items()
        for pair, item in zip(pairs, items, strict=True)
    ]

    def drawn() -> IntervalsDisplay:
        shown = [
            Panel(
                WORDS[metric],
                np.array([item[4:7] if item else _UNKNOWN for item in items]),
                [is_clear(item) for item in items],
                is_loss=metric in LOSSES,
            )
            for metric, items in of_metric.items()
        ]
        return IntervalsDisplay(labels, shown, zero=True).plot()

    return Figure(
        "differences",
        f"Differences between models with their 95 % intervals{of_best}. Right of the line the "
        f"{first} model is better, left of it the other one (axes of numbers of which less is "
        "better run backwards). Filled marks: the adjusted p-value is at most 0.05.",
        lambda: drawn().figure,
        Table(
            "differences",
            "Differences that are drawn.",
            ("metric", "model", "reference", "difference", "low", "high", "p_value", "p_adjusted"),
            rows,
        ),
    )


def _roc(result: "ComparisonResult") -> Figure:
    return Figure(
        "roc",
        "ROC curves of the models, on each other: the share of a class's windows that is found "
        "(true positive rate) against the share of all other windows that is wrongly taken for it "
        "(false positive rate). The higher a curve lies, the better; the dashed line is guessing.",
        lambda: ComparedCurvesDisplay(result).plot_roc().figure,
        Table(
            "roc",
            "Points of the ROC curves.",
            ("model", "class", "false_positive_rate", "true_positive_rate"),
            _points(result, roc_points),
        ),
    )


def _precision_recall(result: "ComparisonResult") -> Figure:
    return Figure(
        "precision_recall",
        "Precision (how many of the windows that are taken for a class are of it) against recall "
        "(how many of the class's windows are found) of the models. The higher a curve lies, the "
        "better; the dashed line is guessing. AP is the average precision, the area under a curve.",
        lambda: ComparedCurvesDisplay(result).plot_precision_recall().figure,
        Table(
            "precision_recall",
            "Points of the precision-recall curves.",
            ("model", "class", "recall", "precision"),
            _points(result, precision_recall_points),
        ),
    )


def _points(
    result: "ComparisonResult", of_model: "Callable[[ComparedModel, str | None], Points]"
) -> list[tuple[str, str, float, float]]:
    rows: list[tuple[str, str, float, float]] = []
    for model in result.models:
        for of_class in panels(result):
            x, y = of_model(model, of_class)
            points = zip(x.tolist(), y.tolist(), strict=True)
            rows += [(model.name, of_class or MEAN, *point) for point in points]
    return rows
