"""Class probabilities of a trained network."""

import math
from collections.abc import Callable, Mapping

import keras
import numpy as np

from enngene_core.models.inputs import network_inputs

_BATCH = 1024
#: Numbers that all layers together hand on for one batch: 1 GiB.
_MOST_OUTPUTS = 1 << 28

Progress = Callable[[int, int], None]


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
        Network as `build_network` makes it.
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
        lambda inputs: model(inputs, training=False)["probabilities"], reduce_retracing=True
    )
    n_outputs = sum(
        math.prod(tensor.shape[1:])
        for layer in model.layers
        for tensor in keras.tree.flatten(layer.output)
    )
    size = max(1, min(_BATCH, _MOST_OUTPUTS // n_outputs))
    parts = []
    for first in range(0, n_windows, size):
        batch = {name: branches[name][first : first + size] for name in names}
        parts.append(forward(network_inputs(batch, model)).numpy())
        if on_progress:
            on_progress(min(first + size, n_windows), n_windows)
    return np.concatenate(parts)
