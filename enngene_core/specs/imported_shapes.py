"""Shapes and weights of an imported network, worked out before any memory is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from enngene_core.errors import SpecError
from enngene_core.specs import imported as spec
from enngene_core.specs.shapes import MAX_PARAMETERS

#: Values that one layer may make of one window: 10,000 positions of 800 channels, say.
MAX_VALUES = 1 << 23

Shape = tuple[int, ...]


@dataclass(frozen=True)
class ImportedShape:
    """What a layer makes of one window.

    Attributes
    ----------
    shape : tuple of int
        ``(positions, channels)`` or ``(units,)``.
    weights : dict of str to tuple of int
        Shape of each array by its name, such as ``kernel``; those of a layer that reads in both
        directions start with ``forward/`` and ``backward/``. In the order in which Keras keeps
        them.
    """

    shape: Shape
    weights: dict[str, Shape]


def imported_shapes(
    network: spec.ImportedNetwork, *, width: int, channels: int = 4
) -> dict[str, ImportedShape]:
    """Output shape and weights of each layer, by its name.

    Parameters
    ----------
    network
        Graph of layers.
    width
        Width of a window, nt.
    channels
        Channels of the sequence branch.

    Raises
    ------
    SpecError
        If a layer does not fit its input, or the network is too large.
    """
    shapes: dict[str, Shape] = {"sequence": (width, channels)}
    found: dict[str, ImportedShape] = {}
    total = 0
    for layer in network.layers:
        made = layer_shape(layer, [shapes[name] for name in layer.inputs])
        total += sum(map(prod, made.weights.values()))
        if total > MAX_PARAMETERS:
            raise SpecError(
                f"{layer.name} brings the network to {total:,} parameters; expected at most "
                f"{MAX_PARAMETERS:,}"
            )
        shapes[layer.name] = made.shape
        found[layer.name] = made
    return found


def imported_weights(
    network: spec.ImportedNetwork, *, width: int, channels: Mapping[str, int], n_classes: int
) -> dict[str, Shape]:
    """Shape of each array of weights by its path in the network that is built.

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
    shapes = imported_shapes(network, width=width, channels=channels["sequence"])
    last = network.layers[-1].name
    if shapes[last].shape != (n_classes,):
        raise SpecError(
            f"{last} gives values of shape {shapes[last].shape}; expected {n_classes}, one a class"
        )
    return {
        weight_path(layer, name): shape
        for layer in network.layers
        for name, shape in shapes[layer.name].weights.items()
    }


def weight_path(layer: spec.ImportedLayer, name: str) -> str:
    """Path in the network of an array that `imported_shapes` names, such as ``forward/bias``."""
    if not isinstance(layer, spec.Recurrent):
        return f"{layer.name}/{name}"
    *way, last = name.split("/")
    inner = [f"{way[0]}_{layer.name}"] if way else []
    return "/".join([layer.name, *inner, f"{layer.type}_cell", last])


def layer_shape(layer: spec.ImportedLayer, inputs: Sequence[Shape]) -> ImportedShape:
    """Output shape and weights of one layer.

    Raises
    ------
    SpecError
        If the layer does not fit its inputs, or makes too many values.
    """
    if isinstance(layer, spec.Concatenation | spec.Merge):
        made = ImportedShape(_joined(layer, inputs), {})
    else:
        if len(inputs) != 1:
            raise SpecError(f"{layer.name} has {len(inputs)} inputs; expected 1")
        made = _of_one(layer, inputs[0])
    if min(made.shape) < 1:
        raise SpecError(
            f"{layer.name} ({layer.type}) leaves no position of {inputs[0][0]}; expected a wider "
            "window"
        )
    if prod(made.shape) > MAX_VALUES:
        raise SpecError(
            f"{layer.name} ({layer.type}) makes {prod(made.shape):,} values of each window; "
            f"expected at most {MAX_VALUES:,}"
        )
    return made


