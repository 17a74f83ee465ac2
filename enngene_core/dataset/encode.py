"""Windows to branches, the same way for a dataset and for new windows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.branches.sequence import encode_sequences
from enngene_core.branches.structure import BEYOND, Failure, encode_structure
from enngene_core.branches.tracks import encode_regions, encode_signal
from enngene_core.dataset.sources import Sources
from enngene_core.dataset.summary import Observer
from enngene_core.errors import InsufficientMemoryError
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import DatasetSpec

Progress = Callable[[int, int], None]


def check_memory(
    n_windows: int, spec: DatasetSpec, branches: Sequence[str], execution: ExecutionSpec
) -> None:
    """Refuse windows that would not fit into the memory that `execution` grants.

    Raises
    ------
    InsufficientMemoryError
        The message says what to make smaller.
    """
    sizes = [np.dtype(spec.encodings[name].dtype).itemsize for name in branches]
    # Bases are needed for folding too, and once more while identical ones are found.
    needed = n_windows * ((sum(sizes) + 2) * spec.window + 4 * spec.structure_flank)
    if execution.memory and needed > execution.memory << 20:
        raise InsufficientMemoryError(
            f"{n_windows:,} windows of {spec.window} need {needed >> 20} MiB, but "
            f"{execution.memory} MiB are allowed; use fewer intervals, a smaller --window or fewer "
            "branches"
        )


def sequence_codes(windows: Windows, sources: Sources, *, width: int) -> np.ndarray:
    """Coded bases of each window on its own strand, shape (n_windows, width)."""
    codes = np.empty((len(windows), width), dtype=np.uint8)
    for rows, values in encode_sequences(windows, sources.genome, sources.ready, width=width):
        codes[rows] = values
    return codes


@dataclass(frozen=True)
class Outcome:
    """What could not be encoded.

    Attributes
    ----------
    n_missing : dict of str to ndarray of int64, shape (n_windows,)
        Bases of each window without a score, by branch; they count as 0.
    failures : list of Failure
        Windows that could not be folded, by their indices.
    """

    n_missing: dict[str, np.ndarray]
    failures: list[Failure]


def encode_branches(
    windows: Windows,
    codes: np.ndarray,
    sources: Sources,
    spec: DatasetSpec,
    *,
    into: dict[str, np.ndarray],
    row: np.ndarray,
    execution: ExecutionSpec,
    on_progress: Progress | None = None,
    observe: Observer | None = None,
) -> Outcome:
    """Fill branches, a chromosome or some thousand windows at a time.

    Parameters
    ----------
    windows
        Windows that every source can serve.
    codes : ndarray of uint8, shape (n_windows, width)
        From `sequence_codes`.
    sources
        Opened references.
    spec
        How the branches are encoded.
    into
        Arrays to fill, each of shape (n_windows, width), by branch. Each is taken out of it, so
        that a mapped file takes memory for one branch at a time.
    row : ndarray of int64, shape (n_windows,)
        Row of `into` for each window.
    execution
        Cores.
    on_progress
        Called with the number of folded and of all sequences.
    observe
        Sees all values.
    """
    n_missing: dict[str, np.ndarray] = {}
    failures: list[Failure] = []

    def put(name: str, rows: np.ndarray, values: np.ndarray) -> None:
        stored[row[rows]] = values
        if observe:
            observe(name, rows, values)

    width = spec.window
    for name in tuple(into):
        stored = into.pop(name)
        if name == "sequence":
            put(name, np.arange(len(windows)), codes)
        elif name == "structure":
            for rows, values, failed in encode_structure(
                _codes_to_fold(windows, codes, sources, width=width, flank=spec.structure_flank),
                structure=spec.structure,
                flank=spec.structure_flank,
                span=spec.structure_span,
                n_threads=execution.n_threads,
                on_progress=on_progress,
            ):
                put(name, rows, values)
                failures += failed
        elif name in sources.signals:
            n_missing[name] = np.zeros(len(windows), dtype=np.int64)
            for rows, values, missing in encode_signal(
                windows, sources.signals[name], width=width, names=sources.names[name]
            ):
                put(name, rows, values)
                n_missing[name][rows] = missing
        else:
            for rows, values in encode_regions(
                windows, sources.regions[name], width=width, names=sources.names[name]
            ):
                put(name, rows, values)
    return Outcome(n_missing, failures)


def _codes_to_fold(
    windows: Windows, codes: np.ndarray, sources: Sources, *, width: int, flank: int
) -> np.ndarray:
    """Bases of windows and flanks; what lies beyond a chromosome's end is no base."""
    left, right = windows.pad_left, windows.pad_right
    if flank:
        sizes = sources.stretches.sizes[windows.chrom]
        first, last = windows.start - left - flank, windows.end + right + flank
        left, right = np.maximum(-first, 0), np.maximum(last - sizes, 0)
        widened = windows.widened(np.maximum(first, 0), np.minimum(last, sizes), left, right)
        width += 2 * flank
        codes = sequence_codes(widened, sources, width=width)
    padded = np.flatnonzero((left > 0) | (right > 0))
    if len(padded):
        codes = codes.copy() if not flank else codes
        is_minus = windows.is_minus[padded]
        before = np.where(is_minus, right[padded], left[padded])[:, None]
        after = np.where(is_minus, left[padded], right[padded])[:, None]
        position = np.arange(width)
        is_beyond = (position < before) | (position >= width - after)
        codes[padded] = np.where(is_beyond, np.uint8(BEYOND), codes[padded])
    return codes


def reject_failures(windows: Windows, failures: Sequence[Failure]) -> Rejections:
    """Windows that could not be folded."""
    rows = np.array([failure.row for failure in failures], dtype=np.int64)
    return Rejections.of(
        windows.label[rows],
        windows.source_row[rows],
        "could not be folded",
        (f"could not be folded: {failure.reason}" for failure in failures),
    )
