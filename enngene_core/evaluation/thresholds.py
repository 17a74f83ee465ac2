"""From which probability on a window is best taken for a class."""

from dataclasses import dataclass

import numpy as np

THRESHOLD_COLUMNS = (
    "class", "best_by", "value", "threshold", "precision", "recall", "specificity"
)  # fmt: skip
MEASURES = ("f1", "mcc", "youden_j")


@dataclass(frozen=True)
class Threshold:
    """The best threshold of one class by one measure; NaN where it is not defined.

    Attributes
    ----------
    of_class : str
    best_by : {"f1", "mcc", "youden_j"}
    value : float
        Of that measure at the threshold.
    threshold : float
        Windows whose probability of the class is as high or higher are taken for it.
    precision, recall, specificity : float
        At the threshold; specificity is the share of other classes' windows that are left out.
    """

    of_class: str
    best_by: str
    value: float
    threshold: float
    precision: float
    recall: float
    specificity: float

    @property
    def row(self) -> tuple[str | float, ...]:
        """Cells of `THRESHOLD_COLUMNS`; the threshold is written as tables of predictions are."""
        return (
            self.of_class,
            self.best_by,
            self.value,
            f"{self.threshold:.6f}",
            self.precision,
            self.recall,
            self.specificity,
        )


@dataclass(frozen=True)
class ThresholdCurves:
    """How good each threshold is for telling one class from all others.

    Attributes
    ----------
    threshold : ndarray of float, shape (n_thresholds,)
        Every score that occurs, the highest first.
    measures : dict of str to ndarray of float, each of shape (n_thresholds,)
        F1, Matthews' coefficient and Youden's J.
    precision, recall, specificity : ndarray of float, shape (n_thresholds,)
    """

    threshold: np.ndarray
    measures: dict[str, np.ndarray]
    precision: np.ndarray
    recall: np.ndarray
    specificity: np.ndarray


def best_thresholds(
    y_true: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]
) -> list[Threshold]:
    """Thresholds with the best F1, Matthews' coefficient and Youden's J of each class.

    Each class is told from all others. Every probability that occurs is tried; of equally
    good thresholds the highest is taken.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float, shape (n_windows, n_classes)
    classes
        Names in the order of the columns.

    References
    ----------
    Matthews, Biochim. Biophys. Acta 1975, 405:442. Youden, Cancer 1950, 3:32 (recall +
    specificity - 1).
    """
    found = []
    for index, name in enumerate(classes):
        found += _of_class(threshold_curves(y_true == index, probabilities[:, index]), name)
    return found


def _of_class(curves: ThresholdCurves | None, name: str) -> list[Threshold]:
    if curves is None:
        return [Threshold(name, best_by, *[float("nan")] * 5) for best_by in MEASURES]
    rows = []
    for best_by, values in curves.measures.items():
        best = int(values.argmax())
        at = (values, curves.threshold, curves.precision, curves.recall, curves.specificity)
        rows.append(Threshold(name, best_by, *(float(array[best]) for array in at)))
    return rows


def threshold_curves(is_positive: np.ndarray, score: np.ndarray) -> ThresholdCurves | None:
    """How good each threshold is; None where all or none are positive.

    Parameters
    ----------
    is_positive : ndarray of bool, shape (n_windows,)
    score : ndarray of float, shape (n_windows,)
    """
    n_positives = int(is_positive.sum())
    n_negatives = len(is_positive) - n_positives
    if not n_positives or not n_negatives:
        return None
    order = np.argsort(-score, kind="stable")
    thresholds = score[order]
    last = np.flatnonzero(np.append(thresholds[1:] != thresholds[:-1], True))
    true = np.cumsum(is_positive[order])[last].astype(float)
    taken = last + 1.0
    false = taken - true
    precision, recall = true / taken, true / n_positives
    specificity = 1 - false / n_negatives
    left = len(score) - taken
    spread = np.sqrt(taken * left * n_positives * n_negatives)
    measures = {
        "f1": 2 * true / (taken + n_positives),
        # Where all are taken there is no correlation.
        "mcc": (true * n_negatives - false * n_positives) / np.where(spread > 0, spread, 1),
        "youden_j": recall - false / n_negatives,
    }
    return ThresholdCurves(thresholds[last], measures, precision, recall, specificity)
