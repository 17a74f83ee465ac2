"""What a search found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enngene_core.specs.study import Trial, TrialValues
from enngene_core.specs.tuning import TuningSpec
from enngene_core.training.train import TrainingResult

TRIAL_COLUMNS = (
    *("trial", "state", "validation_loss", "epochs"),
    *TrialValues.model_fields,
    "reason",
)


@dataclass(frozen=True)
class TuningResult:
    """All trials, and the best network.

    Attributes
    ----------
    spec : TuningSpec
    trials : tuple of Trial
    best : Trial
        The complete one with the lowest validation loss.
    trained : TrainingResult
        The best trial's network.
    importances : mapping of str to float
        Share of the differences between trials that each value explains, the largest first; empty
        if there are too few trials to tell.
    n_earlier : int
        Trials of the study that was taken up.
    seconds : float
        Time of this run's trials.
    out_of_time : bool
        Whether the search ended since its time was over.
    other_loss : float or None
        The best trial's loss when it was trained again, if it differs from the study's.
    """

    spec: TuningSpec
    trials: tuple[Trial, ...]
    best: Trial
    trained: TrainingResult
    importances: Mapping[str, float]
    n_earlier: int = 0
    seconds: float = 0
    out_of_time: bool = False
    other_loss: float | None = None

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Rows of the table of trials: `TRIAL_COLUMNS`."""
        return [trial_row(trial) for trial in self.trials]


def trial_row(trial: Trial) -> tuple[Any, ...]:
    """One row of the table of trials."""
    loss = "" if trial.loss is None else trial.loss
    values = trial.values.model_dump().values()
    return (trial.number, trial.state, loss, len(trial.losses), *values, trial.reason)
