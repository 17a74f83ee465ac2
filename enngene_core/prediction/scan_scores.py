"""Scores of a scan, on disk until all of them are known."""

import os
import tempfile

import numpy as np

from enngene_core.formats.opened import OpenedFile

_BYTES = np.dtype(np.float32).itemsize


class ScanScores(OpenedFile):
    """A probability for each strand, class and cell, in a temporary file without a name.

    Parameters
    ----------
    n_strands, n_classes, n_cells
        Its shape; four bytes for each.
    """

    def __init__(self, n_strands: int, n_classes: int, n_cells: int) -> None:
        self._shape = (n_strands, n_classes, n_cells)
        self._file = tempfile.TemporaryFile(prefix="enngene-")  # noqa: SIM115 (until it is closed)

    def put(self, strand: int, part: slice, scores: np.ndarray) -> None:
        """Keep the scores of some cells on one strand, shape (n, n_classes)."""
        for label, of_class in enumerate(np.ascontiguousarray(scores.T, dtype=np.float32)):
            self._file.seek(self._place(strand, label, part.start))
            self._file.write(of_class.data)

    def get(self, strand: int, label: int, part: slice) -> np.ndarray:
        """Scores of one class for some cells on one strand; NaN for those without a window."""
        n_bytes = _BYTES * (part.stop - part.start)
        content = os.pread(self._file.fileno(), n_bytes, self._place(strand, label, part.start))
        return np.frombuffer(content, np.float32)

    def flush(self) -> None:
        """Make all that was kept readable."""
        self._file.flush()

    def _place(self, strand: int, label: int, cell: int) -> int:
        _, n_classes, n_cells = self._shape
        return _BYTES * ((strand * n_classes + label) * n_cells + cell)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
