"""`enngene scan`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import (
    Execution,
    Flat,
    Inference,
    Model,
    ReferenceFiles,
    ReferenceOptions,
    ReportOptions,
    Reports,
    write,
)
from enngene_core.errors import SpecError
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.execution import ExecutionSpec, InferenceSpec
from enngene_core.specs.scan import ScanSpec


def scan(
    *,
    model: Model,
    references: ReferenceFiles = ReferenceOptions(),
    regions: Annotated[
        Path | None,
        Parameter(
            help="BED, narrowPeak, broadPeak, GFF3 or GTF file of the regions to scan; without it, "
            "whole chromosomes."
        ),
    ] = None,
    spec: Annotated[ScanSpec, Flat] = ScanSpec(),
    execution: Execution = ExecutionSpec(),
    inference: Inference = InferenceSpec(),
    output: Annotated[Path, Parameter(help="Peaks to write (narrowPeak).")],
    tracks: Annotated[
        Path | None,
        Parameter(help="Folder for the probabilities of each class and strand as bigWig files."),
    ] = None,
    rejected: Annotated[
        Path | None, Parameter(help="Table of regions that could not be scanned.")
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Find a model's classes in a genome, by sliding windows."""
    if references.fasta is None:
        raise SpecError("a scan needs the sequence of a genome: give --fasta")
    if rejected is not None and regions is None:
        raise SpecError("--rejected is for regions; expected it with --regions")
    from enngene_core.models.bundle import check_bundle
    from enngene_core.models.match import check_classes

    check_classes(check_bundle(model), spec.peak_class, flag="--peak-class")
    with silenced():
        from enngene_core.cli.progress import CountProgress
        from enngene_core.models.runtime import use_threads
        from enngene_core.prediction import scan as work

        use_threads(execution.n_threads)
    targets = (output, tracks, rejected, *reports.paths)
    with written_together(*targets) as (peaks, folder, rejected_table, *pages):
        result = work.scan(
            model,
            references.open(),
            spec,
            regions=regions,
            peaks=peaks,
            tracks=folder,
            rejected=rejected_table,
            execution=execution,
            inference=inference,
            on_background=CountProgress("shuffled windows"),
            on_progress=CountProgress("windows a strand"),
        )
        if any(pages):
            from enngene_core.report.scan import scan_report

            write(scan_report(result), pages)
    print(f"{result.n_windows} windows scanned, {result.n_peaks} peaks")
    for found in result.classes:
        print(
            f"{found.name}: {sum(found.n_peaks.values())} peaks, "
            f"{found.significance.n_significant} windows with q of at most {spec.q:g}"
        )
