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
    n_windows: int,
    spec: DatasetSpec,
    branches: Sequence[str],
    execution: ExecutionSpec,
    *,
    flank: int = 0,
) -> None:
    """Refuse windows that would not fit into the memory that `execution` grants.

    `flank` positions are kept on each side of them.

    Raises
    ------
    InsufficientMemoryError
        The message says what to make smaller.
    """
    sizes = [np.dtype(spec.encodings[name].dtype).itemsize for name in branches]
    # Bases are needed for folding too, and once more while identical ones are found.
    n_bytes = (sum(sizes) + 2) * (spec.window + 2 * flank)
    n_bytes += spec.window if flank else 0  # what is compared is the windows without flanks
    n_bytes += 4 * _folded_beyond(spec, flank) if "structure" in branches else 0
    needed = n_windows * n_bytes
    if execution.memory and needed > execution.memory << 20:
        with_flanks, smaller = (f" with flanks of {flank}", " or --flank") if flank else ("", "")
        raise InsufficientMemoryError(
            f"{n_windows:,} windows of {spec.window}{with_flanks} need {needed >> 20} MiB, but "
            f"{execution.memory} MiB are allowed; use fewer intervals, a smaller --window{smaller} "
            "or fewer branches"
        )


def _folded_beyond(spec: DatasetSpec, flank: int) -> int:
    """Positions on each side that are folded with windows of which this flank is kept.

    What a dataset keeps is folded as one, and new windows in the same context.
    """
    return spec.structure_flank + spec.flank - flank


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
    flank: int = 0,
    on_progress: Progress | None = None,
    observe: Observer | None = None,
) -> Outcome:
    """Fill branches, a chromosome or some thousand windows at a time.

    Parameters
    ----------
    windows
        Windows that every source can serve.
    codes : ndarray of uint8, shape (n_windows, window + 2 * flank)
        From `sequence_codes`, of the windows with their flanks.
    sources
        Opened references.
    spec
        How the branches are encoded.
    into
        Arrays to fill, each of shape (n_windows, window + 2 * flank), by branch. Each is taken out
        of it, so that a mapped file takes memory for one branch at a time.
    row : ndarray of int64, shape (n_windows,)
        Row of `into` for each window.
    execution
        Cores.
    flank
        Positions on each side of the windows that are encoded too: those that a dataset keeps.
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

    windows = windows.with_flanks(flank, sources.stretches.sizes)
    width, beyond = spec.window + 2 * flank, _folded_beyond(spec, flank)
    for name in tuple(into):
        stored = into.pop(name)
        if name == "sequence":
            put(name, np.arange(len(windows)), codes)
        elif name == "structure":
            for rows, values, failed in encode_structure(
                _codes_to_fold(windows, codes, sources, width=width, flank=beyond),
                structure=spec.structure,
                flank=beyond,
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
    if flank:
        windows = windows.with_flanks(flank, sources.stretches.sizes)
        width += 2 * flank
        codes = sequence_codes(windows, sources, width=width)
    left, right = windows.pad_left, windows.pad_right
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
