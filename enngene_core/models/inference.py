"""Class probabilities of a trained network."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

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
    return _run(model, branches, _probabilities, on_progress)


def predict_with_spread(
    model: keras.Model,
    branches: Mapping[str, np.ndarray],
    *,
    on_progress: Progress | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of an ensemble, and how far its members lie apart.

    Parameters
    ----------
    model, branches, on_progress
        As `predict_probabilities` takes them.

    Returns
    -------
    probabilities : ndarray of float32, shape (n_windows, n_classes)
        Means over the members; rows sum to 1.
    spread : ndarray of float32, shape (n_windows,)
        Standard deviation, over the members, of their probabilities for the class that is the
        highest in the mean; the root of the mean squared deviation from that mean.
    """
    found = _run(model, branches, _with_spread, on_progress)
    return found[:, :-1], found[:, -1]


class Predictor:
    """Probabilities of many sets of windows, for which the network is compiled once.

    Parameters
    ----------
    model
        Network as `predict_probabilities` takes it.

    Attributes
    ----------
    n_at_once : int
        Windows that the network reads at a time.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._forward = _compiled(model, _probabilities)
        self.n_at_once = rows_at_once(model, most=_BATCH)

    def __call__(self, branches: Mapping[str, np.ndarray]) -> np.ndarray:
        """Probabilities as `predict_probabilities` gives them, of at least one window."""
        n_windows, n = len(next(iter(branches.values()))), self.n_at_once
        parts = []
        for first in range(0, n_windows, n):
            batch = {name: values[first : first + n] for name, values in branches.items()}
            parts.append(self._forward(network_inputs(batch, self._model)).numpy())
        return np.concatenate(parts)


def _compiled(
    model: keras.Model, of_batch: Callable[[keras.Model, Mapping[str, Any]], Any]
) -> Callable[[Mapping[str, Any]], Any]:
    import tensorflow as tf

    return tf.function(
        lambda inputs: of_batch(model, inputs),
        autograph=False,
        reduce_retracing=True,
    )


def _probabilities(model: keras.Model, inputs: Mapping[str, Any]) -> Any:
    return model(inputs, training=False)["probabilities"]


def _with_spread(model: keras.Model, inputs: Mapping[str, Any]) -> Any:
    import tensorflow as tf

    of_members = tf.stack([_probabilities(member, inputs) for member in members_of(model)], axis=2)
    mean = tf.reduce_mean(of_members, axis=2)
    of_highest = tf.gather(of_members, tf.argmax(mean, axis=1), axis=1, batch_dims=1)
    spread = tf.math.reduce_std(of_highest, axis=1)
    return tf.concat([mean, spread[:, None]], axis=1)


def _run(
    model: keras.Model,
    branches: Mapping[str, np.ndarray],
    of_batch: Callable[[keras.Model, Mapping[str, Any]], Any],
    on_progress: Progress | None,
) -> np.ndarray:
    """What `of_batch` gives for all windows, in batches that fit into memory."""
    names = [tensor.name for tensor in model.inputs]
    n_windows = len(branches[names[0]])
    forward = _compiled(model, of_batch)
    size = rows_at_once(model, most=_BATCH)
    parts = []
    for first in range(0, n_windows, size):
        batch = {name: branches[name][first : first + size] for name in names}
        parts.append(forward(network_inputs(batch, model)).numpy())
        if on_progress:
            on_progress(min(first + size, n_windows), n_windows)
    return np.concatenate(parts)
