"""P-values of several tests, adjusted so that chance finds nothing among them."""

import numpy as np


def adjusted(p_values: np.ndarray, *, correction: str) -> np.ndarray:
    """P-values after the correction for their number.

    Parameters
    ----------
    p_values : ndarray of float, shape (n_tests,)
        NaN is no test: it is not counted, and stays NaN.
    correction
        ``holm``: whoever believes what is at most 0.05 is wrong about anything at all in at most
        5 % of such families of tests. ``benjamini-hochberg``: at most 5 % of what is believed is
        wrong, on average.

    References
    ----------
    Holm, Scand. J. Stat. 1979, 6:65. Benjamini and Hochberg, J. R. Stat. Soc. B 1995, 57:289.
    """
    found = np.full(len(p_values), np.nan)
    tests = np.flatnonzero(~np.isnan(p_values))
    tests = tests[np.argsort(p_values[tests], kind="stable")]
    rising, n = p_values[tests], len(tests)
    if correction == "holm":
        found[tests] = np.maximum.accumulate(rising * np.arange(n, 0, -1))
    else:
        found[tests] = np.minimum.accumulate((rising * n / np.arange(1, n + 1))[::-1])[::-1]
    return np.minimum(found, 1)
