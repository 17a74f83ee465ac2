"""Numbers of an evaluation with their intervals, in words and in tables."""

import math
from typing import TYPE_CHECKING

import numpy as np

from enngene_core.report.description import Table
from enngene_core.report.words import wilson

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

MACRO = "macro average"
_MEANING = {
    "accuracy": "share of windows whose prediction is right",
    "balanced_accuracy": "mean of the classes' recall",
    "mcc": "of true and predicted classes: 1 is perfect, 0 is chance",
    "log_loss": "0 is perfect; large if the model was sure and wrong",
    "brier_score": "squared distance of the probabilities from the truth: 0 is perfect",
    "expected_calibration_error": "between probability and share that is right: 0 is best",
}
_NAME = {"mcc": "Matthews correlation", "brier_score": "Brier score"}
_OF_CLASSES = ("recall", "precision", "auroc", "average_precision")


def with_interval(
    result: "EvaluationResult", metric: str, of_class: str = "all", *, digits: int = 3
) -> str:
    """A number with its 95 % interval, as far as there is one: ``0.852 (0.741 to 0.931)``.

    A table of many rows takes two `digits`, so that it fits into a page of Galaxy.
    """
    value = result.metric(metric, of_class)
    if math.isnan(value):
        return "not defined"
    low, high = result.interval(metric, of_class)
    text = f"{value:z.{digits}f}"
    return text if math.isnan(low) else f"{text} ({low:z.{digits}f} to {high:z.{digits}f})"


def beside(result: "EvaluationResult", metric: str, of_class: str = "all", *, guessing: str) -> str:
    """A number with its interval beside those of guessing and of a perfect model."""
    number = with_interval(result, metric, of_class)
    return f"{number}; guessing: {guessing}; perfect: 1"


def accuracy_interval(result: "EvaluationResult") -> tuple[float, float]:
    """95 % interval of accuracy: Wilson's where there are no resamples, or all are alike."""
    low, high = result.interval("accuracy")
    if low < high:
        return low, high
    return wilson(int(np.trace(result.confusion)), len(result.y_true))


def how_sure(result: "EvaluationResult") -> str:
    """What the intervals mean, for somebody who never met one."""
    return (
        "The range behind a number is its 95 % interval: other windows of the same kind would "
        "give somewhat other numbers. To see by how much, the windows of each class were drawn "
        f"{result.spec.resamples:,} times from themselves, with replacement; the range holds the "
        "middle 95 % of the numbers of such draws. A wide range means that few windows were "
        "judged. It tells the luck in the choice of windows and nothing else: another training "
        "would give another network, and windows that are alike (neighbours, copies) make the "
        "range too narrow. Two models whose ranges overlap can still differ: compare them on the "
        "same windows."
    )


def evaluation_tables(result: "EvaluationResult") -> list[Table]:
    """Overall numbers, each class's own, and its best thresholds."""
    return [_overall(result), _classes(result), _thresholds(result)]


def _overall(result: "EvaluationResult") -> Table:
    rows = [
        (_NAME.get(metric, metric.replace("_", " ")), with_interval(result, metric), meaning)
        for metric, meaning in _MEANING.items()
    ]
    caption = "Numbers of all classes together, with their 95 % intervals."
    return Table("numbers", caption, ("number", "value", "meaning"), rows)


def _classes(result: "EvaluationResult") -> Table:
    rows = []
    for index, name in enumerate(result.config.dataset.classes):
        total, predicted = result.confusion[index].sum(), result.confusion[:, index].sum()
        numbers = (with_interval(result, metric, name, digits=2) for metric in _OF_CLASSES)
        rows.append((name, int(total), int(predicted), *numbers))
    caption = (
        "Each class: its windows, how often it was predicted, the share of its windows that was "
        "found (recall), the share of its predictions that is right (precision), AUROC and "
        "average precision; with their 95 % intervals."
    )
    columns = ("class", "windows", "predicted", "recall", "precision", "AUROC", "average precision")
    return Table("classes", caption, columns, rows)


def _thresholds(result: "EvaluationResult") -> Table:
    cells: dict[str, list[str]] = {}
    for item in result.thresholds:
        is_defined = not math.isnan(item.value)
        text = f"{item.threshold:.4f}" if is_defined else "not defined"
        cells.setdefault(item.of_class, []).append(text)
    rows = [(name, *texts) for name, texts in cells.items()]
    caption = (
        "From which probability on a window is best taken for a class, by three measures: F1 "
        "weighs precision against recall; the Matthews correlation looks at all four kinds of "
        "right and wrong; Youden's J is recall + specificity - 1. To use a threshold on other "
        "windows, take it from the validation split."
    )
    columns = ("class", "by F1", "by Matthews correlation", "by Youden's J")
    return Table("thresholds", caption, columns, rows)
