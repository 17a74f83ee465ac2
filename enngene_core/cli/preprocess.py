"""`enngene preprocess`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from enngene_core.cli.options import (
    Execution,
    Flat,
    ReferenceFiles,
    ReferenceOptions,
    ReportOptions,
    Reports,
    named_path,
    write,
)
from enngene_core.errors import SpecError
from enngene_core.outputs import written_together
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.classes import ClassFilesSpec
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import PreprocessSpec

if TYPE_CHECKING:
    from enngene_core.dataset.classes import ClassFile


def preprocess(
    *,
    intervals: Annotated[
        list[str],
        Parameter(
            help="NAME=FILE, once for each class: its name, and its intervals (BED, narrowPeak, "
            "broadPeak, GFF3 or GTF; plain or gzip).",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - never changed
    sequences: Annotated[
        list[str],
        Parameter(
            help="NAME=FILE, once for each class of ready sequences: its name, and its FASTA file "
            "(DNA or RNA, plain or gzip).",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - never changed
    classes: Annotated[
        Path | None,
        Parameter(
            help='Classes as JSON instead: [{"name": "exons", "path": "exons.bed"}, ...]; '
            '"kind": "sequences" for FASTA.'
        ),
    ] = None,
    references: ReferenceFiles = ReferenceOptions(),
    spec: Annotated[PreprocessSpec, Flat] = PreprocessSpec(),
    split_table: Annotated[
        Path | None,
        Parameter(
            help="For --split given: names of intervals and their splits, separated by a tab."
        ),
    ] = None,
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Dataset to write (HDF5).")],
    rejected: Annotated[
        Path | None, Parameter(help="Table of input rows that became no window, and why.")
    ] = None,
    checks: Annotated[
        Path | None,
        Parameter(
            help="Table of leakage between the splits, and of what trivial signals reach alone."
        ),
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Make a dataset from one file of intervals or sequences for each class."""
    from enngene_core.cli.progress import CountProgress
    from enngene_core.dataset import preprocess as work

    class_files = _class_files(intervals, sequences, classes)
    targets = (output, rejected, checks, *reports.paths)
    with written_together(*targets) as (dataset, table, check_table, *pages):
        assert dataset is not None
        result = work.preprocess(
            class_files,
            references.open(),
            spec,
            output=dataset,
            rejected=table,
            checks=check_table,
            split_table=split_table,
            for_report=any(pages),
            execution=execution,
            on_progress=CountProgress("sequences folded"),
        )
        if any(pages):
            from enngene_core.report.preprocess import preprocess_report

            write(preprocess_report(result), pages)
    print(
        f"{result.summary.counts.sum()} windows of {len(class_files)} classes; "
        f"{len(result.rejections)} input rows rejected"
    )


def _class_files(
    intervals: list[str], sequences: list[str], classes: Path | None
) -> "list[ClassFile]":
    from enngene_core.dataset.classes import ClassFile

    if classes is not None:
        if intervals or sequences:
            raise SpecError(
                "give the classes by --intervals and --sequences or by --classes, not by both"
            )
        listed = validate(ClassFilesSpec, {"classes": read_json(classes)}, source=str(classes))
        return [
            ClassFile(item.class_name, Path(item.path), item.kind, item.name)
            for item in listed.classes
        ]
    found = [ClassFile(*named_path("--intervals", text)) for text in intervals]
    return found + [ClassFile(*named_path("--sequences", text), "sequences") for text in sequences]
