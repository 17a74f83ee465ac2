"""A search as its file keeps it: what was tried, and what came of it."""

from typing import Literal

from pydantic import Field, model_validator

from enngene_core.specs.base import Spec
from enngene_core.specs.tuning import (
    MAX_EPOCHS,
    MAX_TRIALS,
    AfterConvolutions,
    Switch,
    TuningSpec,
)

LONGEST_REASON = 500
#: Fields of `TuningSpec` that may change when a study is taken up: they bound it, no more.
BUDGET = ("n_trials", "minutes")

TrialState = Literal["complete", "pruned", "collapsed", "failed"]


class TrialValues(Spec):
    """What one trial tries; `TuningSpec` has the words and the bounds."""

    layers: int
    filters: int
    kernel: int
    pooling: int
    dropout: float
    batch_normalization: Switch
    after_convolutions: AfterConvolutions
    units: int
    learning_rate: float


class Trial(Spec):
    """One network that was tried.

    Attributes
    ----------
    number : int
        1-based.
    state : str
        ``complete``; ``pruned``: given up early; ``collapsed``: one class for all windows;
        ``failed``: no model came of it.
    values : TrialValues
    losses : tuple of float
        Validation loss after each epoch, nats.
    reason : str
        Why it is not complete.
    """

    number: int = Field(ge=1, le=MAX_TRIALS)
    state: TrialState
    values: TrialValues
    losses: tuple[float, ...] = Field(max_length=MAX_EPOCHS)
    reason: str = Field("", max_length=LONGEST_REASON)

    @property
    def loss(self) -> float | None:
        """Lowest validation loss; None if no epoch was finished."""
        return min(self.losses, default=None)

    @model_validator(mode="after")
    def _check_losses(self) -> "Trial":
        if self.state != "failed" and not self.losses:
            raise ValueError(f"trial {self.number} is {self.state} and has no losses")
        return self


class Study(Spec):
    """The contents of a study file."""

    format: Literal["enngene-study"] = "enngene-study"
    version: Literal[1] = 1
    dataset: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the dataset.")
    settings: TuningSpec
    trials: tuple[Trial, ...] = Field(max_length=MAX_TRIALS)

    @model_validator(mode="after")
    def _check_numbers(self) -> "Study":
        numbers = [trial.number for trial in self.trials]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError("the trials are not numbered 1, 2, 3 and so on")
        return self
