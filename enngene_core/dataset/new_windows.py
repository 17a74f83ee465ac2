"""New intervals and sequences, encoded as a model reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from enngene_core.dataset.classes import LabelledIntervals
from enngene_core.dataset.encode import (
    Progress,
    check_memory,
    encode_branches,
    reject_failures,
    sequence_codes,
)
from enngene_core.dataset.place import place_classes
from enngene_core.dataset.sources import References, Sources
from enngene_core.errors import SpecError
from enngene_core.formats.genomes.sequences import read_new_sequences
from enngene_core.formats.intervals.file import read_intervals
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.seeding import named_rng
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import DatasetSpec

#: Windows that are encoded at a time: their memory does not grow with the file, and a chromosome's
#: windows still lie together.
AT_ONCE = 1 << 15

#: What a file of new loci holds.
Kind = Literal["intervals", "sequences"]


@dataclass(frozen=True)
class NewWindows:
    """Windows that were made and encoded as those of a model's training data.

    Attributes
    ----------
    windows : Windows
        Of the intervals that could be used, in their order.
    branches : dict of str to ndarray, each of shape (n_windows, width)
    rejections : Rejections
        The intervals that could not be used.
    chrom_sizes : dict of str to int
        Length of each chromosome of the genome, bp; empty for ready sequences.
    """

    windows: Windows
    branches: dict[str, np.ndarray]
    rejections: Rejections
    chrom_sizes: dict[str, int] = field(default_factory=dict)


def encode_new_windows(
    loci: Sequence[LabelledIntervals],
    references: References,
    spec: DatasetSpec,
    *,
    branches: Sequence[str],
    execution: ExecutionSpec,
    on_folded: Progress | None = None,
) -> NewWindows:
    """Windows and branches of intervals or ready sequences, all together.

    Parameters, and what is raised, are those of `new_windows_in_turn`.
    """
    (found,) = new_windows_in_turn(
        loci,
        references,
        spec,
        branches=branches,
        execution=execution,
        at_once=None,
        on_folded=on_folded,
    )
    return found


def new_windows_in_turn(
    loci: Sequence[LabelledIntervals],
    references: References,
    spec: DatasetSpec,
    *,
    branches: Sequence[str],
    execution: ExecutionSpec,
    at_once: int | None = AT_ONCE,
    on_folded: Progress | None = None,
) -> Iterator[NewWindows]:
    """Windows and branches of intervals or ready sequences, some after the others.

    Parameters
    ----------
    loci
        Intervals or sequences of each class, or of an unknown one.
    references
        Genome, conservation and tracks.
    spec
        How the model's training data were made.
    branches
        Branches to encode.
    execution
        Cores and memory.
    at_once
        Windows that are encoded together; all if None, or if scores are read from text, which has
        to be read whole.
    on_folded
        Called with the number of folded and of all sequences.

    Yields
    ------
    NewWindows
        The first has the rejections of all intervals that no window could be placed on.

    Raises
    ------
    IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used, or no interval is left.
    InsufficientMemoryError
        If the windows would not fit into memory.
    """
    ready = [item.sequences for item in loci if item.sequences is not None]
    with Sources(references, branches=branches, tracks=spec.tracks, ready=ready) as sources:
        placed = place_classes(loci, sources, spec, rng=named_rng(spec.seed, "placement"))
        n_windows = len(placed.windows)
        is_indexed = all(signal.is_indexed for signal in sources.signals.values())
        step = at_once if at_once and is_indexed else n_windows
        check_memory(min(n_windows, step), spec, branches, execution)
        rejections = placed.rejections
        chrom_sizes = dict(sources.genome.chrom_sizes) if sources.genome else {}
        for first in range(0, n_windows, step):
            few = placed.windows.take(np.arange(first, min(first + step, n_windows)))
            on_some = _of_all(on_folded, first, n_windows)
            found, failed = _encoded(few, sources, spec, branches, execution, on_some)
            yield replace(
                found,
                rejections=Rejections.joined([rejections, failed]),
                chrom_sizes=chrom_sizes,
            )
            rejections = Rejections.none()


def _of_all(on_progress: Progress | None, first: int, n_windows: int) -> Progress | None:
    """Told of some windows, tells of all."""
    if on_progress is None:
        return None
    return lambda finished, _: on_progress(first + finished, n_windows)


def _encoded(
    windows: Windows,
    sources: Sources,
    spec: DatasetSpec,
    branches: Sequence[str],
    execution: ExecutionSpec,
    on_folded: Progress | None,
) -> tuple[NewWindows, Rejections]:
    """Windows that could be encoded, and the others as rejections."""
    encoded = {
        name: np.empty((len(windows), spec.window), spec.encodings[name].dtype) for name in branches
    }
    outcome = encode_branches(
        windows,
        sequence_codes(windows, sources, width=spec.window),
        sources,
        spec,
        into=dict(encoded),
        row=np.arange(len(windows)),
        execution=execution,
        on_progress=on_folded,
    )
    failed = [failure.row for failure in outcome.failures]
    kept = np.delete(np.arange(len(windows)), failed)
    found = NewWindows(
        windows.take(kept),
        {name: values[kept] for name, values in encoded.items()} if failed else encoded,
        Rejections.none(),
    )
    return found, reject_failures(windows, outcome.failures)


def encode_new_file(
    path: Path,
    references: References,
    spec: DatasetSpec,
    *,
    kind: Kind = "intervals",
    branches: Sequence[str],
    execution: ExecutionSpec,
    on_folded: Progress | None = None,
) -> tuple[Intervals, NewWindows]:
    """All loci of a file, and the windows and branches of those that could be used.

    As `encode_new_windows`, of loci without a class.

    Parameters
    ----------
    path
        Intervals; or sequences, as FASTA or one a line, each of which is a locus from 0 to its
        length on a "chromosome" of its own name.
    kind
        Which of both.

    Raises
    ------
    SpecError
        If there are references, or a branch that needs them, for sequences.
    """
    loci = read_new_file(path, references, spec, kind=kind, branches=branches)
    return loci.intervals, encode_new_windows(
        [loci],
        references,
        spec,
        branches=branches,
        execution=execution,
        on_folded=on_folded,
    )


def read_new_file(
    path: Path,
    references: References,
    spec: DatasetSpec,
    *,
    kind: Kind,
    branches: Sequence[str],
) -> LabelledIntervals:
    """All loci of a file, without a class.

    Parameters, and what is raised, are those of `encode_new_file`.
    """
    if kind == "sequences":
        _check_needs_no_place(references, spec, branches)
        sequences = read_new_sequences(path)
        return LabelledIntervals("", sequences.intervals, sequences, -1, path)
    return LabelledIntervals("", read_intervals(path, feature=spec.feature), None, -1, path)


def _check_needs_no_place(
    references: References, spec: DatasetSpec, branches: Sequence[str]
) -> None:
    for name in branches:
        if name == "conservation" or name in spec.tracks:
            raise SpecError(
                f"the model reads the branch {name}, and ready sequences lie nowhere on a genome; "
                "expected --intervals instead of --sequences"
            )
    if references != References():
        raise SpecError(
            "--fasta, --conservation, --track and --chromosome-names are for intervals; expected "
            "none of them with --sequences"
        )
