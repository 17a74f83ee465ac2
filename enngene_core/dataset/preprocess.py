"""Preprocessing: intervals of each class become a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.branches.sequence import gc_content
from enngene_core.dataset.encode import (
    LabelledIntervals,
    Progress,
    References,
    encode_windows,
    place_classes,
)
from enngene_core.dataset.file import write_dataset
from enngene_core.errors import IntervalError, SpecError
from enngene_core.formats.bed import read_intervals
from enngene_core.formats.table import write_table
from enngene_core.intervals.splits import split_by_chromosome, split_randomly
from enngene_core.intervals.windows import Rejection, Windows, concatenate, drop_repeated
from enngene_core.provenance import sha256, software
from enngene_core.seeding import named_rng
from enngene_core.specs.base import validate
from enngene_core.specs.branches import UNKNOWN_BASE
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import SPLITS, DatasetSpec, PreprocessSpec

REJECTED_COLUMNS = ("class", "line", "chrom", "start", "end", "name", "strand", "reason")


@dataclass(frozen=True)
class ClassFile:
    """A class, and the file of its intervals."""

    name: str
    path: Path


@dataclass(frozen=True)
class PreprocessResult:
    """What became of the intervals.

    Attributes
    ----------
    spec : DatasetSpec
    n_intervals : dict of str to int
        Input lines of each class.
    counts : ndarray of int, shape (n_classes, n_splits)
        Windows by class and split, in the order of ``spec.classes`` and `SPLITS`.
    rejections : list of Rejection
    n_shifted : int
        Windows that were moved to lie within their chromosome.
    n_unknown_bases, n_unscored_bases : int
        Bases that are none of ACGT, and bases without a conservation score.
    gc : dict of str to ndarray of float64
        Share of G and C in each window, by class.
    provenance : dict
    """

    spec: DatasetSpec
    n_intervals: dict[str, int]
    counts: np.ndarray
    rejections: list[Rejection]
    n_shifted: int
    n_unknown_bases: int
    n_unscored_bases: int
    gc: dict[str, np.ndarray]
    provenance: dict[str, Any]


def preprocess(
    classes: Sequence[ClassFile],
    references: References,
    spec: PreprocessSpec,
    *,
    output: Path,
    rejected: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_progress: Progress | None = None,
) -> PreprocessResult:
    """Make a dataset file from one interval file for each class.

    Rows of the dataset stand in a random order within each split, so that training can stream
    them as they lie.

    Parameters
    ----------
    classes
        Two or more classes with different names.
    references
        Genome and conservation.
    spec
        Windows, branches and splits.
    output
        Dataset file to write.
    rejected
        Table of the input lines that became no window.
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
    names = tuple(item.name for item in classes)
    if len(names) < 2:
        raise SpecError(
            f"found {f'only {names[0]!r}' if names else 'none'} as class; expected two or more: "
            "--intervals NAME=FILE.bed once for each class"
        )
    dataset_spec = validate(DatasetSpec, {**spec.model_dump(), "classes": names}, source="classes")
    intervals = [_read_class(item, label) for label, item in enumerate(classes)]
    placed = place_classes(
        intervals,
        references,
        branches=spec.branches,
        width=spec.window,
        placement=spec.placement,
        rng=named_rng(spec.seed, "placement"),
    )
    windows, repeated = drop_repeated(concatenate(placed.windows), names)
    split = _split(windows, spec)
    order = named_rng(spec.seed, "order").permutation(len(windows))
    order = order[np.argsort(split[order], kind="stable")]
    windows, split = windows.take(order), split[order]
    counts = _count(windows.label, split, n_classes=len(classes))
    _check_counts(counts, names)

    encoded = encode_windows(
        windows,
        references,
        branches=spec.branches,
        width=spec.window,
        execution=execution,
        on_progress=on_progress,
    )
    provenance = _provenance(classes, references, spec)
    write_dataset(
        output,
        windows=windows,
        split=split,
        branches=encoded.branches,
        spec=dataset_spec,
        provenance=provenance,
    )
    rejections = sorted(
        placed.rejections + repeated, key=lambda item: (names.index(item.class_name), item.line)
    )
    if rejected is not None:
        write_table(
            rejected,
            REJECTED_COLUMNS,
            (
                (r.class_name, r.line, r.chrom, r.start, r.end, r.name, r.strand, r.reason)
                for r in rejections
            ),
        )
    return PreprocessResult(
        spec=dataset_spec,
        n_intervals={item.class_name: len(item.intervals) for item in intervals},
        counts=counts,
        rejections=rejections,
        n_shifted=placed.n_shifted,
        n_unknown_bases=int(np.count_nonzero(encoded.sequence == UNKNOWN_BASE)),
        n_unscored_bases=encoded.n_unscored_bases,
        gc={
            name: gc_content(encoded.sequence[windows.label == label])
            for label, name in enumerate(names)
        },
        provenance=provenance,
    )


def _read_class(item: ClassFile, label: int) -> LabelledIntervals:
    try:
        return LabelledIntervals(item.name, read_intervals(item.path), label, item.path)
    except IntervalError as error:
        # On a server the file's own name says nothing to the user.
        raise IntervalError(f"class {item.name}: {error}") from error


def _split(windows: Windows, spec: PreprocessSpec) -> np.ndarray:
    if spec.split == "random":
        return split_randomly(windows.label, ratio=spec.ratio, rng=named_rng(spec.seed, "split"))
    return split_by_chromosome(
        windows.chrom, validation=spec.validation_chromosomes, test=spec.test_chromosomes
    )


def _count(label: np.ndarray, split: np.ndarray, *, n_classes: int) -> np.ndarray:
    counts = np.zeros((n_classes, len(SPLITS)), dtype=np.int64)
    np.add.at(counts, (label, split), 1)
    return counts


def _check_counts(counts: np.ndarray, names: Sequence[str]) -> None:
    for name, of_class in zip(names, counts, strict=True):
        if of_class[SPLITS.index("train")] == 0:
            raise SpecError(
                f"class {name!r} has {of_class.sum()} usable windows and none of them for training;"
                " give it more intervals or change the split"
            )


def _provenance(
    classes: Sequence[ClassFile], references: References, spec: PreprocessSpec
) -> dict[str, Any]:
    inputs = {f"intervals:{item.name}": sha256(item.path) for item in classes}
    inputs["fasta"] = sha256(references.fasta)
    if "conservation" in spec.branches and references.conservation is not None:
        inputs["conservation"] = sha256(references.conservation)
    used = ["numpy", "h5py", "pyfaidx"]
    used += ["viennarna"] if "structure" in spec.branches else []
    used += ["pybigwig"] if "conservation" in spec.branches else []
    return {"inputs_sha256": inputs, "software": software(*used)}
