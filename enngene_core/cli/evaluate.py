"""`enngene evaluate`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import (
    Execution,
    Flat,
    Model,
    ReportOptions,
    Reports,
    write,
)
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec


def evaluate(
    *,
    model: Model,
    dataset: Annotated[Path, Parameter(help="Dataset with the model's classes and branches.")],
    spec: Annotated[EvaluationSpec, Flat] = EvaluationSpec(),
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Table of metrics to write.")],
    predictions: Annotated[
        Path | None, Parameter(help="Table of the windows with their probabilities.")
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Judge a model on a part of a dataset that it never saw."""
    with silenced():
        from enngene_core.evaluation import evaluate as work
        from enngene_core.models.runtime import use_threads

        use_threads(execution.n_threads)
    with written_together(output, predictions, *reports.paths) as (metrics, table, *pages):
        result = work.evaluate(
            model, dataset, spec, output=metrics, predictions=table, execution=execution
        )
        if any(pages):
            from enngene_core.report.evaluation import evaluation_report

            write(evaluation_report(result), pages)
    print(
        f"{len(result.y_true)} {spec.split} windows: accuracy {result.metric('accuracy'):.4f}, "
        f"AUROC {result.metric('auroc', work.MACRO):.4f} (macro average)"
    )
