"""What to try next, and when to give it up: Optuna, told of all trials so far."""

from collections.abc import Sequence
from dataclasses import dataclass

import optuna
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from enngene_core.seeding import named_rng
from enngene_core.specs.study import Trial, TrialValues
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.space import first_values, rounded, space_of

# Trials whose values are drawn at random, before the sampler learns from them.
_N_RANDOM = 8
# Complete trials before one may be given up.
_N_BEFORE_PRUNING = 4

# A collapsed network's loss tells the sampler to keep away; a failed one has none.
_STATES = {
    "complete": TrialState.COMPLETE,
    "collapsed": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


@dataclass(frozen=True)
class Proposal:
    """The next trial.

    Attributes
    ----------
    values : TrialValues
    trial : optuna.Trial
    """

    values: TrialValues
    trial: optuna.Trial

    def is_hopeless(self, epoch: int, loss: float) -> bool:
        """Whether to give it up after an epoch.

        Parameters
        ----------
        epoch
            1-based; to be called once after each.
        loss
            Validation loss after it.
        """
        self.trial.report(loss, epoch)
        return self.trial.should_prune()


def propose(spec: TuningSpec, trials: Sequence[Trial]) -> Proposal:
    """The trial that follows `trials`.

    The study is built anew from the finished trials, and the sampler seeded by the number of the
    next one, so that a search which was stopped goes on as it would have gone on.

    References
    ----------
    Akiba et al., KDD 2019, 2623 (Optuna); Bergstra et al., NIPS 2011, 2546 (TPE).
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    number = len(trials) + 1
    seed = int(named_rng(spec.seed, f"trial {number}").integers(2**32))
    study = study_of(spec, trials, seed=seed)
    if not trials:
        study.enqueue_trial(first_values(spec))
    trial = study.ask(space_of(spec))
    return Proposal(rounded(spec, trial.params), trial)


def study_of(spec: TuningSpec, trials: Sequence[Trial], *, seed: int) -> optuna.Study:
    """Optuna's study in memory.

    Raises
    ------
    ValueError
        If a trial's values lie outside of what `spec` searches.
    """
    pruner: BasePruner = NopPruner()
    if spec.pruning == "median":
        # While the learning rate rises, a loss says little.
        given = max(2, spec.epochs // 4)
        pruner = MedianPruner(n_startup_trials=_N_BEFORE_PRUNING, n_warmup_steps=given)
    study = optuna.create_study(
        sampler=TPESampler(seed=seed, n_startup_trials=_N_RANDOM), pruner=pruner
    )
    space = space_of(spec)
    study.add_trials([_frozen(trial, space) for trial in trials])
    return study


def _frozen(trial: Trial, space: dict[str, BaseDistribution]) -> FrozenTrial:
    state = _STATES[trial.state]
    return create_trial(
        state=state,
        value=trial.loss if state == TrialState.COMPLETE else None,
        params=trial.values.model_dump(),
        distributions=space,
        intermediate_values=dict(enumerate(trial.losses, start=1)),
    )
