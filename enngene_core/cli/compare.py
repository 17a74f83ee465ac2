"""`enngene compare`."""

from dataclasses import dataclass
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
    named_path,
    write,
)
from enngene_core.errors import SpecError
from enngene_core.outputs import written_together
from enngene_core.plots.names import plain
from enngene_core.quiet import silenced
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.comparison import ComparisonSpec, ModelFilesSpec, check_names, told_by_name
from enngene_core.specs.execution import ExecutionSpec


@dataclass(frozen=True)
class ModelOptions:
    """What is compared: model bundles, or what models predicted."""

    model: Annotated[
        tuple[str, ...],
        Parameter(
            help="NAME=FILE, once for each model: what to call it, and its bundle that 'enngene "
            "train' wrote.",
            show_default=False,
        ),
    ] = ()
    predictions: Annotated[
        tuple[str, ...],
        Parameter(
            help="NAME=FILE, once for each model, in place of bundles: its table that 'enngene "
            "evaluate --predictions' wrote, all of the same windows.",
            show_default=False,
        ),
    ] = ()
    models: Annotated[
        Path | None,
        Parameter(
            help='Models as JSON instead: {"models": [{"name": "cnn", "path": "cnn.zip"}, ...]}; '
            '"kind": "predictions" beside "models" for tables of predictions.'
        ),
    ] = None

    def open(self) -> tuple[bool, list[tuple[str, Path]]]:
        """Whether bundles are compared, and the name and file of each.

        Raises
        ------
        SpecError
            If they are given in two ways, or cannot be compared by their number or names.
        """
        if sum(map(bool, (self.model, self.predictions, self.models))) > 1:
            raise SpecError("give the models by one of --model, --predictions and --models alone")
        if self.models is not None:
            listed = validate(ModelFilesSpec, read_json(self.models), source=str(self.models))
            are_bundles = listed.kind == "bundles"
            named = [(item.model_name, Path(item.path)) for item in listed.models]
        else:
            are_bundles = not self.predictions
            flag = "--model" if are_bundles else "--predictions"
            named = [named_path(flag, text) for text in self.model or self.predictions]
        check_names([name for name, _ in named])
        return are_bundles, named


def compare(
    *,
    models: Annotated[ModelOptions, Parameter(name="*")] = ModelOptions(),
    dataset: Annotated[
        Path | None, Parameter(help="Dataset with the models' classes and branches.")
    ] = None,
    classes: Classes = ClassOptions(),
    references: ReferenceFiles = ReferenceOptions(),
    spec: Annotated[ComparisonSpec, Flat] = ComparisonSpec(),
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Table of each model's numbers to write.")],
    comparisons: Annotated[
        Path | None, Parameter(help="Table of the differences between models, with their tests.")
    ] = None,
    rejected: Annotated[
        Path | None,
        Parameter(help="Table of rows of the classes' files that became no window, by model."),
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Compare models on the same windows: which is the best, and how sure that is."""
    are_bundles, named = models.open()
    class_files = classes.open()
    if are_bundles and (dataset is not None) == bool(class_files):
        raise SpecError(
            "give either --dataset, or files of the models' classes by --intervals and --sequences"
        )
    if not are_bundles and (dataset is not None or class_files):
        raise SpecError("tables of predictions have their windows; expected no --dataset or files")
    if not class_files and (rejected is not None or references != ReferenceOptions()):
        raise SpecError(
            "--rejected, --fasta, --conservation, --track and --chromosome-names are for files of "
            "classes; expected none of them"
        )
    targets = (output, comparisons, rejected, *reports.paths)
    with written_together(*targets) as (numbers, tests, rejected_table, *pages):
        if are_bundles:
            from enngene_core.models.bundle import check_bundle
            from enngene_core.models.match import check_dataset

            for name, path in named:
                with told_by_name(name):
                    config = check_bundle(path)
                    if dataset is not None:
                        check_dataset(config, dataset, spec.split)
            with silenced():
                from enngene_core.cli.progress import CountProgress
                from enngene_core.evaluation import compare as work
                from enngene_core.evaluation.evaluate import LabelledFiles
                from enngene_core.models.runtime import use_threads

                use_threads(execution.n_threads)
            result = work.compare(
                named,
                dataset or LabelledFiles(class_files, references.open(), rejected_table),
                spec,
                output=numbers,
                comparisons=tests,
                execution=execution,
                on_folded=CountProgress("sequences folded"),
            )
        else:
            from enngene_core.evaluation.prediction_tables import compare_predictions

            result = compare_predictions(
                named, spec, output=numbers, comparisons=tests, execution=execution
            )
        if any(pages):
            from enngene_core.report.comparison import comparison_report

            write(comparison_report(result), pages)
    best = result.ranked(result.main)[0]
    name = "AUROC (macro average)" if result.main == "auroc" else result.main
    print(
        f"{len(result.y_true)} windows, {len(result.models)} models: best {name} "
        f"{best.overall(result.main).value:.4f}, of {plain(best.name)}"
    )
