"""Scores of positions, and what they explain."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from enngene_core.specs.interpretation import Baseline, InterpretationSpec, Output

#: Points on all paths of a batch that go through the network at once, if it is not too large.
MOST_ROWS = 1600

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Contrast:
    """Which output is explained, and against what.

    Attributes
    ----------
    of : str
        ``logits`` or ``probabilities``.
    baseline : str
        ``uniform``, ``zero`` or ``shuffled``.
    shuffles : int
        Shuffled sequences of each window, if those are the baseline.
    seed : int
        Of the shuffles.
    """

    of: Output = "logits"
    baseline: Baseline = "uniform"
    shuffles: int = 10
    seed: int = 0

    @classmethod
    def of_spec(cls, spec: InterpretationSpec) -> "Contrast":
        """What a user asked for."""
        return cls(spec.of, spec.baseline, spec.shuffles, spec.seed)


@dataclass(frozen=True)
class Attributions:
    """Scores of every position in every branch.

    Attributes
    ----------
    branches : dict of str to ndarray of float32, each of shape (n_windows, width)
        Contribution of each position to the output of the target; positive ones speak for it.
    difference : ndarray of float32, shape (n_windows,)
        Output of the target for the window less that for the baseline (the mean of several).
        None for mutagenesis, whose scores are no shares of it.
    steps : ndarray of int32, shape (n_windows,), or None
        Points of the path that each window's contributions were summed at, or noisy copies.
    """

    branches: dict[str, np.ndarray]
    difference: np.ndarray | None
    steps: np.ndarray | None = None

    @property
    def total(self) -> np.ndarray:
        """Sum of all contributions, shape (n_windows,)."""
        return np.sum([scores.sum(axis=1) for scores in self.branches.values()], axis=0)

    @property
    def completeness_error(self) -> np.ndarray:
        """Relative gap between `total` and `difference`, shape (n_windows,); NaN without one."""
        if self.difference is None:
            return np.full(len(self.total), np.nan, dtype=np.float32)
        return np.abs(self.total - self.difference) / np.maximum(np.abs(self.difference), 1e-6)
