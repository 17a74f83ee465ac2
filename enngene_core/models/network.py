"""Keras networks as plain functions of a spec."""

from collections.abc import Mapping
from typing import NamedTuple

import keras
from keras import layers

from enngene_core.models.pooled_convolution import PooledConvolution
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    Layer,
    NetworkSpec,
    Precision,
    RecurrentLayer,
    ResidualLayer,
    with_states,
)
from enngene_core.specs.shapes import layer_shapes

#: Keras' own 0.99 needs hundreds of updates to settle, which small datasets never make.
_MOMENTUM = 0.9
#: Keras' names: both keep float32 weights.
_POLICIES: dict[Precision, str] = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


class _How(NamedTuple):
    dtype: str
    for_training: bool


def build_network(
    network: NetworkSpec,
    *,
    width: int,
    channels: Mapping[str, int],
    n_classes: int,
    precision: Precision = "float32",
    for_training: bool = False,
) -> keras.Model:
    """Untrained network: one input a branch, named after it; class logits and probabilities.

    Its outputs are ``logits`` and ``probabilities``, each of shape ``(n_windows, n_classes)``.

    Parameters
    ----------
    network
        Layers of the branches and the common part.
    width
        Width of a window, nt.
    channels
        Channels of each branch.
    n_classes
        Number of classes.
    precision
        What the layers compute with. Inputs, weights, logits and probabilities are float32.
    for_training
        Whether to build it of layers that train faster (`PooledConvolution`) in place of Keras'
        own alone. Weights and outputs are the same.

    Raises
    ------
    SpecError
        If the network is too large, or joins branches of different length.
    """
    # Refuses before memory is taken.
    layer_shapes(network, width=width, channels=channels, n_classes=n_classes)
    how = _How(_POLICIES[precision], for_training)
    inputs, ends = {}, []
    for name, own in network.branches.items():
        inputs[name] = keras.Input((width, channels[name]), name=name)
        end = _stack(inputs[name], own, name, how)
        ends.append(end if network.joins_positions else _flat(end, name, how))
    x = (
        layers.Concatenate(name="concatenation", dtype=how.dtype)(ends)
        if len(ends) > 1
        else ends[0]
    )
    x = _flat(_stack(x, network.common, "common", how), "common", how)
    logits = layers.Dense(n_classes, name="logits", dtype="float32")(x)
    probabilities = layers.Softmax(name="probabilities", dtype="float32")(logits)
    return keras.Model(inputs, {"logits": logits, "probabilities": probabilities}, name="enngene")


def _stack(
    x: keras.KerasTensor, stack: tuple[Layer, ...], part: str, how: _How
) -> keras.KerasTensor:
    for number, (layer, gives_states) in enumerate(with_states(stack), start=1):
        name = f"{part}_{number}"
        if isinstance(layer, ConvolutionLayer):
            x = _convolution(x, layer, name, how)
        elif isinstance(layer, ResidualLayer):
            x = _residual(x, layer, name, how)
        elif isinstance(layer, RecurrentLayer):
            x = _recurrent(x, layer, name, how, gives_states=gives_states)
        elif isinstance(layer, GlobalPoolingLayer):
            x = _global_pooling(x, layer, name, how)
        else:
            x = _dense(x, layer, name, how)
        if not isinstance(layer, GlobalPoolingLayer | ResidualLayer):
            x = _dropout(x, layer, name, how)
    return x


def _dropout(
    x: keras.KerasTensor,
    layer: ConvolutionLayer | ResidualLayer | RecurrentLayer | DenseLayer,
    name: str,
    how: _How,
) -> keras.KerasTensor:
    if not layer.dropout:
        return x
    return layers.Dropout(layer.dropout, name=f"{name}_dropout", dtype=how.dtype)(x)


def _flat(x: keras.KerasTensor, name: str, how: _How) -> keras.KerasTensor:
    return layers.Flatten(name=f"{name}_flat", dtype=how.dtype)(x) if len(x.shape) == 3 else x


def _normalized(
    x: keras.KerasTensor,
    layer: ConvolutionLayer | ResidualLayer | DenseLayer,
    name: str,
    how: _How,
    *,
    pooling: int = 1,
) -> keras.KerasTensor:
    """Batch normalisation, if the layer has it, pooling, and the activation.

    The activation only rises: after pooling it gives the same, and has fewer positions to do.
    """
    if layer.batch_normalization:
        x = layers.BatchNormalization(
            momentum=_MOMENTUM, name=f"{name}_normalization", dtype=how.dtype
        )(x)
    if pooling > 1:
        x = layers.MaxPooling1D(pooling, padding="same", name=f"{name}_pooling", dtype=how.dtype)(x)
    return layers.LeakyReLU(name=f"{name}_activation", dtype=how.dtype)(x)


def _one_convolution(
    x: keras.KerasTensor,
    layer: ConvolutionLayer | ResidualLayer,
    name: str,
    how: _How,
    *,
    pooling: int = 1,
) -> keras.KerasTensor:
    arguments = {
        "filters": layer.filters,
        "kernel_size": layer.kernel,
        "dilation_rate": layer.dilation,
        "padding": "same",
        "name": name,
        "dtype": how.dtype,
    }
    if how.for_training and pooling > 1 and not layer.batch_normalization:
        x = PooledConvolution(pool_size=pooling, **arguments)(x)
        return _normalized(x, layer, name, how)
    return _normalized(layers.Conv1D(**arguments)(x), layer, name, how, pooling=pooling)


def _convolution(
    x: keras.KerasTensor, layer: ConvolutionLayer, name: str, how: _How
) -> keras.KerasTensor:
    return _one_convolution(x, layer, name, how, pooling=layer.pooling)


def _residual(
    x: keras.KerasTensor, layer: ResidualLayer, name: str, how: _How
) -> keras.KerasTensor:
    """The sum itself goes on as it is, so that a stack of them hands its input through."""
    change = _dropout(_one_convolution(x, layer, name, how), layer, name, how)
    if x.shape[-1] != layer.filters:
        x = layers.Conv1D(layer.filters, 1, name=f"{name}_projection", dtype=how.dtype)(x)
    return layers.Add(name=f"{name}_sum", dtype=how.dtype)([x, change])


def _recurrent(
    x: keras.KerasTensor, layer: RecurrentLayer, name: str, how: _How, *, gives_states: bool
) -> keras.KerasTensor:
    kind = layers.GRU if layer.type == "gru" else layers.LSTM
    cell = kind(layer.units, return_sequences=gives_states, name=name, dtype=how.dtype)
    return (
        layers.Bidirectional(cell, name=name, dtype=how.dtype) if layer.bidirectional else cell
    )(x)


def _global_pooling(
    x: keras.KerasTensor, layer: GlobalPoolingLayer, name: str, how: _How
) -> keras.KerasTensor:
    highest = layers.GlobalMaxPooling1D(name=f"{name}_max", dtype=how.dtype)
    average = layers.GlobalAveragePooling1D(name=f"{name}_average", dtype=how.dtype)
    if layer.kind == "both":
        return layers.Concatenate(name=f"{name}_both", dtype=how.dtype)([highest(x), average(x)])
    return (highest if layer.kind == "max" else average)(x)


def _dense(x: keras.KerasTensor, layer: DenseLayer, name: str, how: _How) -> keras.KerasTensor:
    x = layers.Dense(layer.units, name=name, dtype=how.dtype)(_flat(x, name, how))
    return _normalized(x, layer, name, how)
