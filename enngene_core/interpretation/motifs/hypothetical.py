"""Hypothetical contributions: what each base would contribute, were it there."""

from collections.abc import Callable, Mapping

import keras
import numpy as np
import tensorflow as tf

from enngene_core.models.inference import rows_at_once
from enngene_core.models.inputs import batch_signature, network_inputs

#: Points on all paths of a batch that go through the network at once, if it is not too large.
_MOST_ROWS = 1600
#: What a gradient holds in memory, as multiples of what the layers hand on.
_OF_GRADIENT = 8

Progress = Callable[[int, int], None]


def hypothetical_contributions(
    model: keras.Model,
    branches: Mapping[str, np.ndarray],
    label: int,
    *,
    steps: int,
    on_progress: Progress | None = None,
) -> np.ndarray:
    """Contribution of each base at each position of the sequence branch to one class's logit.

    Integrated Gradients with all bases alike as the baseline, while the other branches stay as
    they are; the path integral is summed at Gauss-Legendre points. With gradients g along the
    path, a base b contributes g_b less the mean of g over the bases, which is worked out for the
    three bases that do not stand there too. Those of the bases that do, summed over a window, are
    the logit's difference between the window and the baseline.

    Parameters
    ----------
    model
        Network with a sequence branch.
    branches
        Codes or scores of its branches, each of shape (n_windows, width).
    label
        Class whose logit is explained.
    steps
        Points on the path.
    on_progress
        Called with the number of finished and of all windows.

    Returns
    -------
    ndarray of float32, shape (n_windows, width, 4)
        Each position sums to 0.

    References
    ----------
    Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017; Shrikumar et
    al., arXiv 1811.00416, on hypothetical contributions.
    """
    names = [tensor.name for tensor in model.inputs]
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    points, weights = (nodes + 1) / 2, weights / 2
    n_rows = -(-rows_at_once(model, most=_OF_GRADIENT * _MOST_ROWS) // _OF_GRADIENT)

    numbers = tf.TensorSpec((None,))

    @tf.function(input_signature=(batch_signature(model), numbers, numbers), autograph=False)
    def gradients(inputs: dict[str, tf.Tensor], at: tf.Tensor, of_point: tf.Tensor) -> tf.Tensor:
        x = inputs["sequence"]
        n_points, n_bases = tf.shape(at)[0], x.shape[2]
        baseline = tf.ones_like(x) / n_bases
        path = baseline + at[:, None, None, None] * (x - baseline)
        path = tf.reshape(path, (-1, x.shape[1], n_bases))
        others = {
            name: tf.tile(values, (n_points, 1, 1))
            for name, values in inputs.items()
            if name != "sequence"
        }
        with tf.GradientTape() as tape:
            tape.watch(path)
            logit = model({**others, "sequence": path}, training=False)["logits"][:, label]
        along = tape.gradient(logit, path)
        along = tf.reshape(along, (n_points, -1, x.shape[1], n_bases))
        total = tf.tensordot(of_point, along, 1)
        return total - tf.reduce_mean(total, axis=2, keepdims=True)

    n_windows = len(branches["sequence"])
    batch = max(1, n_rows // steps)
    found = np.empty((n_windows, model_width(model), 4), dtype=np.float32)
    for first in range(0, n_windows, batch):
        rows = slice(first, first + batch)
        inputs = network_inputs({name: branches[name][rows] for name in names}, model)
        # The points of a single window may be too many for a large network.
        found[rows] = np.sum(
            [
                gradients(
                    inputs,
                    tf.constant(points[i : i + n_rows], tf.float32),
                    tf.constant(weights[i : i + n_rows], tf.float32),
                ).numpy()
                for i in range(0, steps, n_rows)
            ],
            axis=0,
        )
        if on_progress:
            on_progress(min(first + batch, n_windows), n_windows)
    return found


def model_width(model: keras.Model) -> int:
    """Positions of a window."""
    width: int = model.inputs[0].shape[1]
    return width
