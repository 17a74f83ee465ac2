"""What a training run tells and keeps: its epochs, and the best weights."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from enngene_core.errors import SpecError
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.checkpoint import Checkpoint, Progress
from enngene_core.training.optimizers import Schedule
from enngene_core.training.trainer import Score, Trainer

HISTORY_COLUMNS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")

#: One row of the history, in the order of `HISTORY_COLUMNS`.
Epoch = tuple[int, float, float, float, float]


@dataclass(frozen=True)
class TrainingProgress:
    """Where training stands.

    Attributes
    ----------
    epoch, n_epochs : int
        1-based number of the running epoch, and the largest number.
    batch, n_batches : int
        Finished batches of the epoch.
    metrics : dict of str to float
        Loss and accuracy so far; those on validation data too, once the epoch is finished.
    is_finished : bool
        Whether the epoch is finished.
    part : str
        Which of several networks it is, such as ``member 2 of 5``; empty for a single one.
    """

    epoch: int
    n_epochs: int
    batch: int
    n_batches: int
    metrics: dict[str, float]
    is_finished: bool
    part: str = ""


OnProgress = Callable[[TrainingProgress], None]


@dataclass(frozen=True)
class Watch:
    """Who is told of a run, and where it is kept meanwhile.

    Attributes
    ----------
    on_progress : callable or None
        Called after each epoch.
    each_batch : bool
        Whether it is called after batches too, which takes time where batches are small.
    checkpoint : Checkpoint or None
    part : str
        Which of several networks it is.
    """

    on_progress: OnProgress | None = None
    each_batch: bool = False
    checkpoint: Checkpoint | None = None
    part: str = ""


class Recorder:
    """Keeps the epochs' numbers and the best weights, stops early, and tells how it goes.

    Parameters
    ----------
    spec
        Patience, and the largest number of epochs.
    schedule
        Learning rates, and the batches of an epoch.
    watch
        Who is told.

    Attributes
    ----------
    epochs : list of Epoch
    learning_rates, seconds : list of float
        Of each epoch: the rate of its last update, and its time with validation.
    best_epoch : int
        1-based number of the epoch with the lowest validation loss.
    best_weights : list of ndarray
        Weights after it.
    not_finite : int or None
        1-based epoch in which the loss was not finite, so that training ended.
    """

    def __init__(self, spec: TrainingSpec, schedule: Schedule, watch: Watch) -> None:
        self.epochs: list[Epoch] = []
        self.learning_rates: list[float] = []
        self.seconds: list[float] = []
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] = []
        self.not_finite: int | None = None
        self._spec = spec
        self._schedule = schedule
        self._watch = watch
        self._started = 0.0
        self._n_batches_done = 0

    @property
    def is_over(self) -> bool:
        """Whether no further epoch is to come."""
        if self.not_finite or len(self.epochs) >= self._spec.epochs:
            return True
        lowest, since = np.inf, 0
        for row in self.epochs:
            is_lower = row[3] < lowest - self._spec.min_delta
            lowest, since = (row[3], 0) if is_lower else (lowest, since + 1)
        return since >= self._spec.patience

    def resume(self, trainer: Trainer) -> None:
        """Go on where the checkpoint stands, if there is one."""
        checkpoint = self._watch.checkpoint
        progress = checkpoint.restore(trainer) if checkpoint else None
        if progress:
            self.epochs = [tuple(row) for row in progress.epochs]  # type: ignore[misc]
            self.seconds = list(progress.seconds)
            self.learning_rates = [self._schedule.at_end_of(row[0]) for row in self.epochs]
            self.best_epoch, self.best_weights = progress.best_epoch, progress.best_weights

    def begin(self) -> int:
        """Take the time of a new epoch, and give its 1-based number."""
        self._started, self._n_batches_done = time.monotonic(), 0
        return len(self.epochs) + 1

    def updated(self, n_windows: int, score: Score) -> None:
        """Tell that the network has learned from so many more windows."""
        self._n_batches_done += -(-n_windows // self._spec.batch_size)
        if self._watch.each_batch:
            self._tell(self._n_batches_done, dict(zip(HISTORY_COLUMNS[1:], score, strict=False)))

    def finish(self, trainer: Trainer, training: Score, validation: Score) -> None:
        """Keep an epoch and its scores, and the weights if they are the best."""
        epoch = len(self.epochs) + 1
        if not np.isfinite([*training, *validation]).all():
            if not self.best_epoch:
                raise SpecError(
                    f"the loss is not finite in epoch {epoch}; try a smaller --learning-rate "
                    f"(now {self._spec.learning_rate:g})"
                )
            self.not_finite = epoch
            return
        row = (epoch, *training, *validation)
        self.epochs.append(row)
        self.learning_rates.append(self._schedule.at_end_of(epoch))
        self.seconds.append(time.monotonic() - self._started)
        if self.best_epoch == 0 or row[3] < self.epochs[self.best_epoch - 1][3]:
            self.best_epoch = epoch
            self.best_weights = trainer.model.get_weights()
        if self._watch.checkpoint:
            self._watch.checkpoint.save(
                trainer, Progress(self.epochs, self.seconds, self.best_epoch, self.best_weights)
            )
        metrics = dict(zip(HISTORY_COLUMNS[1:], row[1:], strict=True))
        self._tell(self._schedule.n_batches, metrics, is_finished=True)

    def _tell(self, batch: int, metrics: dict[str, float], *, is_finished: bool = False) -> None:
        if self._watch.on_progress:
            epoch = len(self.epochs) + (0 if is_finished else 1)
            self._watch.on_progress(
                TrainingProgress(
                    epoch,
                    self._spec.epochs,
                    batch,
                    self._schedule.n_batches,
                    metrics,
                    is_finished,
                    self._watch.part,
                )
            )
