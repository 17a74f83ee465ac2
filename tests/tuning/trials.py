"""Trials as they stand in a study, made by hand."""

from enngene_core.specs.study import Trial, TrialValues
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.proposal import propose

VALUES = TrialValues(
    layers=2,
    filters=20,
    kernel=8,
    pooling=2,
    dropout=0.2,
    batch_normalization="on",
    after_convolutions="flatten",
    units=32,
    learning_rate=0.002,
)


def trial(number: int, *losses: float, state: str = "complete", **values: object) -> Trial:
    """A trial with these losses, and `VALUES` but for some."""
    reason = "" if state == "complete" else f"why trial {number} is {state}"
    return Trial(
        number=number,
        state=state,
        values=VALUES.model_copy(update=values),
        losses=losses,
        reason=reason,
    )


def searched_trials(spec: TuningSpec, n_trials: int) -> tuple[Trial, ...]:
    """Trials as a search would have them whose loss depends on the learning rate alone."""
    trials: tuple[Trial, ...] = ()
    for number in range(1, n_trials + 1):
        values = propose(spec, trials).values
        loss = 0.3 + abs(values.learning_rate - 0.004) * 50
        trials += (Trial(number=number, state="complete", values=values, losses=(0.9, loss)),)
    return trials
