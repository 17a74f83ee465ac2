"""Writing a track as a bigWig file."""

import errno
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyBigWig

from enngene_core.errors import SignalError
from enngene_core.formats.opened import OpenedFile
from enngene_core.formats.signals.bigwig import BigWig

_ZOOMS = 10


class BigWigTrack(OpenedFile):
    """A bigWig file that is being written, to be closed at the end.

    Parameters
    ----------
    path
        File to write.
    chrom_sizes
        Length of each chromosome, bp, by name; genome browsers look names up in the order of
        their bytes, so that they must stand in it here.
    """

    def __init__(self, path: Path, chrom_sizes: Mapping[str, int]) -> None:
        names = list(chrom_sizes)
        if names != sorted(names, key=str.encode):
            raise ValueError("expected chromosomes in the order of the bytes of their names")
        self._path = path
        path.touch()  # which says what is wrong, where the library does not
        self._file = pyBigWig.open(str(path), "w")
        self._file.addHeader(list(chrom_sizes.items()), maxZooms=_ZOOMS)

    def put(self, chrom: str, start: int, step: int, values: np.ndarray, *, size: int) -> None:
        """Append values of neighbouring stretches; chromosomes and places only go up.

        Parameters
        ----------
        chrom
            Name of the chromosome.
        start
            Where the first stretch begins, 0-based.
        step
            Length of each, bp.
        values : ndarray of float32, shape (n,)
            Those that are NaN are left out.
        size
            Length of the chromosome, where the last stretch ends if it would reach further.
        """
        is_known = ~np.isnan(values)
        if start + step * len(values) > size and len(values) and is_known[-1]:
            last = start + step * (len(values) - 1)
            self._put_rows(chrom, start, step, values[:-1], is_known[:-1])
            self._put_rows(chrom, last, size - last, values[-1:], is_known[-1:])
        else:
            self._put_rows(chrom, start, step, values, is_known)

    def _put_rows(
        self, chrom: str, start: int, step: int, values: np.ndarray, is_known: np.ndarray
    ) -> None:
        edges = np.flatnonzero(np.diff(is_known, prepend=False, append=False)).tolist()
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            self._file.addEntries(
                chrom, start + first * step, values=values[first:last], span=step, step=step
            )

    def close(self) -> None:
        """Write the rest: the index, and the summaries that browsers show from afar.

        Raises
        ------
        OSError
            If the file did not become a whole one, as on a full disk: the library does not tell.
        """
        self._file.close()
        try:
            BigWig(self._path).close()
        except SignalError as error:
            raise OSError(
                errno.EIO, "the bigWig file was not written whole", str(self._path)
            ) from error
