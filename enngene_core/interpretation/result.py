"""What an interpretation found."""

from dataclasses import dataclass

import numpy as np

from enngene_core.interpretation.integrated_gradients import Attributions
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.models.bundle import BundleConfig
from enngene_core.specs.interpretation import InterpretationSpec


@dataclass(frozen=True)
class InterpretationResult:
    """Attributions of some windows, and what they explain.

    Attributes
    ----------
    config : BundleConfig
    spec : InterpretationSpec
    windows : Windows
    branches : dict of str to ndarray, each of shape (n_windows, width)
        Codes or scores that the network read.
    probabilities : ndarray of float32, shape (n_windows, n_classes)
    target : ndarray of int, shape (n_windows,)
        Class that is explained.
    attributions : Attributions
    rejections : Rejections
        Intervals that could not be used.
    """

    config: BundleConfig
    spec: InterpretationSpec
    windows: Windows
    branches: dict[str, np.ndarray]
    probabilities: np.ndarray
    target: np.ndarray
    attributions: Attributions
    rejections: Rejections

    @property
    def median_completeness_error(self) -> float:
        """Median over the windows of `Attributions.completeness_error`."""
        return float(np.median(self.attributions.completeness_error))

    def top(self, label: int) -> np.ndarray:
        """Windows that are explained as class `label`, the highest scoring first."""
        explained = np.flatnonzero(self.target == label)
        order = np.argsort(-self.probabilities[explained, label], kind="stable")
        return explained[order[: self.spec.top]]
