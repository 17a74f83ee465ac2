"""`enngene preprocess`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.classes import Classes, ClassOptions
from enngene_core.cli.options import (
    Execution,
    Flat,
    ReferenceFiles,
    ReferenceOptions,
    ReportOptions,
    Reports,
    write,
)
from enngene_core.outputs import written_together
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import PreprocessSpec


def preprocess(
    *,
    classes: Classes = ClassOptions(),
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

    class_files = classes.open()
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
