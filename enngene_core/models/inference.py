"""Class probabilities of a trained network."""

import math
from collections.abc import Callable, Mapping

import keras
import numpy as np

from enngene_core.models.ensemble import layers_of
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
    import tensorflow as tf

    names = [tensor.name for tensor in model.inputs]
    n_windows = len(branches[names[0]])
    forward = tf.function(
        lambda inputs: model(inputs, training=False)["probabilities"],
        autograph=False,
        reduce_retracing=True,
    )
    size = rows_at_once(model, most=_BATCH)
    parts = []
    for first in range(0, n_windows, size):
        batch = {name: branches[name][first : first + size] for name in names}
        parts.append(forward(network_inputs(batch, model)).numpy())
        if on_progress:
            on_progress(min(first + size, n_windows), n_windows)
    return np.concatenate(parts)
