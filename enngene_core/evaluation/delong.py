"""DeLong's test: whether the AUROCs of two models on the same windows differ."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata

from enngene_core.evaluation.bootstrap import CONFIDENCE

#: A standard deviation of AUROC below this is rounding.
_NOTHING = 1e-13


@dataclass(frozen=True)
class PairedTest:
    """A difference of two models' numbers; NaN where it is not defined.

    Attributes
    ----------
    difference : float
    low, high : float
        Ends of its 95 % interval.
    p_value : float
        Two-sided.
    """

    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Areas:
    """AUROCs of several models, and what each window contributes to them.

    Attributes
    ----------
    areas : ndarray of float, shape (n_models,)
    components : ndarray of float, shape (n_models, n_windows)
        DeLong's structural components, divided by the size of their sample: of a positive, the
        share of negatives that it stands above; of a negative, the share of positives that it
        stands below; ties count half. Those of the positives sum to the area, and so do those of
        the negatives.
    stratum : ndarray of int, shape (n_windows,)
        The sample that each window was drawn in, with others of it.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 1988, 44:837.
    Sun and Xu, IEEE Signal Process. Lett. 2014, 21:1389 (components from midranks).
    """

    areas: np.ndarray
    components: np.ndarray
    stratum: np.ndarray

    @classmethod
    def of_class(cls, is_positive: np.ndarray, scores: np.ndarray) -> "Areas | None":
        """Areas of one class against all others.

        Parameters
        ----------
        is_positive : ndarray of bool, shape (n_windows,)
        scores : ndarray of float, shape (n_models, n_windows)

        Returns
        -------
        Areas or None
            None where all or none are positive.
        """
        n_positives = int(is_positive.sum())
        n_negatives = len(is_positive) - n_positives
        if not n_positives or not n_negatives:
            return None
        components = rankdata(scores, axis=1)  # midranks among all
        for own in (is_positive, ~is_positive):
            components[:, own] -= rankdata(scores[:, own], axis=1)
        # What is left is the number of windows of the other sample below each.
        components[:, ~is_positive] = n_positives - components[:, ~is_positive]
        components /= n_positives * n_negatives
        return cls(components[:, is_positive].sum(axis=1), components, is_positive.astype(np.int8))

    def compared(self, model: int, reference: int) -> PairedTest:
        """AUROC of one model minus that of another.

        Their difference is 0 with p = 1 where each window contributes the same to both. Without
        another window in the stratum of each there is no variance; and where the components
        differ, but all by the same, it is estimated as 0, which no sample supports: then interval
        and p-value are NaN.

        Parameters
        ----------
        model, reference
            Indices.
        """
        apart = self.components[model] - self.components[reference]
        difference = float(self.areas[model] - self.areas[reference])
        deviation = self._deviation(apart)
        if not deviation > _NOTHING:
            if np.abs(apart).max() <= _NOTHING:
                return PairedTest(0.0, 0.0, 0.0, 1.0)
            return PairedTest(difference, math.nan, math.nan, math.nan)
        reach = deviation * float(norm.isf((1 - CONFIDENCE) / 2))
        return PairedTest(
            difference,
            max(-1.0, difference - reach),
            min(1.0, difference + reach),
            float(2 * norm.sf(abs(difference) / deviation)),
        )

    def _deviation(self, components: np.ndarray) -> float:
        """Standard deviation of the sum of each stratum's components, scaled as the area is."""
        _, stratum, n = np.unique(self.stratum, return_inverse=True, return_counts=True)
        if n.min() < 2:
            return math.nan
        means = np.bincount(stratum, components) / n
        squares = np.bincount(stratum, (components - means[stratum]) ** 2)
        return math.sqrt(float((squares * n / (n - 1)).sum()))


def areas_of_classes(
    y_true: np.ndarray, probabilities: Sequence[np.ndarray]
) -> Iterator[tuple[int | None, Areas]]:
    """Areas of each class that has one, one after the other; at last, under None, their mean.

    In the mean (the macro average) a window's component is the mean of its components in the
    classes, and its stratum is its true class. Of two classes, whose areas are one, that is
    DeLong's own test; of more, the same with several samples of negatives.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_windows,)
    probabilities : sequence of ndarray of float, each of shape (n_windows, n_classes)
        Of each model.
    """
    n_defined, sums = 0, (np.zeros(len(probabilities)), np.zeros((1, 1)))
    for label in range(probabilities[0].shape[1]):
        scores = np.stack([of_model[:, label] for of_model in probabilities])
        of_class = Areas.of_class(y_true == label, scores)
        if of_class is not None:
            yield label, of_class
            n_defined += 1
            sums = sums[0] + of_class.areas, sums[1] + of_class.components
    if n_defined:
        yield None, Areas(sums[0] / n_defined, sums[1] / n_defined, y_true)
