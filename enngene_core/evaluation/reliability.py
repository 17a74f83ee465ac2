"""How often predictions are right that are said to be so sure."""

from dataclasses import dataclass

import numpy as np

from enngene_core.evaluation.measures import N_BINS


@dataclass(frozen=True)
class Reliability:
    """Bins of windows by the probability of their highest scoring class, as `Measures` makes them.

    Attributes
    ----------
    edges : ndarray of float, shape (n_bins + 1,)
    windows, right : ndarray of int, shape (n_bins,)
        Windows in each bin, and those whose prediction is right.
    confidence : ndarray of float, shape (n_bins,)
        Mean of that probability; NaN of no windows.
    """

    edges: np.ndarray
    windows: np.ndarray
    right: np.ndarray
    confidence: np.ndarray

    @property
    def share_right(self) -> np.ndarray:
        """Share of right predictions in each bin; NaN of no windows."""
        return np.where(self.windows > 0, self.right / np.maximum(self.windows, 1), np.nan)


def reliability(y_true: np.ndarray, probabilities: np.ndarray) -> Reliability:
    """Bins of some predictions.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float, shape (n_windows, n_classes)
    """
    confidence = probabilities.max(axis=1).astype(float)
    is_right = probabilities.argmax(axis=1) == y_true
    place = np.clip(np.ceil(confidence * N_BINS).astype(int) - 1, 0, N_BINS - 1)
    windows = np.bincount(place, minlength=N_BINS)
    total = np.bincount(place, weights=confidence, minlength=N_BINS)
    return Reliability(
        np.linspace(0, 1, N_BINS + 1),
        windows,
        np.bincount(place, weights=is_right, minlength=N_BINS).astype(int),
        np.where(windows > 0, total / np.maximum(windows, 1), np.nan),
    )
