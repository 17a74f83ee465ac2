"""Scores along the genome from a bigWig file."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyBigWig

from enngene_core.errors import SignalError
from enngene_core.formats.opened import OpenedFile
from enngene_core.quiet import silenced


class Signal(OpenedFile):
    """A bigWig file, opened for reading.

    Parameters
    ----------
    path
        A local bigWig file; addresses of remote ones are not opened.

    Attributes
    ----------
    chrom_sizes : dict of str to int
        Length of each chromosome, bp.

    Raises
    ------
    SignalError
        If the file is missing or is not a bigWig.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # pyBigWig itself would also fetch a remote file by its address.
        if not path.is_file():
            raise SignalError(f"{path}: no such file")
        try:
            with silenced():
                self._bigwig = pyBigWig.open(str(path.resolve()))
            is_bigwig = self._bigwig.isBigWig()
        except RuntimeError as error:
            raise SignalError(f"{path}: cannot be read; expected a bigWig file") from error
        if not is_bigwig:
            raise SignalError(f"{path}: a bigBed file; expected a bigWig file")
        self.chrom_sizes: dict[str, int] = dict(self._bigwig.chroms() or {})

    def check_assembly(self, chrom_sizes: Mapping[str, int], genome: Path) -> None:
        """Compare chromosome lengths with those of the reference sequence.

        Raises
        ------
        SignalError
            If no chromosome is shared, or a shared one has another length.
        """
        shared = [chrom for chrom in chrom_sizes if chrom in self.chrom_sizes]
        if not shared:
            raise SignalError(
                f"{self.path}: has no chromosome of {genome} (found "
                f"{', '.join(list(self.chrom_sizes)[:3]) or 'none'}; expected "
                f"{', '.join(list(chrom_sizes)[:3])}); is it of another assembly?"
            )
        for chrom in shared:
            if self.chrom_sizes[chrom] != chrom_sizes[chrom]:
                raise SignalError(
                    f"{self.path}: {chrom} has {self.chrom_sizes[chrom]} bp, but "
                    f"{chrom_sizes[chrom]} bp in {genome}; expected the same assembly"
                )

    def read(self, chrom: str, start: int, end: int) -> np.ndarray:
        """Scores of ``[start, end)``, 0-based.

        Returns
        -------
        ndarray of float32, shape (end - start,)
            NaN where the file has no score.

        Raises
        ------
        SignalError
            If the file is damaged at this place.
        """
        try:
            with silenced():
                values = self._bigwig.values(chrom, start, end, numpy=True)
        except RuntimeError as error:
            raise SignalError(
                f"{self.path}: cannot be read at {chrom}:{start}-{end}; is the file whole?"
            ) from error
        return np.asarray(values, dtype=np.float32)

    def close(self) -> None:
        """Close the file."""
        self._bigwig.close()