def _of_one(layer: spec.ImportedLayer, shape: Shape) -> ImportedShape:
    match layer:
        case spec.Dense():
            weights = {"kernel": (shape[-1], layer.units)} | _bias(layer.bias, layer.units)
            return ImportedShape((*shape[:-1], layer.units), weights)
        case spec.BatchNormalization():
            names = ["gamma"] * layer.scale + ["beta"] * layer.center
            names += ["moving_mean", "moving_variance"]
            return ImportedShape(shape, dict.fromkeys(names, shape[-1:]))
        case spec.ActivationLayer() | spec.RectifiedLinear() | spec.ExponentialLinear():
            return ImportedShape(shape, {})
        case spec.Flatten():
            return ImportedShape((prod(shape),), {})
        case spec.Reshape():
            if prod(layer.shape) != prod(shape):
                raise SpecError(f"{layer.name} makes {layer.shape} of {shape}: not as many values")
            return ImportedShape(layer.shape, {})
    if len(shape) != 2:
        raise SpecError(
            f"{layer.name} ({layer.type}) follows a layer without positions; expected positions "
            "and channels"
        )
    return _of_positions(layer, *shape)


def _of_positions(layer: spec.ImportedLayer, positions: int, channels: int) -> ImportedShape:
    match layer:
        case spec.Convolution():
            reach = layer.dilation * (layer.kernel - 1) + 1
            left = positions if layer.padding != "valid" else positions - reach + 1
            kernel: Shape = (layer.kernel, channels, layer.filters)
            weights = {"kernel": kernel} | _bias(layer.bias, layer.filters)
            return ImportedShape((-(-left // layer.stride), layer.filters), weights)
        case spec.Pooling():
            left = positions if layer.padding == "same" else positions - layer.size + 1
            return ImportedShape((-(-left // layer.stride), channels), {})
        case spec.GlobalPooling():
            return ImportedShape((channels,), {})
        case spec.Recurrent():
            return _recurrent(layer, positions, channels)
        case spec.Edges():
            change = layer.left + layer.right
            change = change if layer.type == "zero_padding" else -change
            return ImportedShape((positions + change, channels), {})
    raise AssertionError(layer.type)


def _recurrent(layer: spec.Recurrent, positions: int, channels: int) -> ImportedShape:
    gates = (3 if layer.type == "gru" else 4) * layer.units
    weights: dict[str, Shape] = {
        "kernel": (channels, gates),
        "recurrent_kernel": (layer.units, gates),
    }
    if layer.bias:
        # Such a GRU has a bias of its own for the product with the state.
        two = layer.type == "gru" and layer.reset_after
        weights["bias"] = (2, gates) if two else (gates,)
    units = layer.units
    if layer.both_ways:
        weights = {f"{way}/{k}": v for way in ("forward", "backward") for k, v in weights.items()}
        units *= 2 if layer.both_ways == "concat" else 1
    return ImportedShape((positions, units) if layer.keeps_positions else (units,), weights)


def _joined(layer: spec.Concatenation | spec.Merge, inputs: Sequence[Shape]) -> Shape:
    shapes = set(inputs)
    if isinstance(layer, spec.Merge):
        n_inputs = 2 if layer.type == "difference" else len(inputs)
        if len(shapes) > 1 or len(inputs) != n_inputs or n_inputs < 2:
            raise SpecError(f"{layer.name} ({layer.type}) joins {_listed(inputs)}; expected "
                            "two or more of one shape")  # fmt: skip
        return inputs[0]
    # The axis that grows is left out of the comparison.
    axis = 0 if layer.of == "positions" else len(inputs[0]) - 1
    rest = {(len(shape), *shape[:axis], *shape[axis + 1 :]) for shape in inputs}
    if len(rest) > 1 or (layer.of == "positions" and len(inputs[0]) != 2):
        raise SpecError(
            f"{layer.name} joins {_listed(inputs)} along their {layer.of}; expected shapes that "
            "differ in these alone"
        )
    return (*inputs[0][:axis], sum(shape[axis] for shape in inputs), *inputs[0][axis + 1 :])


def _bias(has_bias: bool, units: int) -> dict[str, Shape]:
    return {"bias": (units,)} if has_bias else {}


def _listed(shapes: Sequence[Shape]) -> str:
    return ", ".join(map(str, shapes[:4])) + (" ..." if len(shapes) > 4 else "")
