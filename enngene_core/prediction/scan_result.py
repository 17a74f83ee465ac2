"""What a scan found."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.sliding import Grid
from enngene_core.models.bundle import BundleConfig
from enngene_core.prediction.peaks import Peaks
from enngene_core.prediction.significance import Significance
from enngene_core.specs.scan import ScanSpec, Strand

#: Bins of probabilities from 0 to 1 for the report.
N_BINS = 50
#: Peaks of each class that the report shows.
MOST_TOP = 20


@dataclass(frozen=True)
class ClassScan:
    """What was found of one class.

    Attributes
    ----------
    name : str
    significance : Significance
    histogram : ndarray of int64, shape (N_BINS,)
        Scanned windows by probability.
    n_peaks : dict of int to int
        By index of the chromosome; of those that were scanned.
    n_bases : int
        Bases in peaks; those on both strands count twice.
    top : Peaks
        The best ones.
    """

    name: str
    significance: Significance
    histogram: np.ndarray
    n_peaks: dict[int, int]
    n_bases: int
    top: Peaks


@dataclass(frozen=True)
class ScanResult:
    """What was scanned, and what was found.

    Attributes
    ----------
    config : BundleConfig
    spec : ScanSpec
    grid : Grid
    strands : tuple of str
        That were read.
    classes : tuple of ClassScan
        Those that were scored.
    n_unknown, n_dropped, n_unfolded : int
        Windows without a value: with too many unknown bases, past an end of the chromosome, and
        such that ViennaRNA could not fold them. Windows on both strands count twice.
    unscored : tuple of str
        Chromosomes that were left out, because the files of scores that the model reads lack them.
    n_regions : int or None
        Regions that were asked for; None for whole chromosomes.
    rejections : Rejections
        Those of them that could not be used.
    provenance : dict
        ``inputs_sha256`` and ``software``.
    """

    config: BundleConfig
    spec: ScanSpec
    grid: Grid
    strands: tuple[Strand, ...]
    classes: tuple[ClassScan, ...]
    n_unknown: int
    n_dropped: int
    n_unfolded: int
    unscored: tuple[str, ...]
    n_regions: int | None
    rejections: Rejections
    provenance: dict[str, Any]

    @property
    def n_windows(self) -> int:
        """Windows with a value."""
        n_all = self.grid.n_cells * len(self.strands)
        return n_all - self.n_unknown - self.n_dropped - self.n_unfolded

    @property
    def n_background(self) -> int:
        """Shuffled windows."""
        return len(self.classes[0].significance.background)

    @cached_property
    def n_bases(self) -> int:
        """Bases that the cells cover."""
        grid = self.grid
        start, _ = grid.bounds(grid.chrom, grid.first)
        _, end = grid.bounds(grid.chrom, grid.last - 1)
        return int((end - start).sum())

    @property
    def n_peaks(self) -> int:
        """Peaks of all classes."""
        return sum(sum(found.n_peaks.values()) for found in self.classes)
