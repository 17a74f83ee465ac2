"""Imported networks, built by Keras from a checked graph."""

from collections.abc import Callable, Mapping

import keras
import numpy as np
from keras import layers

from enngene_core.specs import imported as spec
from enngene_core.specs.imported_shapes import imported_weights, weight_path

_MERGES: dict[str, Callable[..., keras.Layer]] = {
    "sum": layers.Add,
    "difference": layers.Subtract,
    "product": layers.Multiply,
    "mean": layers.Average,
    "maximum": layers.Maximum,
    "minimum": layers.Minimum,
}


def build_imported(
    network: spec.ImportedNetwork, *, width: int, channels: Mapping[str, int], n_classes: int
) -> keras.Model:
    """Network of an imported graph, with the input and outputs of `build_network`.

    Parameters
    ----------
    network
        Graph of layers; the last one gives the logits.
    width
        Width of a window, nt.
    channels
        Channels of each branch; only the sequence is read.
    n_classes
        Number of classes.

    Raises
    ------
    SpecError
        If a layer does not fit its input, the network is too large, or does not give one value a
        class.
    """
    # Refuses before memory is taken.
    imported_weights(network, width=width, channels=channels, n_classes=n_classes)
    tensors = {"sequence": keras.Input((width, channels["sequence"]), name="sequence")}
    for layer in network.layers:
        inputs = [tensors[name] for name in layer.inputs]
        tensors[layer.name] = _built(layer)(inputs if len(inputs) > 1 else inputs[0])
    logits = tensors[network.layers[-1].name]
    outputs = {"logits": logits, "probabilities": layers.Softmax(name="probabilities")(logits)}
    return keras.Model({"sequence": tensors["sequence"]}, outputs, name="enngene")


def assign_weights(
    model: keras.Model,
    network: spec.ImportedNetwork,
    arrays: Mapping[str, Mapping[str, np.ndarray]],
) -> None:
    """Copy arrays, by layer and by name as `imported_shapes` names them, into a network."""
    variables = {variable.path: variable for variable in model.variables}
    for layer in network.layers:
        for name, array in arrays.get(layer.name, {}).items():
            variables[weight_path(layer, name)].assign(array)


def _built(layer: spec.ImportedLayer) -> keras.Layer:
    name = layer.name
    match layer:
        case spec.Convolution():
            return layers.Conv1D(
                layer.filters,
                layer.kernel,
                strides=layer.stride,
                padding=layer.padding,
                dilation_rate=layer.dilation,
                use_bias=layer.bias,
                activation=layer.activation,
                name=name,
            )
        case spec.Pooling():
            kind = layers.MaxPooling1D if layer.type == "max_pooling" else layers.AveragePooling1D
            return kind(layer.size, strides=layer.stride, padding=layer.padding, name=name)
        case spec.GlobalPooling():
            is_max = layer.type == "global_max_pooling"
            return (layers.GlobalMaxPooling1D if is_max else layers.GlobalAveragePooling1D)(
                name=name
            )
        case spec.Dense():
            return layers.Dense(
                layer.units, use_bias=layer.bias, activation=layer.activation, name=name
            )
        case spec.Recurrent():
            return _recurrent(layer)
        case spec.BatchNormalization():
            return layers.BatchNormalization(
                epsilon=layer.epsilon, center=layer.center, scale=layer.scale, name=name
            )
        case spec.ActivationLayer():
            return layers.Activation(layer.function, name=name)
        case spec.RectifiedLinear():
            return layers.ReLU(
                max_value=layer.largest,
                negative_slope=layer.slope,
                threshold=layer.threshold,
                name=name,
            )
        case spec.ExponentialLinear():
            return layers.ELU(alpha=layer.alpha, name=name)
        case spec.Flatten():
            return layers.Flatten(name=name)
        case spec.Reshape():
            return layers.Reshape(layer.shape, name=name)
        case spec.Edges():
            edges = (layer.left, layer.right)
            is_padding = layer.type == "zero_padding"
            return (layers.ZeroPadding1D if is_padding else layers.Cropping1D)(edges, name=name)
        case spec.Concatenation():
            return layers.Concatenate(axis=-1 if layer.of == "channels" else 1, name=name)
        case spec.Merge():
            return _MERGES[layer.type](name=name)


def _recurrent(layer: spec.Recurrent) -> keras.Layer:
    options = {
        "activation": layer.activation,
        "recurrent_activation": layer.recurrent_activation,
        "use_bias": layer.bias,
        "return_sequences": layer.keeps_positions,
        "name": layer.name,
    }
    if layer.type == "gru":
        cell = layers.GRU(layer.units, reset_after=layer.reset_after, **options)
    else:
        cell = layers.LSTM(layer.units, **options)
    if layer.both_ways is None:
        return cell
    return layers.Bidirectional(cell, merge_mode=layer.both_ways, name=layer.name)
