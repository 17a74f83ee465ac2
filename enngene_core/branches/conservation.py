"""The conservation branch: a score for each base."""

import numpy as np

from enngene_core.errors import SignalError
from enngene_core.formats.bigwig import Signal
from enngene_core.intervals.windows import Windows

#: Windows nearer to each other than this are read in one request, bp.
_LARGEST_GAP = 2_000


def encode_conservation(
    windows: Windows, signal: Signal, *, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of each window, reversed on the minus strand as its sequence is.

    Parameters
    ----------
    windows
        Windows on chromosomes that `signal` has.
    signal
        An opened bigWig.
    width
        Width of the windows, bp.

    Returns
    -------
    scores : ndarray of float32, shape (n_windows, width)
        0 where the file has no score.
    n_missing : ndarray of int64, shape (n_windows,)
        Bases without a score.

    Raises
    ------
    SignalError
        If a score is infinite.
    """
    scores = np.empty((len(windows), width), dtype=np.float32)
    offsets = np.arange(width)
    for chrom in dict.fromkeys(windows.chrom):
        rows = np.flatnonzero(windows.chrom == chrom)
        rows = rows[np.argsort(windows.start[rows], kind="stable")]
        is_far = np.diff(windows.start[rows]) > width + _LARGEST_GAP
        for block in np.split(rows, np.flatnonzero(is_far) + 1):
            first = int(windows.start[block[0]])
            values = signal.read(chrom, first, int(windows.end[block[-1]]))
            scores[block] = values[windows.start[block, None] - first + offsets]
            if np.isinf(values).any():
                place = first + int(np.flatnonzero(np.isinf(values))[0])
                raise SignalError(
                    f"{signal.path}: the score at {chrom}:{place}-{place + 1} is infinite; "
                    "expected numbers"
                )
    is_missing = np.isnan(scores)
    scores[is_missing] = 0.0
    is_minus = windows.is_minus
    scores[is_minus] = scores[is_minus, ::-1]
    return scores, np.count_nonzero(is_missing, axis=1)
