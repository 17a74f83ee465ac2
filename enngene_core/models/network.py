"""Keras networks as plain functions of a spec."""

from collections.abc import Mapping

import keras
from keras import layers

from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    Layer,
    NetworkSpec,
    RecurrentLayer,
)
from enngene_core.specs.shapes import layer_shapes

#: Keras' own 0.99 needs hundreds of updates to settle, which small datasets never make.
_MOMENTUM = 0.9


def build_network(
    network: NetworkSpec, *, width: int, channels: Mapping[str, int], n_classes: int
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

    Raises
    ------
    SpecError
        If the network has too many parameters.
    """
    # Refuses before memory is taken.
    layer_shapes(network, width=width, channels=channels, n_classes=n_classes)
    inputs, ends = {}, []
    for name, convolutions in network.branches.items():
        inputs[name] = keras.Input((width, channels[name]), name=name)
        end = inputs[name]
        for number, layer in enumerate(convolutions, start=1):
            end = _convolution(end, layer, f"{name}_{number}")
        ends.append(end)

    joins_positions = bool(network.common) and not isinstance(network.common[0], DenseLayer)
    if not joins_positions:
        ends = [
            layers.Flatten(name=f"{name}_flat")(end) for name, end in zip(inputs, ends, strict=True)
        ]
    x = layers.Concatenate(name="concatenation")(ends) if len(ends) > 1 else ends[0]
    for number, common in enumerate(network.common, start=1):
        x = _common(x, common, network.common[number:], f"common_{number}")
    if len(x.shape) == 3:
        x = layers.Flatten(name="common_flat")(x)
    logits = layers.Dense(n_classes, name="logits")(x)
    probabilities = layers.Softmax(name="probabilities")(logits)
    return keras.Model(inputs, {"logits": logits, "probabilities": probabilities}, name="enngene")


def _convolution(x: keras.KerasTensor, layer: ConvolutionLayer, name: str) -> keras.KerasTensor:
    x = layers.Conv1D(layer.filters, layer.kernel, padding="same", name=name)(x)
    x = layers.LeakyReLU(name=f"{name}_activation")(x)
    if layer.batch_normalization:
        x = layers.BatchNormalization(momentum=_MOMENTUM, name=f"{name}_normalization")(x)
    x = layers.MaxPooling1D(2, padding="same", name=f"{name}_pooling")(x)
    return layers.Dropout(layer.dropout, name=f"{name}_dropout")(x) if layer.dropout else x


def _common(
    x: keras.KerasTensor, layer: Layer, following: tuple[Layer, ...], name: str
) -> keras.KerasTensor:
    if isinstance(layer, ConvolutionLayer):
        return _convolution(x, layer, name)
    if isinstance(layer, RecurrentLayer):
        kind = layers.GRU if layer.type == "gru" else layers.LSTM
        keeps_positions = bool(following) and isinstance(following[0], RecurrentLayer)
        cell = kind(layer.units, return_sequences=keeps_positions, name=name)
        x = (layers.Bidirectional(cell, name=name) if layer.bidirectional else cell)(x)
    else:
        if len(x.shape) == 3:
            x = layers.Flatten(name=f"{name}_flat")(x)
        x = layers.Dense(layer.units, name=name)(x)
        x = layers.LeakyReLU(name=f"{name}_activation")(x)
        if layer.batch_normalization:
            x = layers.BatchNormalization(momentum=_MOMENTUM, name=f"{name}_normalization")(x)
    return layers.Dropout(layer.dropout, name=f"{name}_dropout")(x) if layer.dropout else x
