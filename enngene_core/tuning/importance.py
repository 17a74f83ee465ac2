"""Which values mattered."""

import math
from collections.abc import Mapping, Sequence

import optuna
from optuna.importance import FanovaImportanceEvaluator, get_param_importances

from enngene_core.specs.study import Trial
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.proposal import study_of
from enngene_core.tuning.space import searched

#: Trials that ran to their end; with fewer nothing can be said.
FEWEST_TRIALS = 5


def importances(spec: TuningSpec, trials: Sequence[Trial]) -> Mapping[str, float]:
    """Share of the differences in loss that each value explains alone and with others.

    Parameters
    ----------
    spec
        What was searched; a value that could not differ has no share.
    trials
        Those that ran to their end are used; their losses' logarithms, so that one very bad trial
        does not decide.

    Returns
    -------
    mapping of str to float
        Shares that sum to 1, the largest first; empty if fewer than `FEWEST_TRIALS` ran to their
        end, or all have the same loss.

    References
    ----------
    Hutter et al., ICML 2014, 754 (functional analysis of variance).
    """
    finished = [trial for trial in trials if trial.state in ("complete", "collapsed")]
    names = searched(spec)
    if len(finished) < FEWEST_TRIALS or len({trial.loss for trial in finished}) < 2 or not names:
        return {}
    return {
        name: float(share)
        for name, share in get_param_importances(
            study_of(spec, finished, seed=spec.seed),
            evaluator=FanovaImportanceEvaluator(seed=spec.seed),
            params=list(names),
            target=_log_loss,
        ).items()
    }


def _log_loss(trial: optuna.trial.FrozenTrial) -> float:
    return math.log(max(trial.value or 0, 1e-12))
