"""What the training of one network came to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.specs.training import TrainingSpec
from enngene_core.training.recorder import HISTORY_COLUMNS, Epoch


@dataclass(frozen=True)
class Fitted:
    """The training of one network.

    Attributes
    ----------
    history : list of Epoch
        A row for each epoch: `HISTORY_COLUMNS`.
    best_epoch : int
        1-based epoch whose weights were kept.
    stopped_early : bool
    learning_rates, seconds : tuple of float
        Of each epoch: the rate of its last update, and its time with validation.
    not_finite : int or None
        1-based epoch whose loss was not finite, so that training ended before it.
    only_class : str or None
        The class that the network gives all its validation windows, if it is one.
    """

    history: list[Epoch]
    best_epoch: int
    stopped_early: bool
    learning_rates: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()
    not_finite: int | None = None
    only_class: str | None = None

    @property
    def kept(self) -> Epoch:
        """The epoch whose weights were kept."""
        return self.history[self.best_epoch - 1]


def mean_of_kept(fits: Sequence[Fitted]) -> dict[str, float]:
    """Mean loss and accuracy over the kept epochs of some networks, as bundles keep them."""
    means = np.mean([fitted.kept[1:] for fitted in fits], axis=0).tolist()
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    return dict(zip(names, means, strict=True))


def history_table(
    fits: Sequence[Fitted], spec: TrainingSpec, kind: str
) -> tuple[tuple[str, ...], list[tuple[float, ...]]]:
    """Columns and rows of the table of epochs.

    Parameters
    ----------
    fits
        Networks; of several the first column has the number.
    spec
        The learning rate is a column if it changes.
    kind
        Name of that first column.
    """
    columns, rows = [*HISTORY_COLUMNS], []
    if len(fits) > 1:
        columns.insert(0, kind)
    if not spec.is_steady:
        columns.append("learning_rate")
    for number, fitted in enumerate(fits, start=1):
        for index, epoch in enumerate(fitted.history):
            rate = () if spec.is_steady else (fitted.learning_rates[index],)
            rows.append(((number,) if len(fits) > 1 else ()) + epoch + rate)
    return tuple(columns), rows
