"""`enngene evaluate`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.classes import Classes, ClassOptions
from enngene_core.cli.options import (
    Execution,
    Flat,
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
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec


def evaluate(
    *,
    model: Model,
    dataset: Annotated[
        Path | None, Parameter(help="Dataset with the model's classes and branches.")
    ] = None,
    classes: Classes = ClassOptions(),
    references: ReferenceFiles = ReferenceOptions(),
    spec: Annotated[EvaluationSpec, Flat] = EvaluationSpec(),
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Table of metrics to write.")],
    predictions: Annotated[
        Path | None, Parameter(help="Table of the windows with their probabilities.")
    ] = None,
    thresholds: Annotated[
        Path | None, Parameter(help="Table of each class's best thresholds of its probability.")
    ] = None,
    rejected: Annotated[
        Path | None, Parameter(help="Table of rows of the classes' files that became no window.")
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Judge a model on a part of a dataset that it never saw, or on files of its classes."""
    class_files = classes.open()
    if (dataset is not None) == bool(class_files):
        raise SpecError(
            "give either --dataset, or files of the model's classes by --intervals and --sequences"
        )
    if dataset is not None and rejected is not None:
        raise SpecError("--rejected is for files of classes; of a dataset every window is used")
    from enngene_core.models.bundle import check_bundle

    check_bundle(model)
    with silenced():
        from enngene_core.cli.progress import CountProgress
        from enngene_core.evaluation import evaluate as work
        from enngene_core.evaluation.measures import MACRO
        from enngene_core.models.runtime import use_threads

        use_threads(execution.n_threads)
    targets = (output, predictions, thresholds, rejected, *reports.paths)
    with written_together(*targets) as (metrics, table, best, rejected_table, *pages):
        result = work.evaluate(
            model,
            dataset or work.LabelledFiles(class_files, references.open(), rejected_table),
            spec,
            output=metrics,
            predictions=table,
            thresholds=best,
            execution=execution,
            on_folded=CountProgress("sequences folded"),
        )
        if any(pages):
            from enngene_core.report.evaluation import evaluation_report

            write(evaluation_report(result), pages)
    print(
        f"{len(result.y_true)} {result.split or 'new'} windows: accuracy "
        f"{result.metric('accuracy'):.4f}, AUROC {result.metric('auroc', MACRO):.4f} "
        "(macro average)"
    )
