"""`enngene train`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from enngene_core.cli.options import (
    Execution,
    Flat,
    Parameters,
    ReportOptions,
    Reports,
    write,
)
from enngene_core.errors import SpecError
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.members import MembersSpec, check_size
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.presets import PresetSpec
from enngene_core.specs.training import TrainingSpec

if TYPE_CHECKING:
    from enngene_core.training.train import TrainingResult


def train(
    *,
    dataset: Annotated[Path, Parameter(help="Dataset that 'enngene preprocess' wrote.")],
    network: Annotated[
        Path | None, Parameter(help="Layers as JSON, instead of a preset's.")
    ] = None,
    preset: Annotated[PresetSpec, Flat] = PresetSpec(),
    spec: Annotated[TrainingSpec, Flat] = TrainingSpec(),
    members: Annotated[MembersSpec, Flat] = MembersSpec(),
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Model bundle to write (zip).")],
    history: Annotated[
        Path | None, Parameter(help="Table of loss and accuracy in each epoch.")
    ] = None,
    folds_table: Annotated[
        Path | None,
        Parameter(
            help="Table of the cross-validation: each fold, the mean and the standard deviation."
        ),
    ] = None,
    tensorboard: Annotated[
        Path | None,
        Parameter(
            help="Loss, accuracy and learning rate of each epoch for TensorBoard: a zip to unpack "
            "and open with 'tensorboard --logdir FOLDER'."
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        Parameter(
            help="Folder that keeps the state after each epoch, made if need be: a run that was "
            "killed goes on from it when it is started again with the same arguments."
        ),
    ] = None,
    parameters: Parameters = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Train a network on a dataset."""
    from enngene_core.report.cautions import rare_classes
    from enngene_core.training.checks import check_run

    layers: NetworkSpec | PresetSpec = preset
    if network is not None:
        if preset.model_fields_set:
            raise SpecError("--preset and --network were both given; expected one of them")
        layers = validate(NetworkSpec, read_json(network), source=str(network))
    if folds_table is not None and not members.folds:
        raise SpecError("--folds-table needs --folds")
    targets = (output, history, folds_table, tensorboard, parameters, *reports.paths)
    with written_together(*targets) as (bundle, table, folds, logs, described, *pages):
        assert bundle is not None
        # Before TensorFlow is loaded: most mistakes show here.
        plan = check_run(dataset, spec, layers, checkpoint)
        check_size(members, sum(layer.parameters for layer in plan.layers))
        for caution in rare_classes(plan.classes, plan.n_training):
            print(f"Warning: {caution}", flush=True)
        with silenced():
            from enngene_core.cli.progress import EpochProgress
            from enngene_core.models.runtime import use_threads
            from enngene_core.training import train as work

            use_threads(execution.n_threads)
        result = work.train(
            dataset,
            spec,
            network=layers,
            members=members,
            output=bundle,
            history=table,
            folds_table=folds,
            execution=execution,
            checkpoint=checkpoint,
            each_batch=sys.stderr.isatty(),
            on_progress=EpochProgress(),
        )
        if logs is not None:
            from enngene_core.training.tensorboard import write_tensorboard

            write_tensorboard(logs, result)
        if any(pages):
            from enngene_core.report.training import training_report

            write(training_report(result), pages)
        if described is not None:
            from enngene_core.report.parameters import inputs_of, write_parameters

            write_parameters(
                described,
                "train",
                [spec, members] if network is not None else [preset, spec, members],
                inputs_of({"--dataset": dataset, "--network": network}),
                outputs={"--output": "model.zip"},
                model=result.bundle.config,
            )
    for line in _lines(result):
        print(line)


def _lines(result: "TrainingResult") -> Iterator[str]:
    """What went wrong, and how good the networks are."""
    from enngene_core.training.cross_validation import FOLD_METRICS

    for name, fitted in result.networks:
        if fitted.not_finite:
            yield (
                f"Warning: {name}: the loss was not finite in epoch {fitted.not_finite}; training "
                "ended there"
            )
        if fitted.only_class is not None:
            yield (
                f"Warning: {name} gives all validation windows the class {fitted.only_class!r}; "
                "the report says what to try"
            )
    for name, fitted in result.networks:
        loss, accuracy = fitted.kept[3:]
        yield (
            f"{name}: kept epoch {fitted.best_epoch} of {len(fitted.history)}: validation loss "
            f"{loss:.4f}, accuracy {accuracy:.4f}"
        )
    together = result.bundle.config.metrics.get("ensemble_validation_accuracy")
    if together is not None:
        yield f"{len(result.fits)} members together: validation accuracy {together:.4f}"
    folds = result.cross_validation
    if folds is not None:
        found = zip(FOLD_METRICS, folds.mean, folds.deviation, strict=True)
        numbers = ", ".join(f"{name} {mean:.4f} ± {sd:.4f}" for name, mean, sd in found)
        yield f"{len(folds.fits)} folds (mean ± standard deviation): {numbers}"
