"""What a network gives for every substitution in the sequence, computed where it can differ."""

from typing import Any

import keras
import tensorflow as tf

from enngene_core.interpretation.baselines import Inputs
from enngene_core.interpretation.reach import LocalLayer, Plan, Reach
from enngene_core.specs.interpretation import Output
from enngene_core.specs.network import ResidualLayer

#: Weights of a fully connected layer that are laid out once more, for each block.
_MOST_WEIGHTS = 1 << 25


class Substitutions:
    """One network's outputs for all substitutions in some blocks of each window.

    Convolutions are sums: what a substitution adds to their outputs is the convolution of what it
    adds to their inputs. So the outputs of the window itself are computed once, and of each
    substitution only the changed positions of each layer, up to the end of the `plan`.

    Parameters
    ----------
    model
        Network as `build_network` or `build_imported` makes it; not a mean of several.
    plan
        From `plan_of`.
    """

    def __init__(self, model: keras.Model, plan: Plan) -> None:
        self._model, self._plan = model, plan
        end = next(tensor for tensor in model.inputs if tensor.name == "sequence")
        self._width = end.shape[1]
        if plan.layers:
            end = _after(model, plan.layers[-1])
        self._kernel = self._kernel_of_blocks(end.shape) if plan.dense else None
        if self._kernel is not None:
            end = model.get_layer(plan.dense).output
        is_joined = plan.is_joined or (
            self._kernel is not None and not plan.dense.startswith("sequence_")
        )
        others: list[Any] = []
        if len(model.inputs) > 1 and not is_joined:
            others = list(model.get_layer("concatenation").input)
            del others[plan.place]
        through = [model.get_layer(step.name).output for step in plan.layers]
        of_window = [*through, *([end] if plan.layers else []), *others]
        self._window = keras.Model(model.inputs, of_window) if of_window else None
        self._rest = None
        if plan.dense != "logits" or self._kernel is None:
            self._rest = keras.Model([end, *others], model.output)

    @property
    def n_blocks(self) -> int:
        """Blocks of a window; the last one may reach beyond it."""
        return -(-self._width // self._plan.block)

    def outputs(self, inputs: Inputs, blocks: tf.Tensor, of: Output) -> tf.Tensor:
        """Logits or probabilities for each substitution.

        Parameters
        ----------
        inputs
            Of the network, for some windows.
        blocks : Tensor of int32, shape (n_blocks,)
            Blocks in which the sequence is changed.
        of
            Output.

        Returns
        -------
        Tensor of float32, shape (n_windows, n_blocks, block width, 3, n_classes)
            A base is replaced by the ones that follow it in the order of symbols, the first after
            the last. At an unknown base nothing is changed.
        """
        plan, n_layers = self._plan, len(self._plan.layers)
        found = (
            self._window([inputs[x.name] for x in self._model.inputs], training=False)
            if self._window
            else []
        )
        found = found if isinstance(found, list) else [found]
        if not n_layers:
            found = [inputs["sequence"], *found]
        through, end, others = found[:n_layers], found[n_layers], found[n_layers + 1 :]
        change = self._first_change(inputs["sequence"], blocks)
        for step, before_activation in zip(plan.layers, through, strict=True):
            change = self._follow(step, change, before_activation, blocks)
        n = tf.shape(end)[0]
        n_changes = 3 * plan.block
        if self._kernel is None:
            positions = end.shape[1]
            whole = end[:, None, None] + self._spread(change, blocks, positions)
            rows = tf.reshape(whole, (-1, positions, end.shape[2]))
        else:
            kernel = tf.gather(self._kernel, blocks)
            size = plan.end.length * change.shape[-1]
            flat = tf.reshape(change, (n, -1, n_changes, size))
            rows = end[:, None, None] + tf.einsum("nbmk,bku->nbmu", flat, kernel)
            rows = tf.reshape(rows, (-1, end.shape[1]))
        times = tf.shape(blocks)[0] * n_changes
        repeated = [tf.repeat(x, times, axis=0) for x in others]
        if self._rest is not None:
            result = self._rest([rows, *repeated], training=False)[of]
        else:
            result = rows if of == "logits" else tf.nn.softmax(rows)
        return tf.reshape(result, (n, -1, plan.block, 3, result.shape[-1]))

    def _first_change(self, x: tf.Tensor, blocks: tf.Tensor) -> tf.Tensor:
        """What substitutions add to the sequence's one-hot code.

        Returns
        -------
        Tensor of float32, shape (n_windows, n_blocks, 3 * block width, block width, 4)
        """
        block = self._plan.block
        reach = Reach(block, 0, block)
        own = _at(x, reach, blocks)  # (n, b, block, 4)
        others = tf.stack([tf.roll(own, shift, axis=-1) for shift in (1, 2, 3)], axis=3)
        change = others - own[:, :, :, None]  # (n, b, block, 3, 4)
        placed = tf.eye(block)[:, None, :, None] * change[:, :, :, :, None, :]
        return tf.reshape(placed, (tf.shape(x)[0], -1, 3 * block, block, x.shape[2]))

    def _follow(
        self, step: LocalLayer, change: tf.Tensor, before_activation: tf.Tensor, blocks: tf.Tensor
    ) -> tf.Tensor:
        """What substitutions add to a layer's outputs, given what they add to its inputs."""
        layer, filled = step.layer, step.filled
        kernel = self._model.get_layer(step.name).kernel[:, step.channels]
        span = (layer.kernel - 1) * layer.dilation
        # Outputs at `filled` read from span // 2 before them to the rest of span behind them.
        left = step.before.first - (filled.first - span // 2)
        right = (
            filled.first
            + filled.length
            + (span - span // 2)
            - (step.before.first + step.before.length)
        )
        flat = tf.reshape(change, (-1, step.before.length, change.shape[-1]))
        padded = tf.pad(flat, [[0, 0], [left, right], [0, 0]])
        added = tf.nn.convolution(padded, kernel, padding="VALID", dilations=layer.dilation)
        own = _at(before_activation, filled, blocks)[:, :, None]
        n, n_changes = tf.shape(change)[0], change.shape[2]
        shape = (n, -1, n_changes, filled.length, layer.filters)
        new = own + tf.reshape(added, shape)
        is_inside = _inside(filled, blocks, step.n_filled)
        result = self._activated(step, new, is_inside) - self._activated(step, own, is_inside)
        if isinstance(layer, ResidualLayer):
            result += tf.reshape(self._handed_on(step, flat), shape)
        is_inside = _inside(step.after, blocks, step.n_after)
        return tf.where(is_inside[:, None, :, None], result, 0.0)

    def _activated(self, step: LocalLayer, x: tf.Tensor, is_inside: tf.Tensor) -> tf.Tensor:
        """Batch normalisation, pooling and activation as the network has them."""
        shape = tf.shape(x)
        depth = x.shape[-1]
        x = tf.reshape(x, (-1, step.filled.length, depth))
        if step.layer.batch_normalization:
            x = self._model.get_layer(f"{step.name}_normalization")(x, training=False)
        x = tf.reshape(x, (shape[0], shape[1], shape[2], step.filled.length, depth))
        if step.filled.length != step.after.length:
            x = tf.where(is_inside[:, None, :, None], x, x.dtype.min)
            cells = (step.after.length, step.filled.length // step.after.length, depth)
            x = tf.reduce_max(tf.reshape(x, (shape[0], shape[1], shape[2], *cells)), axis=4)
        return self._model.get_layer(f"{step.name}_activation")(x)

    def _handed_on(self, step: LocalLayer, change: tf.Tensor) -> tf.Tensor:
        """What a residual layer hands through beside its convolution, at `filled`."""
        before, filled = step.before, step.filled
        left = before.first - filled.first
        right = filled.length - before.length - left
        depth = self._model.get_layer(step.name).kernel.shape[1]
        if depth != step.layer.filters:
            kernel = self._model.get_layer(f"{step.name}_projection").kernel[:, step.channels]
            return tf.pad(change @ kernel[0], [[0, 0], [left, right], [0, 0]])
        sides = [step.channels.start, depth - step.channels.stop]
        return tf.pad(change, [[0, 0], [left, right], sides])

    def _spread(self, change: tf.Tensor, blocks: tf.Tensor, positions: int) -> tf.Tensor:
        """The same at all positions of the last layer, zeros where nothing is changed."""
        end = self._plan.end
        index = tf.range(positions) - (blocks[:, None] * end.hop + end.first)
        # The position behind the last is all zeros.
        index = tf.where((index >= 0) & (index < end.length), index, end.length)
        padded = tf.pad(change, [[0, 0], [0, 0], [0, 0], [0, 1], [0, 0]])
        by_block = tf.transpose(padded, (1, 0, 2, 3, 4))
        spread = tf.gather(by_block, index, axis=3, batch_dims=1)
        return tf.transpose(spread, (1, 0, 2, 3, 4))

    def _kernel_of_blocks(self, shape: Any) -> tf.Tensor | None:
        """Weights that the changed inputs of each block have; None if these are too many.

        Shape (n_blocks, positions of the end * channels, units).
        """
        plan, (_, positions, depth) = self._plan, shape
        kernel = self._model.get_layer(plan.dense).kernel
        units = kernel.shape[1]
        if self.n_blocks * plan.end.length * depth * units > _MOST_WEIGHTS:
            return None
        own = kernel[plan.first_input : plan.first_input + positions * depth]
        own = tf.reshape(own, (1, positions, depth * units))
        found = _at(own, plan.end, tf.range(self.n_blocks))
        return tf.reshape(found, (self.n_blocks, plan.end.length * depth, units))


def _after(model: keras.Model, step: LocalLayer) -> Any:
    """Output of a layer, dropout left out."""
    end = "sum" if isinstance(step.layer, ResidualLayer) else "activation"
    return model.get_layer(f"{step.name}_{end}").output


def _places(reach: Reach, blocks: tf.Tensor) -> tf.Tensor:
    return blocks[:, None] * reach.hop + reach.first + tf.range(reach.length)


def _inside(reach: Reach, blocks: tf.Tensor, positions: int) -> tf.Tensor:
    """Which positions of a reach the layer has, shape (n_blocks, length)."""
    places = _places(reach, blocks)
    return (places >= 0) & (places < positions)


def _at(x: tf.Tensor, reach: Reach, blocks: tf.Tensor) -> tf.Tensor:
    """Values of a layer at the positions of each block, shape (n, n_blocks, length, channels).

    What stands for positions that the layer doesn't have is of no meaning.
    """
    places = tf.clip_by_value(_places(reach, blocks), 0, x.shape[1] - 1)
    return tf.gather(x, places, axis=1)
