"""What a training run tells and keeps: its epochs, and the best weights."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from enngene_core.errors import SpecError
from enngene_core.specs.training import TrainingSpec

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
    """

    epoch: int
    n_epochs: int
    batch: int
    n_batches: int
    metrics: dict[str, float]
    is_finished: bool


OnProgress = Callable[[TrainingProgress], None]


class Recorder(keras.callbacks.Callback):
    """Keeps the epochs' numbers and the best weights, stops early, and tells how it goes.

    Parameters
    ----------
    spec
        Patience, and the largest number of epochs.
    n_batches
        Batches of an epoch.
    on_progress
        Called after each batch and each epoch.

    Attributes
    ----------
    epochs : list of Epoch
    best_epoch : int
        1-based number of the epoch with the lowest validation loss.
    best_weights : list of ndarray
        Weights after it.
    """

    def __init__(self, spec: TrainingSpec, n_batches: int, on_progress: OnProgress | None) -> None:
        super().__init__()
        self.epochs: list[Epoch] = []
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] = []
        self._spec = spec
        self._n_batches = n_batches
        self._on_progress = on_progress

    def _tell(self, batch: int, metrics: dict[str, float], *, is_finished: bool) -> None:
        if self._on_progress:
            epoch = len(self.epochs) + (0 if is_finished else 1)
            self._on_progress(
                TrainingProgress(
                    epoch, self._spec.epochs, batch, self._n_batches, metrics, is_finished
                )
            )

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Tell of a finished batch."""
        self._tell(batch + 1, dict(logs or {}), is_finished=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the epoch, and stop if it is time."""
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        if not all(np.isfinite(value) for value in metrics.values()):
            raise SpecError(
                f"the loss is not finite in epoch {epoch + 1}; try a smaller --learning-rate "
                f"(now {self._spec.learning_rate:g})"
            )
        row = (epoch + 1, *(metrics[name] for name in HISTORY_COLUMNS[1:]))
        self.epochs.append(row)  # type: ignore[arg-type]
        if self.best_epoch == 0 or row[3] < self.epochs[self.best_epoch - 1][3]:
            self.best_epoch = epoch + 1
            self.best_weights = self.model.get_weights()
        if epoch + 1 - self.best_epoch >= self._spec.patience:
            self.model.stop_training = True
        self._tell(self._n_batches, metrics, is_finished=True)
