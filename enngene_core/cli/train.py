"""`enngene train`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import Execution, Flat, ReportOptions, Reports, write
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.training import TrainingSpec


def train(
    *,
    dataset: Annotated[Path, Parameter(help="Dataset that 'enngene preprocess' wrote.")],
    network: Annotated[
        Path | None, Parameter(help="Layers as JSON; without it a default network is built.")
    ] = None,
    spec: Annotated[TrainingSpec, Flat] = TrainingSpec(),
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Model bundle to write (zip).")],
    history: Annotated[
        Path | None, Parameter(help="Table of loss and accuracy in each epoch.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        Parameter(
            help="Folder that keeps the state after each epoch, made if need be: a run that was "
            "killed goes on from it when it is started again with the same arguments."
        ),
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Train a network on a dataset."""
    layers = None
    if network is not None:
        layers = validate(NetworkSpec, read_json(network), source=str(network))
    with silenced():
        from enngene_core.cli.progress import EpochProgress
        from enngene_core.models.runtime import use_threads
        from enngene_core.training import train as work

        use_threads(execution.n_threads)
    with written_together(output, history, *reports.paths) as (bundle, table, *pages):
        assert bundle is not None
        result = work.train(
            dataset,
            spec,
            network=layers,
            output=bundle,
            history=table,
            execution=execution,
            checkpoint=checkpoint,
            each_batch=sys.stderr.isatty(),
            on_progress=EpochProgress(),
        )
        if any(pages):
            from enngene_core.report.training import training_report

            write(training_report(result), pages)
    if result.not_finite:
        print(
            f"Warning: the loss was not finite in epoch {result.not_finite}; training ended there"
        )
    if result.only_class is not None:
        print(
            f"Warning: the network gives all validation windows the class {result.only_class!r}; "
            "the report says what to try"
        )
    metrics = result.bundle.config.metrics
    print(
        f"kept epoch {result.best_epoch} of {len(result.history)}: validation loss "
        f"{metrics['validation_loss']:.4f}, accuracy {metrics['validation_accuracy']:.4f}"
    )
