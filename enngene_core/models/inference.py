"""Class probabilities of a trained network."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from enngene_core.errors import BundleError
from enngene_core.models.ensemble import layers_of, members_of
from enngene_core.models.inputs import network_inputs

_BATCH = 1024
#: Numbers that all layers together hand on for one batch: 1 GiB.
_MOST_OUTPUTS = 1 << 28

Progress = Callable[[int, int], None]


def rows_at_once(model: keras.Model, *, most: int) -> int:
    """Windows whose layers' outputs are held in memory together: at most so many, at least 1."""
    n_outputs = sum(
        math.prod(tensor.shape[1:])
        for layer in layers_of(model)
        for tensor in keras.tree.flatten(layer.output)
    )
    return max(1, min(most, _MOST_OUTPUTS // n_outputs))


def predict_probabilities(
    model: keras.Model,
    branches: Mapping[str, np.ndarray],
    *,
    on_progress: Progress | None = None,
) -> np.ndarray:
    """Probability of each class for each window.

    Parameters
    ----------
    model
        Network as `build_network` or `averaged` makes it.
    branches
        Codes or scores of the network's branches, each of shape (n_windows, width).
    on_progress
        Called with the number of finished and of all windows.

    Returns
    -------
    ndarray of float32, shape (n_windows, n_classes)
        Rows sum to 1.
    """
    return predictor(model)(branches, on_progress)


def predictor(model: keras.Model, *, with_spread: bool = False) -> Callable[..., np.ndarray]:
    """What gives a network's probabilities for some windows after the others, compiled once.

    Parameters
    ----------
    model
        As `predict_probabilities` takes it.
    with_spread
        Of an ensemble: whether another column follows the classes. It is the standard deviation,
        over the members, of their probabilities for the class that is the highest in the mean: the
        root of the mean squared deviation from that mean.

    Returns
    -------
    callable
        Takes branches and `on_progress` as `predict_probabilities` does, and gives an ndarray of
        float32, of shape (n_windows, n_classes) or (n_windows, n_classes + 1).

    Raises
    ------
    BundleError
        When it is called, if the network gives what is no number.
    """
    import tensorflow as tf

    of_batch = _with_spread if with_spread else _probabilities
    forward = tf.function(
        lambda inputs: of_batch(model, inputs),
        autograph=False,
        reduce_retracing=True,
    )
    names = [tensor.name for tensor in model.inputs]
    size = rows_at_once(model, most=_BATCH)

    def predict(
        branches: Mapping[str, np.ndarray], on_progress: Progress | None = None
    ) -> np.ndarray:
        n_windows = len(branches[names[0]])
        parts = []
        for first in range(0, n_windows, size):
            batch = {name: branches[name][first : first + size] for name in names}
            parts.append(forward(network_inputs(batch, model)).numpy())
            if not np.isfinite(parts[-1]).all():
                raise BundleError(
                    "the model gives probabilities that are no numbers: its weights are too large "
                    "or damaged; expected a model that was trained on such windows"
                )
            if on_progress:
                on_progress(min(first + size, n_windows), n_windows)
        return np.concatenate(parts)

    return predict


def _probabilities(model: keras.Model, inputs: Mapping[str, Any]) -> Any:
    return model(inputs, training=False)["probabilities"]


def _with_spread(model: keras.Model, inputs: Mapping[str, Any]) -> Any:
    import tensorflow as tf

    of_members = tf.stack([_probabilities(member, inputs) for member in members_of(model)], axis=2)
    mean = tf.reduce_mean(of_members, axis=2)
    of_highest = tf.gather(of_members, tf.argmax(mean, axis=1), axis=1, batch_dims=1)
    spread = tf.math.reduce_std(of_highest, axis=1)
    return tf.concat([mean, spread[:, None]], axis=1)
