"""Bands around curves: where the curves of other windows would lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.evaluation.rankings import Points

#: False positive rates of ROC curves, and recalls of precision-recall curves.
GRID = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class Band:
    """Pointwise 95 % interval of a curve.

    Attributes
    ----------
    x, low, high : ndarray of float, shape (n_grid,)
    """

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Its ends at other places, on straight lines between its own."""
        return np.interp(x, self.x, self.low), np.interp(x, self.x, self.high)


@dataclass(frozen=True)
class Bands:
    """Bands by class, and by what average.

    Attributes
    ----------
    roc : dict of str to Band
        True positive rate by false positive rate.
    precision_recall : dict of str to Band
        Precision by recall.
    """

    roc: dict[str, Band]
    precision_recall: dict[str, Band]


NO_BANDS = Bands({}, {})


def at_grid(points: Points) -> np.ndarray:
    """True positive rate and precision at `GRID`.

    Parameters
    ----------
    points
        Of some weightings, which all have positives and negatives.

    Returns
    -------
    ndarray of float32, shape (n_weightings, 2, n_grid)
        Straight between known points; precision below the lowest known recall is that there.
    """
    found, wrong = points.found.astype(float), points.wrong.astype(float)
    true_rate = found / np.maximum(found[:, -1:], 1)
    false_rate = wrong / np.maximum(wrong[:, -1:], 1)
    precision = found / np.maximum(found + wrong, 1)
    first = (found > 0).argmax(axis=1)[:, None]
    np.copyto(precision, np.take_along_axis(precision, first, axis=1), where=found == 0)
    roc, precision = _rows(false_rate, true_rate), _rows(true_rate, precision)
    return np.stack([roc, precision], axis=1).astype(np.float32)


def _rows(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Each row's `y` at `GRID`, where its `x` rises from 0 or more to 1."""
    # One call for all rows: each has a stretch of the axis of its own.
    place = 2.0 * np.arange(len(x))[:, None]
    return np.interp((GRID + place).ravel(), (x + place).ravel(), y.ravel()).reshape(-1, len(GRID))


def bands_of(curves: np.ndarray, names: Sequence[str], tail: float) -> Bands:
    """Bands that leave out a share of the draws at either side of each point.

    Parameters
    ----------
    curves : ndarray of float32, shape (n_draws, n_curves, 2, n_grid)
        True positive rates and precisions.
    names
        Of the curves.
    tail
        That share.
    """
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0).astype(float)
    roc, precision_recall = (
        {name: Band(GRID, low[i, kind], high[i, kind]) for i, name in enumerate(names)}
        for kind in range(2)
    )
    return Bands(roc, precision_recall)
