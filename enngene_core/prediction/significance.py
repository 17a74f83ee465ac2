"""Which scores are too high for chance: empirical p-values, and q-values of all of a scan."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Significance:
    """What a score of one class means.

    Attributes
    ----------
    background : ndarray of float32, shape (n_background,)
        Scores of shuffled windows, ascending.
    p, q : ndarray of float64, shape (n_background + 1,)
        By rank: the number of shuffled windows with at least the score.
    n_by_rank : ndarray of int64, shape (n_background + 1,)
        Scanned windows.
    cutoff : float
        Largest q-value of a window in a peak.
    """

    background: np.ndarray
    p: np.ndarray
    q: np.ndarray
    n_by_rank: np.ndarray
    cutoff: float

    @property
    def n_significant(self) -> int:
        """Scanned windows whose q-value is at most the cutoff."""
        return int(self.n_by_rank[self.q <= self.cutoff].sum())

    @property
    def threshold(self) -> float:
        """Scores above this one are significant; infinite if none can be."""
        highest = int(np.count_nonzero(self.q <= self.cutoff)) - 1  # q only rises with the rank
        if highest < 0:
            return float("inf")
        n = len(self.background)
        return float(self.background[n - highest - 1]) if highest < n else -float("inf")

    @property
    def least_number(self) -> int:
        """Windows that must score above the whole background, for their q-value to suffice."""
        return int(np.ceil(self.p[0] * self.n_by_rank.sum() / self.cutoff))

    def rank(self, scores: np.ndarray) -> np.ndarray:
        """Number of shuffled windows that score at least as high as each of `scores`."""
        return rank(self.background, scores)


def rank(background: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Number of values of an ascending `background` that are at least each of `scores`."""
    return len(background) - np.searchsorted(background, scores, side="left")


def significance(background: np.ndarray, n_by_rank: np.ndarray, *, cutoff: float) -> Significance:
    """P-values and q-values by rank.

    The p-value of a score that r of n shuffled windows reach is (r + 1) / (n + 1): valid if a
    window without a site scores like a shuffled one. Q-values are those of Benjamini and Hochberg
    over all scanned windows. They hold for windows that are independent, or that depend on each
    other as overlapping ones do: a high score of one never makes a high score of another less
    likely.

    Parameters
    ----------
    background : ndarray of float32, shape (n_background,)
        Ascending.
    n_by_rank : ndarray of int64, shape (n_background + 1,)
        Scanned windows by rank: p-values have no other values, so that nothing else is needed.
    cutoff
        Largest q-value that is significant.

    References
    ----------
    Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 2010, 9:39 (p-values); Benjamini and Hochberg,
    J. R. Stat. Soc. B 1995, 57:289; Benjamini and Yekutieli, Ann. Stat. 2001, 29:1165 (dependence).
    """
    p = np.arange(1, len(background) + 2) / (len(background) + 1)
    n_as_high = np.cumsum(n_by_rank)
    q = np.minimum(p * (n_as_high[-1] / np.maximum(n_as_high, 1)), 1)
    # Ranks before the first window are no window's; the fewest of them have the smallest p-value.
    q = np.minimum.accumulate(q[::-1])[::-1]
    return Significance(background, p, q, n_by_rank, cutoff)
