"""In the windows of which class a motif fits best."""

import numpy as np
from scipy import stats

from enngene_core.interpretation.motifs.motif import Preference

#: Columns that are ranked at a time.
_FEW = 32


def preferences(
    value: np.ndarray, is_site: np.ndarray, label: np.ndarray, n_classes: int
) -> list[Preference | None]:
    """The class whose windows have better matches of each motif than those of other classes.

    Each class is compared with all others together: the area under the ROC curve of the best
    match in a window, and its Mann-Whitney test with ties. Of the classes the one with the largest
    area is told. The false discovery rate is that of all motifs and classes (Benjamini and
    Hochberg, 1995).

    Parameters
    ----------
    value : ndarray of float, shape (n_windows, n_motifs)
        Best match of each motif in each window.
    is_site : ndarray of bool, shape (n_windows, n_motifs)
        Whether it is a site.
    label : ndarray of int, shape (n_windows,)
        Class of each window.
    n_classes
        Classes.

    Returns
    -------
    list of Preference or None
        None for all, if there are windows of one class only.
    """
    n_windows, n_motifs = value.shape
    counts = np.bincount(label, minlength=n_classes)
    classes = np.flatnonzero((counts > 0) & (counts < n_windows))
    if not len(classes) or not n_motifs:
        return [None] * n_motifs
    auroc, p = np.empty((2, n_motifs, len(classes)))
    for first in range(0, n_motifs, _FEW):
        few = slice(first, first + _FEW)
        auroc[few], p[few] = _tested(value[:, few], label, classes)
    q = stats.false_discovery_control(p.ravel()).reshape(p.shape)
    in_class = np.array([is_site[label == c].mean(axis=0) for c in classes]).T
    in_others = np.array([is_site[label != c].mean(axis=0) for c in classes]).T
    best = auroc.argmax(axis=1)
    return [
        Preference(
            int(classes[column]),
            *(float(values[motif, column]) for values in (auroc, p, q, in_class, in_others)),
        )
        for motif, column in enumerate(best)
    ]


def _tested(
    value: np.ndarray, label: np.ndarray, classes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Area and p value of each motif and class, each of shape (n_motifs, n_classes)."""
    n = len(value)
    ranks = stats.rankdata(value, axis=0)
    # Of n values the variance of ranks is (n^2 - 1) / 12 without ties.
    variance_of_ranks = ranks.var(axis=0)
    auroc, p = np.empty((2, value.shape[1], len(classes)))
    for column, c in enumerate(classes):
        is_class = label == c
        n_class = np.count_nonzero(is_class)
        n_others = n - n_class
        u = ranks[is_class].sum(axis=0) - n_class * (n_class + 1) / 2
        auroc[:, column] = u / (n_class * n_others)
        deviation = np.abs(u - n_class * n_others / 2)
        # As scipy's: continuity is corrected for, and no spread is no evidence.
        spread = np.sqrt(n_class * n_others * variance_of_ranks / (n - 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(spread > 0, np.maximum(deviation - 0.5, 0) / spread, 0)
        p[:, column] = 2 * stats.norm.sf(z)
    return auroc, np.minimum(p, 1)
