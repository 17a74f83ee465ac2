"""Preprocessing: intervals or sequences of each class become a dataset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from enngene_core.dataset.checksums import InputChecksums
from enngene_core.dataset.classes import ClassFile, read_classes
from enngene_core.dataset.divide import (
    check_counts,
    divide,
    read_splits,
    reduce_classes,
    shuffled_by_split,
)
from enngene_core.dataset.encode import (
    Outcome,
    Progress,
    check_memory,
    encode_branches,
    reject_failures,
    sequence_codes,
)
from enngene_core.dataset.place import place_classes
from enngene_core.dataset.rejected import write_rejected
from enngene_core.dataset.sources import References, Sources
from enngene_core.dataset.summary import Profiler, Summary, count_windows, summarise
from enngene_core.errors import SpecError
from enngene_core.formats.signals.file import track_kind
from enngene_core.intervals.overlaps import drop_repeated
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.seeding import named_rng
from enngene_core.specs.base import validate
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import DatasetSpec, PreprocessSpec

if TYPE_CHECKING:
    from enngene_core.dataset.checks import Checks


@dataclass(frozen=True)
class PreprocessResult:
    """What became of the intervals.

    Attributes
    ----------
    spec : DatasetSpec
    n_intervals : dict of str to int
        Input rows of each class.
    rejections : Rejections
    n_shifted : int
        Windows that were moved to lie within their chromosome.
    renamed : dict of (str, str) to dict of str to str
        By "class" or "branch" and its name: chromosomes that the genome spells in another way, and
        its names.
    n_missing : dict of str to int
        Bases without a score, by branch.
    summary : Summary
    checks : Checks or None
        Leakage and trivial signals, if they were asked for.
    provenance : dict
    """

    spec: DatasetSpec
    n_intervals: dict[str, int]
    rejections: Rejections
    n_shifted: int
    renamed: dict[tuple[str, str], dict[str, str]]
    n_missing: dict[str, int]
    summary: Summary
    checks: "Checks | None"
    provenance: dict[str, Any]


def preprocess(
    classes: Sequence[ClassFile],
    references: References,
    spec: PreprocessSpec,
    *,
    output: Path,
    rejected: Path | None = None,
    checks: Path | None = None,
    split_table: Path | None = None,
    for_report: bool = False,
    execution: ExecutionSpec = ExecutionSpec(),
    on_progress: Progress | None = None,
) -> PreprocessResult:
    """Make a dataset file from one file of intervals or sequences for each class.

    Rows of the dataset stand in a random order within each split, so that training can stream
    them as they lie.

    Parameters
    ----------
    classes
        Two or more classes with different names.
    references
        Genome, conservation and tracks.
    spec
        Windows, branches and splits.
    output
        Dataset file to write.
    rejected
        Table of the input rows that became no window.
    checks
        Table of leakage and trivial signals.
    split_table
        Names of intervals and their splits, for a given split.
    for_report
        Gather profiles, leakage and trivial signals too.
    execution
        Cores and memory.
    on_progress
        Called with the number of folded and of all sequences.

    Raises
    ------
    SpecError, IntervalError, GenomeError, SignalError
        If an input cannot be used; the message names it.
    InsufficientMemoryError
        If the branches would not fit into memory.
    """
    dataset_spec = _dataset_spec(classes, references, spec)
    names = dataset_spec.classes
    with InputChecksums(classes, references, split_table, dataset_spec) as checksums:
        loci = read_classes(classes, feature=spec.feature)
        if spec.feature and not any(item.intervals.is_gff for item in loci):
            raise SpecError(
                f"--feature {spec.feature}: no file is GFF3 or GTF; leave it out for BED and FASTA "
                "files"
            )
        ready = [item.sequences for item in loci if item.sequences is not None]
        with Sources(
            references,
            branches=tuple(dataset_spec.encodings),
            tracks=dataset_spec.tracks,
            ready=ready,
        ) as sources:
            placed = place_classes(
                loci, sources, dataset_spec, rng=named_rng(spec.seed, "placement")
            )
            windows, repeated = drop_repeated(placed.windows, names)
            kept, reduced = reduce_classes(windows, spec, names)
            windows = windows.take(kept)
            encoded = tuple(dataset_spec.encodings)
            check_memory(len(windows), dataset_spec, encoded, execution, flank=spec.flank)
            bases = sequence_codes(
                windows.with_flanks(spec.flank, sources.stretches.sizes),
                sources,
                width=dataset_spec.kept_width,
            )
            codes = np.ascontiguousarray(dataset_spec.inside(bases))
            divided = divide(
                windows,
                spec,
                codes=codes,
                given=read_splits(split_table, spec),
                on_genome=dataset_spec.on_genome(windows.label),
                flank=spec.flank,
            )
            if len(divided.rows) < len(windows):
                windows, bases = windows.take(divided.rows), bases[divided.rows]
                codes = np.ascontiguousarray(dataset_spec.inside(bases))
            check_counts(count_windows(windows.label, divided.split, n_classes=len(names)), names)
            outcome, kept, profiles = _write(
                output,
                windows,
                bases,
                divided.split,
                sources,
                dataset_spec,
                provenance=checksums.provenance,
                execution=execution,
                on_progress=on_progress,
                for_report=for_report,
            )
            renamed = {("class", name): names for name, names in placed.renamed.items()}
            renamed |= {("branch", name): names for name, names in sources.renamed.items()}
        failed = reject_failures(windows, outcome.failures)
        split = divided.split
        if outcome.failures:
            windows, codes, split = windows.take(kept), codes[kept], split[kept]
        rejections = Rejections.joined(
            [placed.rejections, repeated, reduced, divided.rejections, failed]
        )
        if rejected is not None:
            write_rejected(rejected, rejections, classes, loci)
        summary = summarise(
            windows,
            split,
            codes,
            names,
            on_genome=dataset_spec.on_genome(windows.label),
            profiles=profiles,
        )
        found = None
        if for_report or checks is not None:
            from enngene_core.dataset.checks import check_dataset, write_checks

            found = check_dataset(windows, codes, split, dataset_spec)
            if checks is not None:
                write_checks(checks, found, dataset_spec)
        return PreprocessResult(
            spec=dataset_spec,
            n_intervals={item.name: len(item.intervals) for item in loci},
            rejections=rejections,
            n_shifted=placed.n_shifted,
            renamed=renamed,
            n_missing={name: int(n[kept].sum()) for name, n in outcome.n_missing.items()},
            summary=summary,
            checks=found,
            provenance=checksums.provenance(),
        )


def _dataset_spec(
    classes: Sequence[ClassFile], references: References, spec: PreprocessSpec
) -> DatasetSpec:
    names = tuple(item.name for item in classes)
    if len(names) < 2:
        raise SpecError(
            f"found {f'only {names[0]!r}' if names else 'none'} as class; expected two or more: "
            "--intervals NAME=FILE.bed once for each class"
        )
    tracks = {name: track_kind(path) for name, path in references.tracks.items()}
    ready = [item.name for item in classes if item.kind == "sequences"]
    values = {**spec.model_dump(), "tracks": tracks, "classes": names, "ready_classes": ready}
    return validate(DatasetSpec, values, source="dataset")


def _write(
    output: Path,
    windows: Windows,
    bases: np.ndarray,
    split: np.ndarray,
    sources: Sources,
    spec: DatasetSpec,
    *,
    provenance: Callable[[], Mapping[str, Any]],
    execution: ExecutionSpec,
    on_progress: Progress | None,
    for_report: bool,
) -> tuple[Outcome, np.ndarray, dict[str, np.ndarray]]:
    """Write the dataset; what could not be encoded, windows that are in it, and their profiles."""
    from enngene_core.dataset.new_file import new_dataset  # h5py: not before there is work for it

    profiler = Profiler(spec, windows.label)
    order = shuffled_by_split(split, named_rng(spec.seed, "order"))
    row = np.empty(len(order), dtype=np.int64)
    row[order] = np.arange(len(order))
    with new_dataset(
        output, windows=windows.take(order), split=split[order], spec=spec, provenance=provenance
    ) as branches:
        outcome = encode_branches(
            windows,
            bases,
            sources,
            spec,
            into=branches,
            row=row,
            execution=execution,
            flank=spec.flank,
            on_progress=on_progress,
            observe=profiler.observe if for_report else None,
        )
    if not outcome.failures:
        return outcome, np.arange(len(order)), profiler.profiles
    from enngene_core.dataset.file import Dataset
    from enngene_core.dataset.subset import copy_windows

    failed = [failure.row for failure in outcome.failures]
    kept = np.delete(np.arange(len(order)), failed)
    check_counts(
        count_windows(windows.label[kept], split[kept], n_classes=len(spec.classes)), spec.classes
    )
    whole = output.with_name(output.name + ".whole")
    output.rename(whole)
    with Dataset(whole) as dataset:
        rows = np.sort(row[kept])
        profiler = Profiler(spec, dataset.label[rows])
        copy_windows(
            dataset,
            rows,
            dataset.split[rows],
            spec,
            output,
            provenance=provenance,
            observe=profiler.observe if for_report else None,
        )
    whole.unlink()
    return outcome, kept, profiler.profiles
