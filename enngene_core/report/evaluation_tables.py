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
    "accuracy": "share of windows whose predicted class is right",
    "balanced_accuracy": "mean of the classes' recall: each class counts alike",
    "mcc": "Matthews correlation: 1 perfect, 0 no better than chance",
    "log_loss": "0 perfect; large where the model was sure and wrong",
    "brier_score": "squared distance of the probabilities from the truth: 0 perfect",
    "expected_calibration_error": "how far a probability is from the share that is right: 0 is "
    "best; some is always left by chance, the more the fewer windows there are",
}
_OF_CLASSES = ("recall", "precision", "f1", "auroc", "average_precision")


def with_interval(result: "EvaluationResult", metric: str, of_class: str = "all") -> str:
    """A number with its 95 % interval, as far as there is one: ``0.852 (0.741 to 0.931)``."""
    value = result.metric(metric, of_class)
    if math.isnan(value):
        return "not defined"
    low, high = result.interval(metric, of_class)
    return f"{value:.3f}" if math.isnan(low) else f"{value:.3f} ({low:.3f} to {high:.3f})"


def accuracy_interval(result: "EvaluationResult") -> tuple[float, float]:
    """95 % interval of accuracy: Wilson's where there are no resamples, or all are alike."""
    low, high = result.interval("accuracy")
    if low < high:
        return low, high
    return wilson(int(np.trace(result.confusion)), len(result.y_true))


def how_sure(result: "EvaluationResult") -> str:
    """What the intervals mean, for somebody who never met one."""
    return (
        "The range behind a number is its 95 % interval. These windows are a sample: with other "
        "windows of the same kind, as many of each class, the numbers would be somewhat "
        f"different. To see by how much, the windows of each class were drawn "
        f"{result.spec.resamples:,} times from themselves, with replacement, and the numbers "
        "worked out for each draw; the range holds the middle 95 % of them. A wide range means "
        "that too few windows were judged. It tells the luck in the choice of windows, and "
        "nothing else: not that another training would give another network, nor that windows "
        "can be alike, as neighbours or copies are, which makes the range too narrow. Two models "
        "whose ranges overlap can still differ: they have to be compared on the same windows."
    )


def evaluation_tables(result: "EvaluationResult") -> list[Table]:
    """Overall numbers, each class's own, and its best thresholds."""
    return [_overall(result), _classes(result), _thresholds(result)]


def _overall(result: "EvaluationResult") -> Table:
    rows = [
        (metric.replace("_", " "), with_interval(result, metric), meaning)
        for metric, meaning in _MEANING.items()
    ]
    caption = "Numbers of all classes together, with their 95 % intervals."
    return Table("numbers", caption, ("number", "value", "meaning"), rows)


def _classes(result: "EvaluationResult") -> Table:
    rows = []
    for index, name in enumerate(result.config.dataset.classes):
        total, predicted = result.confusion[index].sum(), result.confusion[:, index].sum()
        numbers = (with_interval(result, metric, name) for metric in _OF_CLASSES)
        rows.append((name, int(total), int(predicted), *numbers))
    caption = (
        "Each class: its windows, how often it was predicted, the share of its windows that was "
        "found (recall), the share of its predictions that is right (precision), their harmonic "
        "mean (F1), AUROC and average precision; with their 95 % intervals."
    )
    return Table("classes", caption, ("class", "windows", "predicted", *_OF_CLASSES), rows)


def _thresholds(result: "EvaluationResult") -> Table:
    names = {"f1": "F1", "mcc": "Matthews correlation", "youden_j": "Youden's J"}
    rows = [
        (
            item.of_class,
            names[item.best_by],
            item.value,
            item.threshold,
            item.precision,
            item.recall,
            item.specificity,
        )
        for item in result.thresholds
    ]
    caption = (
        "If a window is taken for a class as soon as its probability reaches a threshold: the "
        "thresholds that are best here, by three measures, and what they give. F1 weighs "
        "precision against recall, the Matthews correlation looks at all four kinds of right "
        "and wrong, Youden's J is recall + specificity - 1; specificity is the share of other "
        "classes' windows that are left out. Having been chosen on these windows, they will be "
        "somewhat worse on others: take thresholds for further use from the validation split."
    )
    columns = ("class", "best by", "value", "threshold", "precision", "recall", "specificity")
    return Table("thresholds", caption, columns, rows)
