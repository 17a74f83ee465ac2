"""`enngene evaluate`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.classes import Classes, ClassOptions, class_inputs
from enngene_core.cli.options import (
    Execution,
    Flat,
    Model,
    Parameters,
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
    labelled: Annotated[
        Path | None,
        Parameter(
            help="One file of all classes instead: FASTA with the class as the last word of each "
            "header; or a table with the class in its first column, then a sequence, or the "
            "columns of a BED file."
        ),
    ] = None,
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
    curves: Annotated[
        Path | None,
        Parameter(
            help="Folder for the points of the ROC and precision-recall curves: a table for each "
            "class and average."
        ),
    ] = None,
    calibrated_model: Annotated[
        Path | None,
        Parameter(
            help="Model bundle to write: the model with the calibration that was fitted to the "
            "validation windows. Other commands then give calibrated probabilities."
        ),
    ] = None,
    parameters: Parameters = None,
    rejected: Annotated[
        Path | None, Parameter(help="Table of rows of the classes' files that became no window.")
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Judge a model on a part of a dataset that it never saw, or on files of its classes."""
    class_files = classes.open()
    if [dataset is None, not class_files, labelled is None].count(False) != 1:
        raise SpecError(
            "give either --dataset, or files of the model's classes by --intervals and "
            "--sequences, or one file by --labelled"
        )
    if calibrated_model is not None and (spec.calibrate == "none" or dataset is None):
        raise SpecError("--calibrated-model needs --dataset, and --calibrate other than none")
    if dataset is not None and rejected is not None:
        raise SpecError("--rejected is for files of classes; of a dataset every window is used")
    from enngene_core.models.bundle import check_bundle
    from enngene_core.models.match import check_dataset

    config = check_bundle(model)
    if dataset is not None:
        check_dataset(config, dataset, spec.split)
    with silenced():
        from enngene_core.cli.progress import CountProgress
        from enngene_core.evaluation import evaluate as work
        from enngene_core.evaluation.measures import MACRO
        from enngene_core.models.runtime import use_threads

        use_threads(execution.n_threads)
    targets = (output, predictions, thresholds, curves, calibrated_model, parameters, rejected)
    with written_together(*targets, *reports.paths) as partial:
        metrics, table, best, points, new_model, described, rejected_table, *pages = partial
        files = work.LabelledFiles(class_files, references.open(), rejected_table, labelled)
        result = work.evaluate(
            model,
            dataset or files,
            spec,
            output=metrics,
            predictions=table,
            thresholds=best,
            curves=points,
            calibrated_model=new_model,
            execution=execution,
            on_folded=CountProgress("sequences folded"),
        )
        if any(pages):
            from enngene_core.report.evaluation import evaluation_report

            write(evaluation_report(result), pages)
        if described is not None:
            from enngene_core.report.parameters import inputs_of, write_parameters

            one = {"--model": model, "--dataset": dataset, "--labelled": labelled}
            inputs = [*inputs_of(one), *class_inputs(class_files), *references.inputs()]
            outputs = {"--output": "metrics.tsv"}
            outputs |= {} if new_model is None else {"--calibrated-model": "calibrated.zip"}
            write_parameters(
                described, "evaluate", [spec], inputs, outputs=outputs, model=result.config
            )
    for name in ("log_loss", "expected_calibration_error"):
        if result.uncalibrated is not None:
            before = result.metric(name, "uncalibrated")
            print(f"calibrated: {name} {before:.4f} -> {result.metric(name):.4f}")
    print(
        f"{len(result.y_true)} {result.split or 'new'} windows: accuracy "
        f"{result.metric('accuracy'):.4f}, AUROC {result.metric('auroc', MACRO):.4f} "
        "(macro average)"
    )
