"""Division of windows into train, validation, test and blackbox."""

from collections.abc import Sequence

import numpy as np

from enngene_core.errors import SpecError
from enngene_core.specs.preprocess import SPLITS


def split_randomly(
    labels: np.ndarray, *, ratio: Sequence[int], rng: np.random.Generator
) -> np.ndarray:
    """Splits at random, by ratio, within each class.

    Parameters
    ----------
    labels : ndarray of int, shape (n_windows,)
    ratio
        Shares of train, validation, test and, optionally, blackbox.
    rng
        Source of the random order.

    Returns
    -------
    ndarray of uint8, shape (n_windows,)
        Indices into `SPLITS`.
    """
    shares = np.cumsum(ratio) / sum(ratio)
    split = np.empty(len(labels), dtype=np.uint8)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        bounds = np.rint(shares * len(members)).astype(int)
        parts = np.split(members, bounds[:-1])
        for index, part in enumerate(parts):
            split[part] = index
    return split


def split_by_chromosome(
    chrom: np.ndarray, *, validation: Sequence[str], test: Sequence[str]
) -> np.ndarray:
    """Splits by chromosome; chromosomes that are not named are for training.

    Returns
    -------
    ndarray of uint8, shape (n_windows,)
        Indices into `SPLITS`.

    Raises
    ------
    SpecError
        If a named chromosome has no window.
    """
    present = set(chrom)
    for name in (*validation, *test):
        if name not in present:
            raise SpecError(
                f"chromosome {name} has no window; expected some of "
                f"{', '.join(sorted(present)[:8])}"
            )
    split = np.full(len(chrom), SPLITS.index("train"), dtype=np.uint8)
    split[np.isin(chrom, list(validation))] = SPLITS.index("validation")
    split[np.isin(chrom, list(test))] = SPLITS.index("test")
    return split
