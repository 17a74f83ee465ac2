"""Windows to branches, the same way for a dataset and for new intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.branches.conservation import encode_conservation
from enngene_core.branches.sequence import encode_sequence
from enngene_core.branches.structure import encode_structure
from enngene_core.errors import InsufficientMemoryError, SpecError
from enngene_core.formats.bed import Intervals, read_intervals
from enngene_core.formats.bigwig import Signal
from enngene_core.formats.fasta import Genome
from enngene_core.intervals.windows import Rejection, Windows, place_windows, reject
from enngene_core.seeding import named_rng
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import DatasetSpec

_BYTES_A_BASE = {"sequence": 1, "structure": 1, "conservation": 4}

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class References:
    """Files that windows are encoded from.

    Attributes
    ----------
    fasta : Path
        Genome, plain or bgzipped FASTA.
    conservation : Path or None
        bigWig of scores; needed by the conservation branch only.
    """

    fasta: Path
    conservation: Path | None = None

    def check(self, branches: Sequence[str]) -> None:
        """Compare with the branches that are asked for.

        Raises
        ------
        SpecError
            If conservation is asked for without a bigWig.
        """
        if "conservation" in branches and self.conservation is None:
            raise SpecError("the conservation branch needs a bigWig: give --conservation")


@dataclass(frozen=True)
class LabelledIntervals:
    """Intervals of one class.

    Attributes
    ----------
    class_name : str
    intervals : Intervals
    label : int
        Index of the class; -1 if it is not known.
    path : Path
        File that they came from.
    """

    class_name: str
    intervals: Intervals
    label: int
    path: Path


@dataclass(frozen=True)
class PlacedClasses:
    """Windows of all classes on one reference.

    Attributes
    ----------
    windows : Windows
    rejections : list of Rejection
    n_shifted : int
        Windows that were moved to lie within their chromosome.
    """

    windows: list[Windows]
    rejections: list[Rejection]
    n_shifted: int


def place_classes(
    classes: Sequence[LabelledIntervals],
    references: References,
    *,
    branches: Sequence[str],
    width: int,
    placement: str,
    rng: np.random.Generator,
) -> PlacedClasses:
    """Windows that every reference can serve, one element a class.

    Raises
    ------
    SpecError
        If the window is longer than every chromosome, or no interval of a class is left.
    GenomeError, SignalError
        If a reference cannot be used.
    """
    references.check(branches)
    with Genome(references.fasta) as genome:
        chrom_sizes = genome.chrom_sizes
    longest = max(chrom_sizes, key=lambda chrom: chrom_sizes[chrom])
    if chrom_sizes[longest] < width:
        raise SpecError(
            f"--window {width} is longer than every chromosome of {references.fasta} "
            f"(the longest, {longest}, has {chrom_sizes[longest]} nt)"
        )
    scored = _scored_chromosomes(references, branches, chrom_sizes)
    windows, rejections, n_shifted = [], [], 0
    for item in classes:
        placed = place_windows(
            item.intervals,
            chrom_sizes=chrom_sizes,
            width=width,
            placement=placement,
            rng=rng,
            label=item.label,
            class_name=item.class_name,
        )
        is_scored = np.array([scored is None or c in scored for c in placed.windows.chrom], bool)
        unscored = [
            reject(placed.windows, index, item.class_name, "its chromosome is not in the bigWig")
            for index in np.flatnonzero(~is_scored)
        ]
        if not is_scored.any():
            first = (placed.rejections + unscored)[0]
            raise SpecError(
                f"{item.path}: none of its {len(item.intervals)} intervals can be used; the first, "
                f"line {first.line}: {first.reason} ({references.fasta} has "
                f"{', '.join(list(chrom_sizes)[:3])}{', ...' if len(chrom_sizes) > 3 else ''})"
            )
        windows.append(placed.windows.take(np.flatnonzero(is_scored)))
        rejections += placed.rejections + unscored
        n_shifted += placed.n_shifted
    return PlacedClasses(windows, rejections, n_shifted)


def _scored_chromosomes(
    references: References, branches: Sequence[str], chrom_sizes: dict[str, int]
) -> set[str] | None:
    if "conservation" not in branches or references.conservation is None:
        return None
    with Signal(references.conservation) as signal:
        signal.check_assembly(chrom_sizes, references.fasta)
        return set(signal.chrom_sizes)


@dataclass(frozen=True)
class Encoded:
    """Branches of some windows.

    Attributes
    ----------
    branches : dict of str to ndarray, each of shape (n_windows, width)
        uint8 codes for sequence and structure, float32 scores for conservation.
    sequence : ndarray of uint8, shape (n_windows, width)
        Coded bases, also where sequence is no branch.
    n_unscored_bases : int
        Bases without a conservation score; they count as 0.
    """

    branches: dict[str, np.ndarray]
    sequence: np.ndarray
    n_unscored_bases: int


def check_memory(
    n_windows: int, width: int, branches: Sequence[str], execution: ExecutionSpec
) -> None:
    """Refuse windows that would not fit into the memory that `execution` grants.

    Raises
    ------
    InsufficientMemoryError
        The message says what to make smaller.
    """
    # The sequence is needed for folding too, and text of each window while it is folded.
    needed = n_windows * width * (sum(_BYTES_A_BASE[name] for name in branches) + 3)
    if execution.memory and needed > execution.memory << 20:
        raise InsufficientMemoryError(
            f"{n_windows:,} windows of {width} need {needed >> 20} MiB, but {execution.memory} "
            "MiB are allowed; use fewer intervals, a smaller --window or fewer branches"
        )


def encode_windows(
    windows: Windows,
    references: References,
    *,
    branches: Sequence[str],
    width: int,
    execution: ExecutionSpec,
    on_progress: Progress | None = None,
) -> Encoded:
    """All branches of the windows, kept compact.

    Raises
    ------
    InsufficientMemoryError
        If the branches would not fit into the memory that `execution` grants.
    """
    check_memory(len(windows), width, branches, execution)
    encoded: dict[str, np.ndarray] = {}
    n_unscored_bases = 0
    with Genome(references.fasta) as genome:
        sequence = encode_sequence(windows, genome, width=width)
    for name in branches:
        if name == "sequence":
            encoded[name] = sequence
        elif name == "structure":
            encoded[name] = encode_structure(
                sequence, n_threads=execution.n_threads, on_progress=on_progress
            )
        elif references.conservation is not None:
            with Signal(references.conservation) as signal:
                encoded[name], n_missing = encode_conservation(windows, signal, width=width)
            n_unscored_bases = int(n_missing.sum())
    return Encoded(encoded, sequence, n_unscored_bases)


@dataclass(frozen=True)
class NewIntervals:
    """Intervals without a class, encoded as a model reads them.

    Attributes
    ----------
    intervals : Intervals
        All intervals of the file.
    windows : Windows
        Those that could be used, in the file's order.
    branches : dict of str to ndarray, each of shape (n_windows, width)
    rejections : list of Rejection
    """

    intervals: Intervals
    windows: Windows
    branches: dict[str, np.ndarray]
    rejections: list[Rejection]


def encode_new_intervals(
    path: Path,
    references: References,
    spec: DatasetSpec,
    *,
    branches: Sequence[str],
    execution: ExecutionSpec,
    on_folded: Progress | None = None,
) -> NewIntervals:
    """Windows and branches of new intervals, made as those of a model's training data.

    `on_folded` is called with the number of folded and of all sequences.

    Raises
    ------
    IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used, or no interval is left.
    """
    intervals = read_intervals(path)
    placed = place_classes(
        [LabelledIntervals("", intervals, -1, path)],
        references,
        branches=branches,
        width=spec.window,
        placement=spec.placement,
        rng=named_rng(spec.seed, "placement"),
    )
    windows = placed.windows[0]
    encoded = encode_windows(
        windows,
        references,
        branches=branches,
        width=spec.window,
        execution=execution,
        on_progress=on_folded,
    )
    return NewIntervals(intervals, windows, encoded.branches, placed.rejections)
