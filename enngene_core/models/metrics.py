"""Measures and curves of multi-class predictions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import (
    auc,
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    roc_curve,
)


@dataclass(frozen=True)
class ClassCurves:
    """ROC and precision-recall curve of one class against all others.

    Attributes
    ----------
    false_positive_rate, true_positive_rate, roc_threshold : ndarray of float, shape (n_thresholds,)
        Windows whose score is as high as the threshold or higher are taken for the class; the
        first threshold is infinite: none is.
    recall, precision, threshold : ndarray of float, shape (n_points,)
        By rising threshold; the last is infinite.
    auroc, average_precision : float
    prevalence : float
        Share of positives: the average precision of guessing.
    """

    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    roc_threshold: np.ndarray
    recall: np.ndarray
    precision: np.ndarray
    threshold: np.ndarray
    auroc: float
    average_precision: float
    prevalence: float


def class_curves(is_positive: np.ndarray, score: np.ndarray) -> ClassCurves | None:
    """Curves of scores, as scikit-learn draws them.

    Parameters
    ----------
    is_positive : ndarray of bool, shape (n_windows,)
    score : ndarray of float, shape (n_windows,)

    Returns
    -------
    ClassCurves or None
        None where all or none are positive: the curves are not defined.
    """
    prevalence = float(is_positive.mean())
    if prevalence in (0.0, 1.0):
        return None
    false_positive_rate, true_positive_rate, roc_threshold = roc_curve(is_positive, score)
    precision, recall, threshold = precision_recall_curve(is_positive, score)
    return ClassCurves(
        false_positive_rate=false_positive_rate,
        true_positive_rate=true_positive_rate,
        roc_threshold=roc_threshold,
        recall=recall,
        precision=precision,
        threshold=np.append(threshold, np.inf),
        auroc=float(auc(false_positive_rate, true_positive_rate)),
        average_precision=float(average_precision_score(is_positive, score)),
        prevalence=prevalence,
    )


def curves_by_class(
    y_true: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]
) -> dict[str, ClassCurves]:
    """Curves of every class that has both positives and negatives.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float, shape (n_windows, n_classes)
    classes
        Names in the order of the columns.
    """
    found = {
        name: class_curves(y_true == index, probabilities[:, index])
        for index, name in enumerate(classes)
    }
    return {name: curves for name, curves in found.items() if curves is not None}


def macro_average(curves: Mapping[str, ClassCurves], metric: str) -> float:
    """Mean of ``auroc`` or ``average_precision`` over the classes that have one; else NaN."""
    values = [getattr(of_class, metric) for of_class in curves.values()]
    return float(np.mean(values)) if values else float("nan")


def micro_average(y_true: np.ndarray, probabilities: np.ndarray) -> ClassCurves | None:
    """Curves of all classes' scores pooled: each window counts once for each class."""
    one_hot = np.arange(probabilities.shape[1]) == y_true[:, None]
    return class_curves(one_hot.ravel(), probabilities.ravel())


def confusion(y_true: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Counts of true (rows) against highest scoring class (columns)."""
    labels = np.arange(probabilities.shape[1])
    return confusion_matrix(y_true, probabilities.argmax(axis=1), labels=labels)
