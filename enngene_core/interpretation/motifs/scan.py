"""Where in each window a pattern fits best."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from enngene_core.models.inference import rows_at_once
from enngene_core.models.inputs import network_inputs

_BATCH = 1024
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Best:
    """The best place of each pattern in each window.

    Attributes
    ----------
    value : ndarray of float32, shape (n_windows, n_patterns)
    start : ndarray of int32, shape (n_windows, n_patterns)
        First position of the place, from 0; the first of equal ones.
    span : int
        Positions of a place.
    """

    value: np.ndarray
    start: np.ndarray
    span: int


@dataclass(frozen=True)
class Places:
    """What the positions of a layer's output read of a window.

    Attributes
    ----------
    span : int
        Positions that each output reads.
    stride : int
        Positions between the readings of neighbouring outputs.
    left : int
        Positions before the window that the first output reads.
    """

    span: int
    stride: int
    left: int

    def inside(self, width: int, n_outputs: int) -> slice:
        """Outputs that read nothing outside of a window."""
        start = np.arange(n_outputs) * self.stride - self.left
        found = np.flatnonzero((start >= 0) & (start + self.span <= width))
        return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)


def best_places(
    network: keras.Model,
    branches: Mapping[str, np.ndarray],
    places: Places,
    *,
    on_progress: Progress | None = None,
) -> Best | None:
    """Highest output of each channel among the places that lie wholly in their window.

    Parameters
    ----------
    network
        From one branch to an output of shape (n_windows, n_outputs, n_patterns).
    branches
        Codes or scores of that branch, shape (n_windows, width).
    places
        What the outputs read.
    on_progress
        Called with the number of finished and of all windows.

    Returns
    -------
    Best or None
        None, if no place lies wholly in a window.
    """
    (tensor,) = network.inputs
    _, n_outputs, n_patterns = network.output.shape
    inside = places.inside(tensor.shape[1], n_outputs)
    if inside.start == inside.stop:
        return None

    @tf.function(autograph=False, reduce_retracing=True)
    def best(inputs: Mapping[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        found = network(inputs[tensor.name], training=False)[:, inside]
        return tf.reduce_max(found, axis=1), tf.argmax(found, axis=1, output_type=tf.int32)

    windows = branches[tensor.name]
    value = np.empty((len(windows), n_patterns), dtype=np.float32)
    start = np.empty((len(windows), n_patterns), dtype=np.int32)
    size = rows_at_once(network, most=_BATCH)
    for first in range(0, len(windows), size):
        rows = slice(first, first + size)
        value[rows], at = best(network_inputs({tensor.name: windows[rows]}, network))
        start[rows] = (at.numpy() + inside.start) * places.stride - places.left
        if on_progress:
            on_progress(min(first + size, len(windows)), len(windows))
    return Best(value, start, places.span)


def matrix_network(matrices: list[np.ndarray], width: int) -> tuple[keras.Model, Places]:
    """Network that scores every place of a window by some matrices of one width.

    Parameters
    ----------
    matrices : list of ndarray, each of shape (span, 4)
        Score of each base at each position.
    width
        Positions of a window.
    """
    kernel = np.stack(matrices, axis=2).astype(np.float32)
    span, n_bases, n_patterns = kernel.shape
    x = keras.Input((width, n_bases), name="sequence")
    layer = keras.layers.Conv1D(n_patterns, span, use_bias=False, name="matrices")
    network = keras.Model(x, layer(x))
    layer.set_weights([kernel])
    return network, Places(span, 1, 0)
