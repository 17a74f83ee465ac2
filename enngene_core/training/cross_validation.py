"""How good the networks of a cross-validation are, each on the windows of its own fold."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.formats.text.table import write_table
from enngene_core.training.fitted import Fitted

FOLD_METRICS = ("loss", "accuracy", "auroc", "average_precision")
FOLD_COLUMNS = ("fold", "windows", "epoch", *FOLD_METRICS)


@dataclass(frozen=True)
class CrossValidation:
    """The folds and their numbers.

    Attributes
    ----------
    fits : tuple of Fitted
        Of each fold.
    n_windows : tuple of int
        Windows of each fold.
    scores : ndarray of float, shape (n_folds, 4)
        `FOLD_METRICS` of each network on its own fold; AUROC and average precision are means over
        the classes, NaN where they are not defined.
    """

    fits: tuple[Fitted, ...]
    n_windows: tuple[int, ...]
    scores: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean of each metric over the folds that have it, shape (4,)."""
        return np.array([np.mean(values) if len(values) else np.nan for values in self._defined])

    @property
    def deviation(self) -> np.ndarray:
        """Sample standard deviation of each metric over the folds that have it, shape (4,)."""
        return np.array(
            [np.std(values, ddof=1) if len(values) > 1 else np.nan for values in self._defined]
        )

    @property
    def _defined(self) -> list[np.ndarray]:
        return [values[~np.isnan(values)] for values in self.scores.T]

    @property
    def rows(self) -> list[tuple[object, ...]]:
        """`FOLD_COLUMNS` of each fold, then the mean and the standard deviation."""
        folds = zip(self.n_windows, self.fits, self.scores.tolist(), strict=True)
        rows: list[tuple[object, ...]] = [
            (str(number), n_windows, fitted.best_epoch, *scores)
            for number, (n_windows, fitted, scores) in enumerate(folds, start=1)
        ]
        epochs = [fitted.best_epoch for fitted in self.fits]
        return [
            *rows,
            ("mean", float(np.mean(self.n_windows)), float(np.mean(epochs)), *self.mean.tolist()),
            (
                "standard deviation",
                float(np.std(self.n_windows, ddof=1)),
                float(np.std(epochs, ddof=1)),
                *self.deviation.tolist(),
            ),
        ]

    @property
    def metrics(self) -> dict[str, float]:
        """Mean and standard deviation of each metric, as bundles keep them."""
        found: dict[str, float] = {}
        for name, mean, deviation in zip(FOLD_METRICS, self.mean, self.deviation, strict=True):
            found |= {f"folds_{name}_mean": mean, f"folds_{name}_standard_deviation": deviation}
        return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def judged(y_true: np.ndarray, probabilities: np.ndarray, fitted: Fitted) -> tuple[float, ...]:
    """`FOLD_METRICS` of one network on the windows of its fold.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float, shape (n_windows, n_classes)
    fitted
        Its loss is that of training: weighted or smoothed, if it was.
    """
    from enngene_core.models.metrics import curves_by_class, macro_average  # loads scikit-learn

    curves = curves_by_class(y_true, probabilities, tuple(map(str, range(probabilities.shape[1]))))
    accuracy = float((probabilities.argmax(axis=1) == y_true).mean())
    areas = (macro_average(curves, metric) for metric in FOLD_METRICS[2:])
    return (fitted.kept[3], accuracy, *areas)


def write_folds(path: Path, folds: CrossValidation) -> None:
    """Write the table of folds."""
    write_table(path, FOLD_COLUMNS, folds.rows)
