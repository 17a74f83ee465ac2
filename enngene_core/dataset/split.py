"""Another division of a dataset that exists, without its references."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.dataset.checks import Checks, check_dataset, write_checks
from enngene_core.dataset.divide import (
    check_counts,
    divide,
    read_splits,
    reduce_classes,
    shuffled_by_split,
)
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.subset import copy_windows
from enngene_core.dataset.summary import Profiler, Summary, count_windows, summarise
from enngene_core.errors import SpecError
from enngene_core.formats.text.table import write_table
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.provenance import sha256, software
from enngene_core.seeding import named_rng
from enngene_core.specs.base import Provenance, validate
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.split import SplitSpec

LEFT_OUT_COLUMNS = ("class", "line", "chrom", "start", "end", "name", "strand", "reason")


@dataclass(frozen=True)
class SplitResult:
    """What became of the windows.

    Attributes
    ----------
    spec : DatasetSpec
        Of the new dataset.
    n_windows : dict of str to int
        Windows of each class in the dataset that was divided.
    rejections : Rejections
        Windows that were left out.
    summary : Summary
    checks : Checks or None
        Leakage and trivial signals, if they were asked for and the sequence branch is there.
    provenance : dict
    """

    spec: DatasetSpec
    n_windows: dict[str, int]
    rejections: Rejections
    summary: Summary
    checks: Checks | None
    provenance: dict[str, Any]


def split(
    dataset: Path,
    spec: SplitSpec,
    *,
    output: Path,
    rejected: Path | None = None,
    checks: Path | None = None,
    split_table: Path | None = None,
    for_report: bool = False,
) -> SplitResult:
    """Reduce, divide and choose the branches of a dataset again.

    Parameters
    ----------
    dataset
        Dataset file.
    spec
        Branches, reduction and splits.
    output
        Dataset file to write.
    rejected
        Table of the windows that were left out.
    checks
        Table of leakage and trivial signals.
    split_table
        Names of intervals and their splits, for a given split.
    for_report
        Gather profiles, leakage and trivial signals too.

    Raises
    ------
    DatasetError
        If the file is no dataset.
    SpecError
        If it cannot be divided like this.
    """
    with Dataset(dataset) as source:
        new_spec = _new_spec(source.spec, spec)
        names = new_spec.classes
        # In the order in which preprocessing met them, so that a seed divides them alike.
        windows = source.windows(np.arange(source.n_windows))
        rows = np.lexsort((windows.source_row, windows.label))
        kept, reduced = reduce_classes(windows.take(rows), spec, names)
        rows = rows[kept]
        codes = _codes(source, rows)
        divided = divide(
            windows.take(rows),
            spec,
            codes=codes,
            given=read_splits(split_table, spec),
            on_genome=new_spec.on_genome(windows.label[rows]),
            flank=new_spec.flank,
        )
        rows, new = rows[divided.rows], divided.split
        codes = codes[divided.rows] if codes is not None else None
        check_counts(count_windows(windows.label[rows], new, n_classes=len(names)), names)
        order = shuffled_by_split(new, named_rng(spec.seed, "order"))
        provenance = _provenance(source, dataset, split_table)
        profiler = Profiler(new_spec, windows.label[rows[order]])
        copy_windows(
            source,
            rows[order],
            new[order],
            new_spec,
            output,
            provenance=lambda: provenance,
            observe=profiler.observe if for_report else None,
        )
    rejections = Rejections.joined([reduced, divided.rejections])
    if rejected is not None:
        _write_left_out(rejected, rejections, windows, names)
    windows = windows.take(rows)
    found = None
    if codes is not None and (for_report or checks is not None):
        found = check_dataset(windows, codes, new, new_spec)
    if checks is not None:
        if found is None:
            raise SpecError("--checks needs the sequence branch, which the dataset lacks")
        write_checks(checks, found, new_spec)
    return SplitResult(
        spec=new_spec,
        n_windows=dict(
            zip(names, np.bincount(source.label, minlength=len(names)).tolist(), strict=True)
        ),
        rejections=rejections,
        summary=summarise(
            windows,
            new,
            codes,
            names,
            on_genome=new_spec.on_genome(windows.label),
            profiles=profiler.profiles,
        ),
        checks=found,
        provenance=provenance,
    )


def _new_spec(old: DatasetSpec, spec: SplitSpec) -> DatasetSpec:
    wanted = spec.branches or tuple(old.encodings)
    for name in wanted:
        if name not in old.encodings:
            raise SpecError(
                f"--branches {name}: the dataset has no such branch; expected some of "
                f"{', '.join(old.encodings)}"
            )
    values = {
        **old.model_dump(),
        **spec.model_dump(),
        "branches": [name for name in old.branches if name in wanted],
        "tracks": {name: kind for name, kind in old.tracks.items() if name in wanted},
    }
    return validate(DatasetSpec, values, source="split")


def _codes(source: Dataset, rows: np.ndarray) -> np.ndarray | None:
    if "sequence" not in source.spec.encodings:
        return None
    order = np.argsort(rows)
    codes = np.empty((len(rows), source.spec.window), dtype=np.uint8)
    codes[order] = source.branch("sequence", rows[order])
    return codes


def _provenance(source: Dataset, path: Path, split_table: Path | None) -> Provenance:
    inputs = {**source.provenance.get("inputs_sha256", {}), "dataset": sha256(path)}
    if split_table is not None:
        inputs["split_table"] = sha256(split_table)
    used = {**source.provenance.get("software", {}), **software("numpy", "h5py")}
    return {"inputs_sha256": inputs, "software": used}


def _write_left_out(
    path: Path, rejections: Rejections, windows: Windows, names: Sequence[str]
) -> None:
    keys = zip(windows.label.tolist(), windows.source_row.tolist(), strict=True)
    index_of = {key: index for index, key in enumerate(keys)}
    rows = zip(rejections.label.tolist(), rejections.line.tolist(), rejections.reason, strict=True)
    write_table(
        path,
        LEFT_OUT_COLUMNS,
        (
            (names[label], line, *windows.locus(index_of[label, line]), reason)
            for label, line, reason in rows
        ),
    )
