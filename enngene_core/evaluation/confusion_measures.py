"""Measures of the highest scoring classes, from confusion matrices."""

import numpy as np


def of_all_classes(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Accuracy, balanced accuracy and Matthews' correlation coefficient.

    Parameters
    ----------
    confusion : ndarray of int, shape (..., n_classes, n_classes)
        True classes in rows, highest scoring ones in columns.

    Returns
    -------
    dict of str to ndarray of float, shape (...)
        Balanced accuracy is the mean recall of the classes that have windows. The coefficient of
        many classes is Gorodkin's; 0 where all windows are of one class, or predicted to be.

    References
    ----------
    Brodersen et al., ICPR 2010, 3121. Gorodkin, Comput. Biol. Chem. 2004, 28:367.
    """
    counts = confusion.astype(float)
    true, predicted = counts.sum(axis=-1), counts.sum(axis=-2)
    right, n = np.trace(counts, axis1=-2, axis2=-1), counts.sum(axis=(-2, -1))
    covariance = right * n - (true * predicted).sum(axis=-1)
    spread = (n**2 - (true**2).sum(axis=-1)) * (n**2 - (predicted**2).sum(axis=-1))
    return {
        "accuracy": right / n,
        "balanced_accuracy": mean_of_defined(of_each_class(confusion)["recall"]),
        "mcc": np.where(spread > 0, covariance / np.sqrt(np.where(spread > 0, spread, 1)), 0.0),
    }


def of_each_class(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """F1, precision and recall of each class.

    A share of nothing is NaN: the precision of a class that was never predicted, the recall of one
    without windows, and F1 where both are so.

    Parameters
    ----------
    confusion : ndarray of int, shape (..., n_classes, n_classes)

    Returns
    -------
    dict of str to ndarray of float, shape (..., n_classes)
    """
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    true, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    return {
        "f1": _share(2 * right, true + predicted),
        "precision": _share(right, predicted),
        "recall": _share(right, true),
    }


def mean_of_defined(values: np.ndarray) -> np.ndarray:
    """Mean over the last axis of what is not NaN; NaN where nothing is defined.

    Parameters
    ----------
    values : ndarray of float, shape (..., n)
    """
    is_defined = ~np.isnan(values)
    return _share(np.where(is_defined, values, 0).sum(axis=-1), is_defined.sum(axis=-1))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)
