"""Tuning: many networks are tried on a dataset, and the best one is kept."""

import gc
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import tensorflow as tf

from enngene_core.errors import SpecError
from enngene_core.formats.text.table import write_table
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.study import LONGEST_REASON, Trial, TrialState
from enngene_core.training.recorder import TrainingProgress
from enngene_core.training.train import TrainingResult, train
from enngene_core.tuning.importance import importances
from enngene_core.tuning.proposal import Proposal, propose
from enngene_core.tuning.result import TRIAL_COLUMNS, TuningResult
from enngene_core.tuning.search import Search
from enngene_core.tuning.space import network_of, training_of

#: Called with each finished trial and the best one so far.
OnTrial = Callable[[Trial, Trial | None], None]

# Losses of the same weights on the same machine are equal; this is another machine's rounding.
_SAME_LOSS = 1e-6


class _GivenUp(Exception):  # noqa: N818
    """The trial is worse than others were at this epoch."""


class _OutOfTime(Exception):  # noqa: N818
    """The search's time is over."""


@dataclass(frozen=True)
class _Kept:
    trial: Trial
    result: TrainingResult


def tune(
    search: Search,
    *,
    output: Path,
    best_spec: Path | None = None,
    table: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_trial: OnTrial | None = None,
) -> TuningResult:
    """Try networks within a budget, and write the one with the lowest validation loss.

    The loss is what is compared, since it changes with every window, while accuracy and AUROC of
    few validation windows move in steps; each epoch has it, so that bad trials end early. Test
    windows are never looked at. The same dataset, spec and number of trials give the same table,
    whether or not the search was stopped in between, on the same machine and number of threads.

    Parameters
    ----------
    search
        From `prepare`.
    output
        Bundle of the best network, as `enngene train` would write it.
    best_spec
        Its layers as JSON, for `enngene train --network`.
    table
        All trials.
    execution
        Memory that the shuffle buffer must fit into.
    on_trial
        Called after each trial.

    Raises
    ------
    SpecError
        If no trial gave a model, or the best one of an earlier run does not train again.
    DatasetError
        If the dataset is damaged.
    """
    # It would warn of every new network that its computation is built anew.
    tf.get_logger().setLevel(logging.ERROR)
    started = time.monotonic()
    trials = search.trials
    kept: _Kept | None = None
    out_of_time = False
    with TemporaryDirectory(dir=output.parent) as folder:
        scratch = Path(folder) / "trial.zip"
        while len(trials) < search.spec.n_trials and not out_of_time:
            best = _best(trials)
            is_over = _Deadline(search.spec.minutes, started, has_model=best is not None)
            try:
                if is_over():
                    raise _OutOfTime
                trial, result = _try_out(search, trials, scratch, execution, is_over)
            except _OutOfTime:
                out_of_time = True
                continue
            trials = (*trials, trial)
            search.keep(trials)
            if result is not None and _best(trials) is trial:
                kept = _Kept(trial, result)
                scratch.replace(output)
            if on_trial:
                on_trial(trial, _best(trials))
            del result
            _free_memory()
    seconds = time.monotonic() - started

    best = _best(trials)
    if best is None:
        reasons = f"trial {trials[-1].number}: {trials[-1].reason}"
        raise SpecError(f"none of {len(trials)} trials gave a model; {reasons}")
    if kept is None or kept.trial is not best:
        kept = _Kept(best, _train_again(search, best, output, execution))
    if best_spec is not None:
        network = network_of(best.values, search.branches).model_dump(mode="json")
        best_spec.write_text(json.dumps(network, indent=2) + "\n", encoding="utf-8")
    found = TuningResult(
        spec=search.spec,
        trials=trials,
        best=best,
        trained=kept.result,
        importances=importances(search.spec, trials),
        n_earlier=len(search.trials),
        seconds=seconds,
        out_of_time=out_of_time,
        other_loss=_other_loss(best, kept.result),
    )
    if table is not None:
        write_table(table, TRIAL_COLUMNS, found.rows)
    return found


@dataclass(frozen=True)
class _Deadline:
    minutes: float
    started: float
    has_model: bool

    def __call__(self) -> bool:
        """Whether the search must end; not before there is a model."""
        over = time.monotonic() - self.started > 60 * self.minutes
        return bool(self.minutes) and self.has_model and over


def _best(trials: tuple[Trial, ...]) -> Trial | None:
    complete = [trial for trial in trials if trial.state == "complete"]
    return min(complete, key=lambda trial: (trial.loss, trial.number), default=None)


def _try_out(
    search: Search,
    trials: tuple[Trial, ...],
    output: Path,
    execution: ExecutionSpec,
    is_over: Callable[[], bool],
) -> tuple[Trial, TrainingResult | None]:
    """One trial; its bundle is written if it ran to its end."""
    proposal = propose(search.spec, trials)
    losses: list[float] = []

    def watch(progress: TrainingProgress) -> None:
        if not progress.is_finished:
            return
        losses.append(progress.metrics["val_loss"])
        if is_over():
            raise _OutOfTime
        if proposal.is_hopeless(len(losses), losses[-1]) and len(losses) < search.spec.epochs:
            raise _GivenUp

    def ended(state: TrialState, reason: str = "") -> Trial:
        return Trial(
            number=len(trials) + 1,
            state=state,
            values=proposal.values,
            losses=tuple(losses),
            reason=" ".join(reason.split())[:LONGEST_REASON],
        )

    try:
        result = _train(search, proposal, output, execution, watch)
    except _GivenUp:
        reason = (
            f"its lowest validation loss after epoch {len(losses)} was above the median of the "
            "complete trials before it"
        )
        return ended("pruned", reason), None
    except (SpecError, MemoryError) as error:
        return ended("failed", str(error) or "out of memory"), None
    except tf.errors.ResourceExhaustedError:
        return ended("failed", "out of memory: the network is too large for its batches"), None
    (fitted,) = result.fits
    if fitted.not_finite is not None:
        return ended("failed", f"the loss was not finite in epoch {fitted.not_finite}"), None
    if fitted.only_class is not None:
        reason = f"all validation windows get the class {fitted.only_class[:100]!r}"
        return ended("collapsed", reason), None
    return ended("complete"), result


def _train(
    search: Search,
    proposal: Proposal,
    output: Path,
    execution: ExecutionSpec,
    watch: Callable[[TrainingProgress], None],
) -> TrainingResult:
    return train(
        search.dataset,
        training_of(proposal.values, search.spec),
        network=network_of(proposal.values, search.branches),
        output=output,
        execution=execution,
        on_progress=watch,
    )


def _train_again(
    search: Search, best: Trial, output: Path, execution: ExecutionSpec
) -> TrainingResult:
    """The best trial of an earlier run: a study keeps no weights."""
    try:
        result = train(
            search.dataset,
            training_of(best.values, search.spec),
            network=network_of(best.values, search.branches),
            output=output,
            execution=execution,
        )
    except SpecError as error:
        raise SpecError(
            f"trial {best.number}, the best one of the study, did not train again: {error}"
        ) from error
    return result


def _other_loss(best: Trial, result: TrainingResult) -> float | None:
    assert best.loss is not None
    found = result.bundle.config.metrics["validation_loss"]
    return found if abs(found - best.loss) > _SAME_LOSS * best.loss else None


def _free_memory() -> None:
    """A search may try a thousand networks."""
    keras.backend.clear_session()
    gc.collect()
