"""Slopes of a network's output along straight paths from baselines to windows."""

from typing import Any

import keras
import tensorflow as tf

from enngene_core.interpretation.baselines import Inputs
from enngene_core.interpretation.gradients import chosen_output
from enngene_core.models.ensemble import members_of
from enngene_core.models.inputs import batch_signature
from enngene_core.specs.interpretation import Output


class StraightPath:
    """Sums of slopes over points of straight paths; compiled once.

    A convolution that reads a branch is linear: at a point of the path it gives what lies on the
    straight line between what it gives at both ends, and the sum of the slopes goes back through it
    as each of them would. So it is computed at the ends alone, and only the rest of the network at
    all points.

    Parameters
    ----------
    model
        Network as `build_network` or `averaged` makes it.
    of
        Output whose slopes are summed.
    """

    def __init__(self, model: keras.Model, of: Output) -> None:
        self._parts = [_Part(member) for member in members_of(model)]
        self._of = of
        inputs, classes = batch_signature(model), tf.TensorSpec((None,), tf.int32)
        numbers = tf.TensorSpec((None,))
        signature = (inputs, inputs, classes, numbers, numbers)
        self._compiled = tf.function(self._summed, signature, autograph=False)

    def __call__(
        self,
        inputs: Inputs,
        baseline: Inputs,
        of_class: tf.Tensor,
        points: tf.Tensor,
        weights: tf.Tensor,
    ) -> Inputs:
        """Weighted sum of the slopes, times the step from the baseline to the window.

        Parameters
        ----------
        inputs, baseline
            Ends of the paths: each branch of shape (n_windows, width, channels).
        of_class : Tensor of int32, shape (n_windows,)
            Class whose output is followed.
        points, weights : Tensor of float32, shape (n_points,)
            Places on the path, from 0 at the baseline to 1 at the window, and how much each counts.

        Returns
        -------
        dict of str to Tensor of float32, each of shape (n_windows, width)
        """
        found: Inputs = self._compiled(inputs, baseline, of_class, points, weights)
        return found

    def _summed(
        self,
        inputs: Inputs,
        baseline: Inputs,
        of_class: tf.Tensor,
        points: tf.Tensor,
        weights: tf.Tensor,
    ) -> Inputs:
        n_windows, n_points = tf.shape(of_class)[0], tf.shape(points)[0]
        classes = tf.tile(of_class, [n_points])
        counted = tf.repeat(weights, n_windows) / len(self._parts)
        ends, slopes = [], []
        with tf.GradientTape() as to_inputs:
            to_inputs.watch(inputs)
            of_parts = [part.begin(inputs) for part in self._parts]
        for part, at_window in zip(self._parts, of_parts, strict=True):
            at_baseline = part.begin(baseline)
            on_path = [
                part.between(*both, points) for both in zip(at_baseline, at_window, strict=True)
            ]
            with tf.GradientTape() as to_path:
                to_path.watch(on_path)
                chosen = chosen_output(part.rest, on_path, classes, self._of) * counted
            for end, slope in zip(at_window, to_path.gradient(chosen, on_path), strict=True):
                of_points = tf.reshape(slope, (n_points, -1, *end.shape[1:]))
                ends.append(end)
                slopes.append(tf.cast(tf.reduce_sum(of_points, axis=0), tf.float32))
        gradients = to_inputs.gradient(ends, inputs, output_gradients=slopes)
        return {
            name: tf.reduce_sum(gradients[name] * (x - baseline[name]), axis=-1)
            for name, x in inputs.items()
        }


class _Part:
    """A single network in two: the convolutions that read branches, and the rest."""

    def __init__(self, model: keras.Model) -> None:
        self._begin: list[tuple[str, keras.layers.Conv1D | None]] = []
        cut = []
        for tensor in model.inputs:
            readers = [layer for layer in model.layers if _reads(layer, tensor)]
            if all(map(_is_linear, readers)):
                self._begin += [(tensor.name, layer) for layer in readers]
                cut += [layer.output for layer in readers]
            else:
                self._begin.append((tensor.name, None))
                cut.append(tensor)
        self.rest = keras.Model(cut, model.output)
        self._dtype = model.layers[-1].compute_dtype

    def begin(self, inputs: Inputs) -> list[tf.Tensor]:
        """What the rest reads."""
        return [
            inputs[name] if layer is None else _convolved(inputs[name], layer)
            for name, layer in self._begin
        ]

    def between(self, start: tf.Tensor, end: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
        """Values at all points, all windows of a point together."""
        start, step = (tf.cast(x, self._dtype) for x in (start, end - start))
        values = start + tf.cast(points, self._dtype)[:, None, None, None] * step
        return tf.reshape(values, (-1, *start.shape[1:]))


def _reads(layer: keras.Layer, tensor: keras.KerasTensor) -> bool:
    is_input = isinstance(layer, keras.layers.InputLayer)
    return not is_input and any(x is tensor for x in keras.tree.flatten(layer.input))


def _is_linear(layer: keras.Layer) -> bool:
    return (
        isinstance(layer, keras.layers.Conv1D)
        and layer.activation is keras.activations.linear
        and layer.use_bias
    )


def _convolved(x: tf.Tensor, layer: keras.layers.Conv1D) -> Any:
    """What the layer gives, in float32 whatever it computes with: it is done for the ends alone."""
    found = keras.ops.conv(
        x,
        layer.kernel,
        strides=layer.strides,
        padding=layer.padding,
        dilation_rate=layer.dilation_rate,
    )
    return found + layer.bias
