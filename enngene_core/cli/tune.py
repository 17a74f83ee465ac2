"""`enngene tune`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from enngene_core.cli.options import Execution, Flat, ReportOptions, Reports, write
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.tuning import TuningSpec

if TYPE_CHECKING:
    from enngene_core.specs.study import Trial


def tune(
    *,
    dataset: Annotated[Path, Parameter(help="Dataset that 'enngene preprocess' wrote.")],
    spec: Annotated[TuningSpec, Flat] = TuningSpec(),
    study: Annotated[
        Path | None,
        Parameter(
            help="File that keeps the trials (JSON), written after each one: a search that was "
            "stopped goes on from it when it is started again with the same arguments."
        ),
    ] = None,
    take_up: Annotated[
        Path | None,
        Parameter(
            help="Study of an earlier search on this dataset, with the same settings, that goes "
            "on here; this file itself stays as it is."
        ),
    ] = None,
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Model bundle of the best network to write (zip).")],
    best_spec: Annotated[
        Path | None,
        Parameter(help="Layers of the best network as JSON, for 'enngene train --network'."),
    ] = None,
    trials: Annotated[
        Path | None, Parameter(help="Table of all trials with their values and losses.")
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Search the network and learning rate that suit a dataset."""
    targets = (output, best_spec, trials, *reports.paths)
    with written_together(*targets) as (bundle, layers, table, *pages):
        assert bundle is not None
        # Before TensorFlow is loaded: most mistakes show here.
        from enngene_core.tuning.search import prepare

        search = prepare(dataset, spec, study=study, take_up=take_up)
        with silenced():
            from enngene_core.models.runtime import use_threads
            from enngene_core.tuning import tune as work

            use_threads(execution.n_threads)
        try:
            result = work.tune(
                search,
                output=bundle,
                best_spec=layers,
                table=table,
                execution=execution,
                on_trial=lambda trial, best: _tell(trial, best, spec.n_trials),
            )
        except KeyboardInterrupt:
            if study is None:
                raise
            raise KeyboardInterrupt(
                f"no model was written; the finished trials are in {study}, and the same command "
                "goes on from there"
            ) from None
        if any(pages):
            from enngene_core.report.tuning import tuning_report

            write(tuning_report(result), pages)
    metrics = result.trained.bundle.config.metrics
    print(
        f"best of {len(result.trials)} trials: {result.best.number}, validation loss "
        f"{metrics['validation_loss']:.4f}, accuracy {metrics['validation_accuracy']:.4f}"
    )


def _tell(trial: "Trial", best: "Trial | None", n_trials: int) -> None:
    loss = "no loss" if trial.loss is None else f"validation loss {trial.loss:.4f}"
    so_far = "none" if best is None else f"{best.loss:.4f}, trial {best.number}"
    reason = f"  ({trial.reason})" if trial.reason else ""
    print(
        f"trial {trial.number}/{n_trials}  {trial.state}  {loss}  best so far {so_far}{reason}",
        flush=True,
    )
