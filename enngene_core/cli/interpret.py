"""`enngene interpret`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import (
    Execution,
    Flat,
    Inference,
    Model,
    New,
    NewOptions,
    ReferenceFiles,
    ReferenceOptions,
    Rejected,
    ReportOptions,
    Reports,
    write,
)
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.execution import ExecutionSpec, InferenceSpec
from enngene_core.specs.interpretation import InterpretationSpec


def interpret(
    *,
    model: Model,
    loci: New = NewOptions(),
    references: ReferenceFiles = ReferenceOptions(),
    spec: Annotated[InterpretationSpec, Flat] = InterpretationSpec(),
    execution: Execution = ExecutionSpec(),
    inference: Inference = InferenceSpec(),
    output: Annotated[Path, Parameter(help="Attributions to write (HDF5).")],
    table: Annotated[
        Path | None, Parameter(help="Attributions as a table: a row for each position.")
    ] = None,
    tracks: Annotated[
        Path | None,
        Parameter(
            help="Folder for the attributions along the genome: a bigWig and a bedGraph file for "
            "each explained class and each branch. Where windows overlap, the mean counts."
        ),
    ] = None,
    rejected: Rejected = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Show which positions of new intervals or sequences speak for a class."""
    path, kind = loci.open()
    from enngene_core.models.bundle import check_bundle
    from enngene_core.models.match import check_classes

    check_classes(check_bundle(model), filter(None, [spec.target]), flag="--target")
    with silenced():
        from enngene_core.cli.progress import CountProgress
        from enngene_core.interpretation import interpret as work
        from enngene_core.models.runtime import use_threads

        use_threads(execution.n_threads)
    targets = (output, table, tracks, rejected, *reports.paths)
    with written_together(*targets) as (attributions, rows, folder, rejected_table, *pages):
        result = work.interpret(
            model,
            path,
            references.open(),
            spec,
            kind=kind,
            output=attributions,
            table=rows,
            tracks=folder,
            rejected=rejected_table,
            execution=execution,
            inference=inference,
            on_folded=CountProgress("sequences folded"),
            on_progress=CountProgress("windows explained"),
        )
        if any(pages):
            from enngene_core.report.interpretation import interpretation_report

            write(interpretation_report(result), pages)
    told = f"{len(result.windows)} windows explained, {len(result.rejections)} {kind} unusable"
    if spec.method != "mutagenesis":
        told += f"; median completeness error {result.median_completeness_error:.2%}"
    print(told)
