"""Intervals of an evaluation's numbers, by drawing its windows again."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from enngene_core.evaluation.bands import NO_BANDS, Bands, bands_of
from enngene_core.evaluation.measures import Measures
from enngene_core.evaluation.scratch import Scratch
from enngene_core.seeding import named_rng

CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2
#: Weights that are worked on at once: few enough to stay in a core's own memory.
_WEIGHTS_AT_ONCE = 1 << 16
_Found = TypeVar("_Found")


def intervals(measures: Measures, *, resamples: int, seed: int, n_threads: int = 1) -> np.ndarray:
    """95 % intervals by the stratified bootstrap.

    Each class's windows are drawn anew from its own, with replacement, as many as it has. The ends
    are the percentiles 2.5 and 97.5 of the numbers of such draws in which a number is defined.
    The calibration error is the sum of distances, which chance only adds to, so that draws lie
    above the number that they were made from as that lies above the truth: its ends are
    mirrored at it (the basic bootstrap), and not below 0. In trials with 49 to 2,000 windows they
    held a true error of .06 or .15 in 84 to 92 % (the percentiles in 0 to 92 %), and one of 0 in
    half to two thirds.

    Parameters
    ----------
    measures
        Of the windows.
    resamples
        Draws.
    seed
        The same seed gives the same intervals, whatever the number of threads.
    n_threads
        Draws are worked on by so many threads.

    Returns
    -------
    ndarray of float, shape (n_numbers, 2)
        In the order of ``measures.names``; NaN for what is not defined in any draw.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 8 (strata);
    Davison and Hinkley, Bootstrap Methods and their Application, 1997, chapter 5 (basic).
    """
    return ends_of(
        measures, resampled(measures, resamples=resamples, seed=seed, n_threads=n_threads)
    )


def intervals_and_bands(
    measures: Measures, *, resamples: int, seed: int, n_threads: int = 1
) -> tuple[np.ndarray, Bands]:
    """The same with 95 % bands of the curves, from the same draws.

    At each false positive rate the true positive rates of 95 % of the draws lie in the band, and at
    each recall their precisions; a whole curve leaves such a band more often.
    """
    if not measures.curve_names:
        found = resampled(measures, resamples=resamples, seed=seed, n_threads=n_threads)
        return ends_of(measures, found), NO_BANDS
    drawn = _drawn(measures, measures.values_and_curves, resamples, seed, n_threads)
    values, curves = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    return ends_of(measures, values), bands_of(curves, measures.curve_names, _TAIL)


def ends_of(measures: Measures, drawn: np.ndarray) -> np.ndarray:
    """Ends of the intervals that `intervals` gives, shape (n_numbers, 2), from its draws.

    Parameters
    ----------
    drawn : ndarray of float, shape (resamples, n_numbers)
        Every number of every draw.
    """
    ends = np.full((drawn.shape[1], 2), np.nan)
    is_defined = ~np.isnan(drawn).all(axis=0)
    ends[is_defined] = np.nanquantile(drawn[:, is_defined], [_TAIL, 1 - _TAIL], axis=0).T
    biased = measures.names.index(("expected_calibration_error", "all"))
    found = measures.values()[0, biased]
    ends[biased] = np.maximum(2 * found - ends[biased, ::-1], 0)
    return ends


def resampled(measures: Measures, *, resamples: int, seed: int, n_threads: int = 1) -> np.ndarray:
    """Every number of every draw, shape (resamples, n_numbers)."""
    return np.concatenate(_drawn(measures, measures.values, resamples, seed, n_threads))


def _drawn(
    measures: Measures,
    of_weights: Callable[[np.ndarray, Scratch], _Found],
    resamples: int,
    seed: int,
    n_threads: int,
) -> list[_Found]:
    """What is found for the weights of all draws, a few draws at a time."""
    n_at_once = max(1, _WEIGHTS_AT_ONCE // len(measures.order))
    starts = range(0, resamples, n_at_once)

    of_thread = threading.local()

    def chunk(start: int) -> _Found:
        if not hasattr(of_thread, "scratch"):
            of_thread.scratch = Scratch()
        n_draws = min(n_at_once, resamples - start)
        rng = named_rng(seed, f"resamples from {start}")
        return of_weights(multiplicities(measures.class_sizes, n_draws, rng), of_thread.scratch)

    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(chunk, starts))


def multiplicities(class_sizes: np.ndarray, n_draws: int, rng: np.random.Generator) -> np.ndarray:
    """How often each window is in each draw.

    Parameters
    ----------
    class_sizes : ndarray of int, shape (n_classes,)
        Windows of each class; they stand one class after the other.

    Returns
    -------
    ndarray of int32, shape (n_draws, n_windows)
    """
    counts = np.empty((n_draws, class_sizes.sum()), dtype=np.int32)
    end = 0
    for size in class_sizes.tolist():
        start, end = end, end + size
        for row in counts[:, start:end]:
            row[:] = np.bincount(
                rng.integers(0, max(size, 1), size, dtype=np.int32), minlength=size
            )
    return counts
