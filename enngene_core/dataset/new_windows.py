"""New intervals and sequences, encoded as a model reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    """Windows and branches of intervals or ready sequences.

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
    on_folded
        Called with the number of folded and of all sequences.

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
        windows = placed.windows
        check_memory(len(windows), spec, branches, execution)
        encoded = {
            name: np.empty((len(windows), spec.window), spec.encodings[name].dtype)
            for name in branches
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
        chrom_sizes = dict(sources.genome.chrom_sizes) if sources.genome else {}
    failed = [failure.row for failure in outcome.failures]
    kept = np.delete(np.arange(len(windows)), failed)
    return NewWindows(
        windows.take(kept),
        {name: values[kept] for name, values in encoded.items()} if failed else encoded,
        Rejections.joined([placed.rejections, reject_failures(windows, outcome.failures)]),
        chrom_sizes,
    )


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
    if kind == "sequences":
        _check_needs_no_place(references, spec, branches)
        sequences = read_new_sequences(path)
        loci = LabelledIntervals("", sequences.intervals, sequences, -1, path)
    else:
        intervals = read_intervals(path, feature=spec.feature)
        loci = LabelledIntervals("", intervals, None, -1, path)
    return loci.intervals, encode_new_windows(
        [loci],
        references,
        spec,
        branches=branches,
        execution=execution,
        on_folded=on_folded,
    )


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
