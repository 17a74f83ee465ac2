"""All numbers of an evaluation, for many weightings of its windows at once."""

import numpy as np

from enngene_core.evaluation.bands import GRID, at_grid
from enngene_core.evaluation.confusion_measures import (
    mean_of_defined,
    of_all_classes,
    of_each_class,
)
from enngene_core.evaluation.rankings import Ranking
from enngene_core.evaluation.scratch import Scratch

ALL, MACRO, MICRO = "all", "macro average", "micro average"
N_BINS = 15
_OF_ALL = (
    "accuracy",
    "balanced_accuracy",
    "mcc",
    "log_loss",
    "brier_score",
    "expected_calibration_error",
)
_HARD = ("f1", "precision", "recall")
_RANKED = ("auroc", "average_precision")
#: Of more classes, the curves of the averages alone are followed through draws.
MOST_CURVES = 7


class Measures:
    """What a model's probabilities are worth, as a function of how often each window counts.

    All that doesn't depend on the weights (the order of scores, above all) is worked out once.
    What is not defined is NaN; a macro average is the mean of the classes that have a number.

    Log loss is the mean of ``-log`` of the true class's probability (natural logarithm), which is
    clipped at the resolution of its type. The Brier score is the mean squared distance of the
    probabilities from 1 for the true class and 0 for the others: summed over classes, and halved
    if there are two. The expected calibration error puts the windows into `N_BINS` bins of equal
    width, ``(0, 1/15]``, ``(1/15, 2/15]`` and so on, by the probability of their highest scoring
    class; it is the mean over windows of the distance, in their bin, between the mean of that
    probability and the share of right predictions.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float, shape (n_windows, n_classes)
    classes
        Names in the order of the columns.

    Attributes
    ----------
    order : ndarray of int, shape (n_windows,)
        The windows by true class, in the order of the weights' columns.
    class_sizes : ndarray of int, shape (n_classes,)
    names : list of (metric, class)
        In the order of `values`; the class of an overall measure is ``all``.
    curve_names : list of str
        The curves of `values_and_curves`: classes, or of more than `MOST_CURVES` the averages.

    References
    ----------
    Brier, Mon. Weather Rev. 1950, 78:1. Naeini et al., AAAI 2015, 2901 (calibration error);
    Guo et al., ICML 2017, 70:1321 (15 bins of the highest probability).
    """

    def __init__(
        self, y_true: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]
    ) -> None:
        n_classes = len(classes)
        confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
        bins = np.clip(np.ceil(confidence.astype(float) * N_BINS).astype(int) - 1, 0, N_BINS - 1)
        # Windows of one cell of the confusion matrix, and of one bin in it, stand together.
        self.order = np.lexsort((bins, predicted, y_true))
        y_true, predicted, bins = y_true[self.order], predicted[self.order], bins[self.order]
        probabilities = probabilities[self.order]
        self.class_sizes = np.bincount(y_true, minlength=n_classes)
        cell = y_true * n_classes + predicted
        self._cell_starts = _starts(cell)
        self._cells = cell[self._cell_starts]
        self._bin_starts = _starts(cell * N_BINS + bins)
        self._bin = np.eye(N_BINS)[bins[self._bin_starts]]
        self._overconfidence = confidence[self.order].astype(float) - (y_true == predicted)
        self._losses = _losses(y_true, probabilities)
        windows = np.arange(len(y_true))
        self._rankings = [
            Ranking.of(y_true == index, probabilities[:, index], windows)
            for index in range(n_classes)
        ]
        self._micro = Ranking.of(
            (np.arange(n_classes) == y_true[:, None]).ravel(),
            probabilities.ravel(),
            np.repeat(windows, n_classes),
        )
        defined = [name for name, ranking in zip(classes, self._rankings, strict=True)
                   if len(ranking.positives) and len(ranking.negatives)]  # fmt: skip
        averages = [MACRO, MICRO] if defined else []
        self.curve_names = defined if n_classes <= MOST_CURVES else averages
        self.names = [
            *((metric, ALL) for metric in _OF_ALL),
            *((m, name) for m in ("f1", "precision", "recall") for name in (*classes, MACRO)),
            *(
                (m, name)
                for m in ("auroc", "average_precision")
                for name in (*classes, MACRO, MICRO)
            ),
        ]

    def values(
        self, weights: np.ndarray | None = None, scratch: Scratch | None = None
    ) -> np.ndarray:
        """Every number for every weighting.

        Parameters
        ----------
        weights : ndarray of int32, shape (n_weightings, n_windows), or None
            How often each window of `order` counts; None for one weighting, once each.
        scratch
            Memory to work in; its own if None.

        Returns
        -------
        ndarray of float, shape (n_weightings, n_numbers)
        """
        return self._values(weights, scratch, with_curves=False)[0]

    def values_and_curves(
        self, weights: np.ndarray, scratch: Scratch
    ) -> tuple[np.ndarray, np.ndarray]:
        """Every number, and the curves at the grids of `bands`.

        Returns
        -------
        values : ndarray of float, shape (n_weightings, n_numbers)
        curves : ndarray of float32, shape (n_weightings, n_curves, 2, n_grid)
            True positive rates and precisions, in the order of `curve_names`.
        """
        values, curves = self._values(weights, scratch, with_curves=bool(self.curve_names))
        return values, curves

    def _values(
        self, weights: np.ndarray | None, scratch: Scratch | None, *, with_curves: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        if weights is None:
            weights = np.ones((1, len(self.order)), dtype=np.int32)
        scratch = Scratch() if scratch is None else scratch
        confusion = self._confusion(weights)
        n_each = confusion.sum(axis=(1, 2))
        columns = [*of_all_classes(confusion).values()]
        columns += [
            np.einsum("ij,j->i", weights, loss, dtype=float) / n_each for loss in self._losses
        ]
        excess = scratch.array("excess", weights.shape, float)
        np.multiply(weights, self._overconfidence, out=excess)
        by_bin = np.add.reduceat(excess, self._bin_starts, axis=1) @ self._bin
        columns.append(np.abs(by_bin).sum(axis=1) / n_each)
        for of_class in of_each_class(confusion).values():
            columns += [*of_class.T, mean_of_defined(of_class)]
        areas, curves = [], []
        for ranking in (*self._rankings, self._micro):
            area, points = ranking.areas_and_points(weights, scratch, with_points=with_curves)
            areas.append(area)
            if points is not None:
                curves.append(at_grid(points))
        for *each, micro in zip(*areas, strict=True):
            columns += [*each, mean_of_defined(np.stack(each, axis=-1)), micro]
        return np.stack(columns, axis=1), self._kept(curves, len(weights))

    def _kept(self, curves: list[np.ndarray], n: int) -> np.ndarray:
        """The curves of `curve_names`, of those of the classes that have one and the pooled one."""
        if not curves:
            return np.zeros((n, 0, 2, len(GRID)), dtype=np.float32)
        *each, micro = curves
        if len(self.class_sizes) > MOST_CURVES:
            each = [np.asarray(np.mean(each, axis=0, dtype=np.float32)), micro]
        return np.stack(each, axis=1)

    def _confusion(self, weights: np.ndarray) -> np.ndarray:
        n_classes = len(self.class_sizes)
        counts = np.zeros((len(weights), n_classes**2), dtype=np.int64)
        counts[:, self._cells] = np.add.reduceat(weights, self._cell_starts, axis=1)
        return counts.reshape(-1, n_classes, n_classes)


def _starts(keys: np.ndarray) -> np.ndarray:
    """Where runs of one key begin."""
    return np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))


def _losses(y_true: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Log loss and Brier score of each window, shape (2, n_windows)."""
    smallest = np.finfo(probabilities.dtype).eps
    probabilities = probabilities.astype(float)
    n_windows, n_classes = probabilities.shape
    of_true = probabilities[np.arange(n_windows), y_true]
    log_loss = -np.log(np.clip(of_true, smallest, 1 - smallest))
    brier = (probabilities**2).sum(axis=1) - of_true**2 + (1 - of_true) ** 2
    return np.stack([log_loss, brier / 2 if n_classes == 2 else brier])
