"""Optimizers, and how their learning rate changes."""

import keras
import numpy as np
from keras import ops

from enngene_core.specs.training import TrainingSpec

_HALVED_EVERY = 10  # epochs
_RISE = 0.3  # of all epochs of one cycle
_FIRST, _LAST = 1 / 25, 1e-4  # of the largest rate, at both ends of one cycle


class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate of each update: a warm-up, then one of the spec's schedules.

    Parameters
    ----------
    spec
        Largest learning rate, schedule, warm-up, and largest number of epochs.
    n_batches
        Updates of an epoch.

    References
    ----------
    One cycle: Smith and Topin, Proc. SPIE 2019, 11006. Cosine: Loshchilov and Hutter, ICLR 2017.
    """

    def __init__(self, spec: TrainingSpec, n_batches: int) -> None:
        self._spec = spec
        self.n_batches = n_batches

    def __call__(self, step: keras.KerasTensor) -> keras.KerasTensor:
        """Learning rate of the update of this number, which counts from 0."""
        spec = self._spec
        epoch = ops.cast(step, "float32") / self.n_batches
        warmup = 0.0 if spec.schedule == "one-cycle" else spec.warmup * spec.epochs
        since = epoch - warmup
        progress = ops.clip(since / (spec.epochs - warmup), 0.0, 1.0)
        if spec.schedule == "step":
            share = ops.power(0.5, ops.floor(ops.maximum(since, 0.0) / _HALVED_EVERY))
        elif spec.schedule == "cosine":
            share = _cosine(progress)
        elif spec.schedule == "one-cycle":
            up = _FIRST + (1 - _FIRST) * progress / _RISE
            down = _LAST + (1 - _LAST) * _cosine((progress - _RISE) / (1 - _RISE))
            share = ops.where(progress < _RISE, up, down)
        else:
            share = ops.ones_like(progress)
        if warmup:
            # The first update has a rate above 0, the first after the warm-up the whole one.
            warm = (epoch + 1 / self.n_batches) / warmup
            share = ops.where(since < 0, ops.minimum(warm, 1.0), share)
        return spec.learning_rate * share

    def at_end_of(self, epoch: int) -> float:
        """Learning rate of the last update of an epoch, which counts from 1."""
        return float(np.asarray(self(ops.convert_to_tensor(epoch * self.n_batches - 1))))

    def get_config(self) -> dict[str, object]:
        """What the schedule was made from."""
        return {"spec": self._spec.model_dump(), "n_batches": self.n_batches}


def _cosine(progress: keras.KerasTensor) -> keras.KerasTensor:
    return 0.5 * (1 + ops.cos(np.pi * progress))


def optimizer_of(spec: TrainingSpec, schedule: Schedule) -> keras.Optimizer:
    """The spec's optimizer; its number of updates is where the schedule stands."""
    rate = spec.learning_rate if spec.is_steady else schedule
    match spec.optimizer:
        case "adamw":
            optimizer = keras.optimizers.AdamW(rate, weight_decay=spec.weight_decay)
            # These have no size that could be too large, as Loshchilov and Hutter's code does it.
            optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
            return optimizer
        case "sgd":
            return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case _:
            return keras.optimizers.Adam(rate)
