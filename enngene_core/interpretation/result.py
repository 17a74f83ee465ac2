"""What an interpretation found."""

from dataclasses import dataclass, field

import numpy as np

from enngene_core.interpretation.attributions import Attributions
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
        Intervals or sequences that could not be used.
    of_sequences : bool
        Whether the windows lie on ready sequences, so that a place is one in a sequence.
    effects : ndarray of float32, shape (n_windows, width, 4), or None
        What each substitution in the sequence does (`mutagenesis`), if that was asked for.
    chrom_sizes : dict of str to int
        Length of each chromosome of the genome, bp; empty for ready sequences.
    """

    config: BundleConfig
    spec: InterpretationSpec
    windows: Windows
    branches: dict[str, np.ndarray]
    probabilities: np.ndarray
    target: np.ndarray
    attributions: Attributions
    rejections: Rejections
    of_sequences: bool = False
    effects: np.ndarray | None = None
    chrom_sizes: dict[str, int] = field(default_factory=dict)

    @property
    def place_columns(self) -> tuple[str, ...]:
        """Headings of `place`."""
        if self.of_sequences:
            return "name", "start", "end"
        return "chrom", "start", "end", "name", "strand"

    def place(self, index: int) -> tuple[str | int, ...]:
        """Where a window lies, in the columns of a table."""
        locus = self.windows.locus(index)
        return (locus.name, locus.start, locus.end) if self.of_sequences else tuple(locus)

    @property
    def explained(self) -> list[int]:
        """Labels of the classes that are explained somewhere, the one with most windows first."""
        counts = np.bincount(self.target, minlength=len(self.config.dataset.classes))
        order = np.argsort(-counts, kind="stable")
        return [int(label) for label in order if counts[label]]

    @property
    def median_completeness_error(self) -> float:
        """Median over the windows of `Attributions.completeness_error`."""
        return float(np.median(self.attributions.completeness_error))

    @property
    def is_complete(self) -> np.ndarray:
        """Whether each window's completeness error is within the tolerance, shape (n_windows,)."""
        return self.attributions.completeness_error <= self.spec.tolerance

    def top(self, label: int) -> np.ndarray:
        """Windows that are explained as class `label`, the highest scoring first."""
        explained = np.flatnonzero(self.target == label)
        order = np.argsort(-self.probabilities[explained, label], kind="stable")
        return explained[order[: self.spec.top]]
