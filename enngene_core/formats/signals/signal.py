"""Scores along the genome, from bigWig or wig files."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from enngene_core.errors import SignalError
from enngene_core.formats.opened import OpenedFile


class Signal(OpenedFile):
    """Opened files that hold at most one score for each base.

    Attributes
    ----------
    path : Path
        The file, or the first of them.
    chroms : frozenset of str
        Chromosomes that have scores, as the files name them.
    largest_gap : int
        Stretches nearer to each other than this, bp, are best read as one.
    is_indexed : bool
        Whether a stretch is read where it lies, in a moment; if not, files are read whole.
    """

    path: Path
    chroms: frozenset[str]
    largest_gap: int
    is_indexed: bool

    def check_assembly(self, chrom_sizes: Mapping[str, int], genome: Path) -> None:
        """Compare chromosomes with those of the reference sequence.

        Parameters
        ----------
        chrom_sizes
            Length of each chromosome of the reference, bp, by its name in this signal.
        genome
            File of the reference, for messages.

        Raises
        ------
        SignalError
            If no chromosome is shared, or a shared one has another length.
        """
        if self.chroms.isdisjoint(chrom_sizes):
            raise SignalError(
                f"{self.path}: has no chromosome of {genome} (found "
                f"{', '.join(sorted(self.chroms)[:3]) or 'none'}; expected "
                f"{', '.join(list(chrom_sizes)[:3])}); is it of another assembly?"
            )

    @abstractmethod
    def blocks(self, wanted: Mapping[str, np.ndarray]) -> Iterator[tuple[str, int, np.ndarray]]:
        """Scores of stretches of the genome.

        Parameters
        ----------
        wanted : mapping of str to ndarray of int64, shape (n, 2)
            Sorted, disjoint stretches of each chromosome: 0-based, half-open, bp.

        Yields
        ------
        chrom : str
        start : int
            Where the stretch begins.
        scores : ndarray of float32
            As long as the stretch; NaN where there is no score.

        Every stretch comes once, those of one chromosome one after the other.

        Raises
        ------
        SignalError
            If a file is damaged, or holds what is no score.
        """
