"""Integrated Gradients for every branch of a network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from enngene_core.models.ensemble import layers_of
from enngene_core.models.inference import rows_at_once
from enngene_core.models.inputs import network_inputs

#: Points on all paths of a batch that go through the network at once, if it is not too large.
_MOST_ROWS = 1600

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Attributions:
    """Scores of every position in every branch.

    Attributes
    ----------
    branches : dict of str to ndarray of float32, each of shape (n_windows, width)
        Contribution of each position to the logit of the target; positive ones speak for it.
    difference : ndarray of float32, shape (n_windows,)
        Logit of the target for the window less that for the baseline; the contributions of all
        branches sum to it.
    """

    branches: dict[str, np.ndarray]
    difference: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Sum of all contributions, shape (n_windows,)."""
        return np.sum([scores.sum(axis=1) for scores in self.branches.values()], axis=0)

    @property
    def completeness_error(self) -> np.ndarray:
        """Relative gap between `total` and `difference`, shape (n_windows,)."""
        return np.abs(self.total - self.difference) / np.maximum(np.abs(self.difference), 1e-6)


def integrated_gradients(
    model: keras.Model,
    branches: Mapping[str, np.ndarray],
    target: np.ndarray,
    *,
    steps: int,
    on_progress: Progress | None = None,
) -> Attributions:
    """Contribution of each position to the logit of each window's target class.

    The baseline is a window without any information: unknown bases, no structure, scores of 0.
    The path integral is summed at Gauss-Legendre points.

    Parameters
    ----------
    model
        Network as `build_network` makes it.
    branches
        Codes or scores of the network's branches, each of shape (n_windows, width).
    target : ndarray of int, shape (n_windows,)
        Class whose logit is explained.
    steps
        Points on the path.
    on_progress
        Called with the number of finished and of all windows.

    References
    ----------
    Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
    """
    names = [tensor.name for tensor in model.inputs]
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    all_points = tf.constant((nodes + 1) / 2, tf.float32)
    all_weights = tf.constant(weights / 2, tf.float32)
    times = _times_as_much(model)
    n_rows = -(-rows_at_once(model, most=times * _MOST_ROWS) // times)

    @tf.function(autograph=False, reduce_retracing=True)
    def attribute(
        inputs: dict[str, tf.Tensor], of_class: tf.Tensor, points: tf.Tensor, weights: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        n, n_points = tf.shape(of_class)[0], tf.shape(points)[0]
        on_path = {
            name: tf.reshape(points[:, None, None, None] * x, (-1, x.shape[1], x.shape[2]))
            for name, x in inputs.items()
        }
        with tf.GradientTape() as tape:
            tape.watch(on_path)
            logits = model(on_path, training=False)["logits"]
            chosen = tf.gather(logits, tf.tile(of_class, [n_points]), axis=1, batch_dims=1)
        gradients = tape.gradient(chosen, on_path)
        scores = {}
        for name, x in inputs.items():
            along = tf.reshape(gradients[name], (n_points, n, x.shape[1], x.shape[2]))
            scores[name] = tf.reduce_sum(tf.tensordot(weights, along, 1) * x, axis=-1)
        return scores

    @tf.function(autograph=False, reduce_retracing=True)
    def differ(inputs: dict[str, tf.Tensor], of_class: tf.Tensor) -> tf.Tensor:
        ends = [model(x, training=False)["logits"] for x in (inputs, _baseline(inputs))]
        at_input, at_baseline = (tf.gather(e, of_class, axis=1, batch_dims=1) for e in ends)
        return at_input - at_baseline

    batch = max(1, n_rows // steps)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    differences = []
    for first in range(0, len(target), batch):
        stop = first + batch
        inputs = network_inputs({name: branches[name][first:stop] for name in names}, model)
        of_class = tf.constant(target[first:stop], tf.int32)
        # The points of a single window may be too many for a large network.
        of_points = [
            attribute(inputs, of_class, all_points[i : i + n_rows], all_weights[i : i + n_rows])
            for i in range(0, steps, n_rows)
        ]
        for name in names:
            parts[name].append(np.sum([scores[name].numpy() for scores in of_points], axis=0))
        differences.append(differ(inputs, of_class).numpy())
        if on_progress:
            on_progress(min(stop, len(target)), len(target))
    return Attributions(
        {name: np.concatenate(parts[name]) for name in names}, np.concatenate(differences)
    )


def _times_as_much(model: keras.Model) -> int:
    """What a gradient holds in memory, as multiples of what the layers hand on."""
    recurrent = keras.layers.RNN | keras.layers.Bidirectional
    # That of a recurrent layer is worked out from all its gates at all positions.
    return 8 if any(isinstance(layer, recurrent) for layer in layers_of(model)) else 2


def _baseline(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    return {name: tf.zeros_like(x) for name, x in inputs.items()}
