"""`enngene motifs`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import Execution, Flat, Model, ReportOptions, Reports, write
from enngene_core.formats.meme import read_meme
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.motifs import MotifsSpec


def motifs(
    *,
    model: Model,
    dataset: Annotated[Path, Parameter(help="Dataset with the model's classes and branches.")],
    known: Annotated[
        Path | None,
        Parameter(
            help="Known motifs of DNA or RNA to compare with, in MEME's minimal format; it needs "
            "memelite."
        ),
    ] = None,
    spec: Annotated[MotifsSpec, Flat] = MotifsSpec(),
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Table of motifs to write.")],
    meme: Annotated[
        Path | None, Parameter(help="Motifs of the sequence in MEME's minimal format.")
    ] = None,
    structure_meme: Annotated[
        Path | None, Parameter(help="Motifs of the structure in MEME's minimal format.")
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Show which short patterns a model looks for."""
    known_motifs = None if known is None else read_meme(known)
    from enngene_core.models.bundle import check_bundle
    from enngene_core.models.match import check_classes, check_dataset

    config = check_bundle(model)
    check_classes(config, filter(None, [spec.target]), flag="--target")
    check_dataset(config, dataset, spec.split)
    with silenced():
        from enngene_core.cli.progress import CountProgress
        from enngene_core.interpretation.motifs import find as work
        from enngene_core.models.runtime import use_threads

        use_threads(execution.n_threads)
    targets = (output, meme, structure_meme, *reports.paths)
    with written_together(*targets) as (table, of_sequence, of_structure, *pages):
        result = work.find_motifs(
            model,
            dataset,
            spec,
            output=table,
            files=work.MotifFiles(known_motifs, of_sequence, of_structure),
            execution=execution,
            on_progress=CountProgress,
        )
        if any(pages):
            from enngene_core.report.motifs import motifs_report

            write(motifs_report(result), pages)
    n_drawn = sum(not motif.state for motif in result.motifs)
    print(
        f"{int(result.n_windows.sum())} {spec.split} windows: {len(result.motifs)} motifs, "
        f"{n_drawn} of them with information"
    )
