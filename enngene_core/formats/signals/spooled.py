"""Scores of a file that is read from its start to its end, kept where they can be found again."""

import tempfile
from collections.abc import Iterator, Mapping

import numpy as np

from enngene_core.formats.signals.signal import Signal

_BYTES = np.dtype(np.float32).itemsize


class SpooledSignal(Signal):
    """Scores of whole chromosomes in a temporary file without a name, four bytes a base.

    Parameters
    ----------
    signal
        Read once, here.
    chrom_sizes
        Length, bp, of each chromosome that will be asked for, by its name in `signal`.

    Raises
    ------
    SignalError
        If the signal cannot be read.
    """

    largest_gap = 1_000
    is_indexed = True

    def __init__(self, signal: Signal, chrom_sizes: Mapping[str, int]) -> None:
        self.path, self.chroms = signal.path, signal.chroms
        self._file = tempfile.TemporaryFile(prefix="enngene-")  # noqa: SIM115 (until it is closed)
        self._offset: dict[str, int] = {}
        n_bases = 0
        for chrom, size in chrom_sizes.items():
            self._offset[chrom] = n_bases
            n_bases += size
        wanted = {chrom: np.array([[0, size]]) for chrom, size in chrom_sizes.items()}
        try:
            for chrom, start, scores in signal.blocks(wanted):
                self._file.seek(_BYTES * (self._offset[chrom] + start))
                self._file.write(scores.astype(np.float32, copy=False).data)
        except BaseException:
            self._file.close()
            raise

    def blocks(self, wanted: Mapping[str, np.ndarray]) -> Iterator[tuple[str, int, np.ndarray]]:
        """Scores of stretches of the chromosomes, in the order in which they are wanted."""
        for chrom, stretches in wanted.items():
            for start, end in stretches.tolist():
                self._file.seek(_BYTES * (self._offset[chrom] + start))
                scores = np.frombuffer(self._file.read(_BYTES * (end - start)), np.float32)
                yield chrom, start, scores.copy()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
