"""Curves of one ranking and the areas under them, for many weightings of its windows at once."""

from dataclasses import dataclass

import numpy as np

from enngene_core.evaluation.scratch import Scratch

#: Scores at which a curve is known: so many quantiles of the positives, and of the negatives.
_QUANTILES = 100


@dataclass(frozen=True)
class Points:
    """Points of the curves of one ranking, from the highest score to the lowest.

    Attributes
    ----------
    found, wrong : ndarray of int, shape (n_weightings, n_points)
        Weight of the positives and of the negatives with a score as high or higher; the first
        are 0, the last are all.
    """

    found: np.ndarray
    wrong: np.ndarray


@dataclass(frozen=True)
class Ranking:
    """Positives and negatives by falling score, sorted once.

    Both areas depend on the negatives only as far as they stand above a positive, so that sums are
    looked up for positives alone.

    Attributes
    ----------
    positives, negatives : ndarray of int
        The window (a column of the weights) of each positive and negative, by falling score.
    last : ndarray of int, shape (n_groups,), or None
        The last positive of each group with one score; None where each has a score of its own.
    n_above : ndarray of int, shape (n_groups,), or None
        Negatives with a higher score than the group; None where that is `n_reached`.
    n_reached : ndarray of int, shape (n_groups,)
        Negatives with a score as high or higher.
    groups_at, negatives_at : ndarray of int, shape (n_points,)
        Groups and negatives with a score as high or higher at the points of `areas_and_points`.
    """

    positives: np.ndarray
    negatives: np.ndarray
    last: np.ndarray | None
    n_above: np.ndarray | None
    n_reached: np.ndarray
    groups_at: np.ndarray
    negatives_at: np.ndarray

    @classmethod
    def of(cls, is_positive: np.ndarray, score: np.ndarray, window: np.ndarray) -> "Ranking":
        """Sort scores.

        Parameters
        ----------
        is_positive : ndarray of bool, shape (n_scores,)
        score : ndarray of float, shape (n_scores,)
        window : ndarray of int, shape (n_scores,)
            The column of the weights that each score belongs to.
        """
        positive, negative = score[is_positive], score[~is_positive]
        by_positive = np.argsort(-positive, kind="stable")
        by_negative = np.argsort(-negative, kind="stable")
        positive, rising = positive[by_positive], negative[by_negative][::-1]
        last = np.flatnonzero(np.append(positive[1:] != positive[:-1], len(positive) > 0))
        groups = positive[last]
        n_above = len(rising) - np.searchsorted(rising, groups, side="right")
        n_reached = len(rising) - np.searchsorted(rising, groups, side="left")
        scores = np.concatenate([_quantiles(positive), _quantiles(rising[::-1])])
        scores = np.unique(scores)[::-1]
        return cls(
            positives=window[is_positive][by_positive],
            negatives=window[~is_positive][by_negative],
            last=None if len(last) == len(positive) else last,
            n_above=None if np.array_equal(n_above, n_reached) else n_above,
            n_reached=n_reached,
            groups_at=len(groups) - np.searchsorted(groups[::-1], scores, side="left"),
            negatives_at=len(rising) - np.searchsorted(rising, scores, side="left"),
        )

    def areas(self, weights: np.ndarray, scratch: Scratch) -> tuple[np.ndarray, np.ndarray]:
        """AUROC and average precision of each weighting; NaN without positives or negatives.

        Parameters
        ----------
        weights : ndarray of int32, shape (n_weightings, n_windows)
            How often each window counts.
        scratch
            Memory to work in.

        Returns
        -------
        auroc, average_precision : ndarray of float, shape (n_weightings,)
        """
        return self.areas_and_points(weights, scratch)[0]

    def areas_and_points(
        self, weights: np.ndarray, scratch: Scratch, *, with_points: bool = False
    ) -> tuple[tuple[np.ndarray, np.ndarray], Points | None]:
        """The same with points of the curves, if they are wanted and there are any."""
        n, n_positives, n_negatives = len(weights), len(self.positives), len(self.negatives)
        if not n_positives or not n_negatives:
            return (np.full(n, np.nan), np.full(n, np.nan)), None
        found = _taken(weights, self.positives, "found", scratch)
        true = scratch.array("true", found.shape, np.int32)
        np.cumsum(found, axis=1, dtype=np.int32, out=true)
        if self.last is not None:
            true = _taken(true, self.last, "true of groups", scratch)
            found = scratch.array("found", true.shape, np.int32)
            found[:, 0] = true[:, 0]
            np.subtract(true[:, 1:], true[:, :-1], out=found[:, 1:])
        false = scratch.array("false", (n, n_negatives + 1), np.int32)
        false[:, 0] = 0
        negatives = _taken(weights, self.negatives, "negatives", scratch)
        np.cumsum(negatives, axis=1, dtype=np.int32, out=false[:, 1:])
        points = self._points(true, false) if with_points else None
        reached = _taken(false, self.n_reached, "reached", scratch)
        wrong_pairs = _products(found, reached)
        if self.n_above is not None:  # a tie is half a wrong pair
            above = _taken(false, self.n_above, "above", scratch)
            wrong_pairs = (wrong_pairs + _products(found, above)) / 2
        predicted = np.add(true, reached, out=reached)
        np.maximum(predicted, 1, out=predicted)  # where nothing is reached, nothing is found
        precision = scratch.array("precision", true.shape, float)
        np.divide(true, predicted, out=precision)
        weight, other = true[:, -1].astype(float), false[:, -1].astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            auroc, average = 1 - wrong_pairs / (weight * other), _products(found, precision)
            return (auroc, average / weight), points

    def _points(self, true: np.ndarray, false: np.ndarray) -> Points:
        found = np.zeros((len(true), len(self.groups_at) + 1), dtype=np.int32)
        wrong = np.zeros_like(found)
        is_any = self.groups_at > 0
        found[:, 1:][:, is_any] = true[:, self.groups_at[is_any] - 1]
        wrong[:, 1:] = false[:, self.negatives_at]
        return Points(found, wrong)


def _quantiles(falling: np.ndarray) -> np.ndarray:
    """Some of the scores, evenly spaced by their ranks, the first and the last among them."""
    n = len(falling)
    return falling[np.linspace(0, n - 1, min(n, _QUANTILES)).round().astype(int)]


def _taken(rows: np.ndarray, columns: np.ndarray, name: str, scratch: Scratch) -> np.ndarray:
    out = scratch.array(name, (len(rows), len(columns)), np.int32)
    return np.take(rows, columns, axis=1, out=out, mode="clip")  # the other modes copy


def _products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Sum of products in each row, shape (n_rows,); as float, which integers could overflow."""
    return np.einsum("ij,ij->i", left, right, dtype=float)
