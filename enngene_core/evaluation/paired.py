"""Bootstrap of several models on the same windows: the same draws for all of them."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.stats import binomtest

from enngene_core.evaluation.bootstrap import CONFIDENCE, multiplicities
from enngene_core.evaluation.delong import PairedTest
from enngene_core.evaluation.measures import Measures
from enngene_core.evaluation.scratch import Scratch
from enngene_core.seeding import named_rng

#: Weights that are worked on at once: few enough to stay in a core's own memory.
_WEIGHTS_AT_ONCE = 1 << 16
#: A difference below this is rounding.
_NOTHING = 1e-12


def resampled_together(
    models: Sequence[Measures], *, resamples: int, seed: int, n_threads: int = 1
) -> np.ndarray:
    """Every number of every model in every draw.

    In each draw the windows of each class are drawn anew from its own, with replacement, once for
    all models: what is lucky for one is as lucky for the others, so that their differences are
    much surer than the numbers are.

    Parameters
    ----------
    models
        Measures of the same windows, with the same classes.
    resamples
        Draws.
    seed
        The same seed gives the same numbers, whatever the number of threads; and the same draws,
        whatever the models and their order.
    n_threads
        Draws are worked on by so many threads.

    Returns
    -------
    ndarray of float, shape (n_models, resamples, n_numbers)
    """
    n_windows, sizes = len(models[0].order), models[0].class_sizes
    # Each model's measures take the windows of a class in an order of their own.
    by_class = np.argsort(_labels(models[0]), kind="stable")
    place = np.empty(n_windows, dtype=np.intp)
    place[by_class] = np.arange(n_windows)
    columns = [place[measures.order] for measures in models]
    n_at_once = max(1, _WEIGHTS_AT_ONCE // n_windows)
    of_thread = threading.local()

    def chunk(start: int) -> np.ndarray:
        if not hasattr(of_thread, "scratch"):
            of_thread.scratch = Scratch()
        n_draws = min(n_at_once, resamples - start)
        drawn = multiplicities(sizes, n_draws, named_rng(seed, f"resamples from {start}"))
        weights = np.empty_like(drawn)
        found = []
        for measures, order in zip(models, columns, strict=True):
            np.take(drawn, order, axis=1, out=weights, mode="clip")
            found.append(measures.values(weights, of_thread.scratch))
        return np.stack(found)

    with ThreadPoolExecutor(n_threads) as pool:
        parts = list(pool.map(chunk, range(0, resamples, n_at_once)))
    return np.concatenate(parts, axis=1)


def _labels(measures: Measures) -> np.ndarray:
    """True class of each window, in the windows' own order."""
    labels = np.empty(len(measures.order), dtype=np.intp)
    labels[measures.order] = np.repeat(np.arange(len(measures.class_sizes)), measures.class_sizes)
    return labels


def bootstrap_tests(
    differences: np.ndarray, drawn: np.ndarray, is_biased: np.ndarray
) -> list[PairedTest]:
    """Differences of two models' numbers with percentile intervals, and p-values that agree.

    The p-value is twice the share of draws in which the difference is not on its own side of 0,
    with one draw more, so that it is never 0: about the level at which the interval just reaches
    0. Two models that are equal in all draws have p = 1. A number that draws are biased in is
    mirrored at what was found, as its interval is (`bootstrap.intervals`).

    Parameters
    ----------
    differences : ndarray of float, shape (n_numbers,)
        On the windows themselves.
    drawn : ndarray of float, shape (resamples, n_numbers)
        In each draw; NaN where a number is not defined there.
    is_biased : ndarray of bool, shape (n_numbers,)

    References
    ----------
    Davison and Hinkley, Bootstrap Methods and their Application, 1997, chapters 4 and 5 (p-values
    with one draw more; intervals that tests are read from).
    """
    drawn = np.where(is_biased, 2 * differences - drawn, drawn)
    drawn[np.abs(drawn) < _NOTHING] = 0
    is_drawn = ~np.isnan(drawn)
    n = is_drawn.sum(axis=0)
    below, above = (drawn <= 0).sum(axis=0), (drawn >= 0).sum(axis=0)
    p_values = np.minimum(2 * (np.minimum(below, above) + 1) / (n + 1), 1)
    is_defined = (n > 0) & ~np.isnan(differences)
    tail = (1 - CONFIDENCE) / 2
    ends = np.full((2, len(differences)), np.nan)
    ends[:, is_defined] = np.nanquantile(drawn[:, is_defined], [tail, 1 - tail], axis=0)
    p_values[~is_defined] = np.nan
    numbers = zip(differences.tolist(), *ends.tolist(), p_values.tolist(), strict=True)
    return [PairedTest(*row) for row in numbers]


def mcnemar_test(is_right: np.ndarray, is_right_of_reference: np.ndarray) -> PairedTest:
    """Difference of two accuracies with McNemar's exact test; it has no interval.

    Of the windows that only one model is right about, each is as likely one model's as the
    other's, if both are as accurate. Without such windows p is 1.

    Parameters
    ----------
    is_right, is_right_of_reference : ndarray of bool, shape (n_windows,)

    References
    ----------
    McNemar, Psychometrika 1947, 12:153.
    """
    only = int((is_right & ~is_right_of_reference).sum())
    only_reference = int((is_right_of_reference & ~is_right).sum())
    n = only + only_reference
    p_value = float(binomtest(only, n).pvalue) if n else 1.0
    difference = (only - only_reference) / len(is_right)
    return PairedTest(difference, float("nan"), float("nan"), p_value)
