"""Shapes and parameters of a network, worked out before any memory is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from enngene_core.errors import SpecError
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    Layer,
    NetworkSpec,
    RecurrentLayer,
    ResidualLayer,
    with_states,
)

#: A bundle or spec that asks for more is refused; 50 M float32 parameters take 200 MB.
MAX_PARAMETERS = 50_000_000
#: Numbers that all layers make of one window; 20 M float32 numbers take 80 MB.
MAX_ACTIVATIONS = 20_000_000

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerShape:
    """One row of the architecture.

    Attributes
    ----------
    part
        Name of the branch, ``"common"`` or ``"output"``.
    label
        The layer in words, such as ``"convolution 40 x 8, pooling 2"``.
    shape
        Output shape of one window: ``(positions, channels)`` or ``(units,)``.
    weights
        Shape of each array of weights by its path in the network, such as ``sequence_1/kernel``;
        batch normalisation's moving averages are among them.
    activations
        Numbers that the layer makes of one window, those before pooling and padding included.
    """

    part: str
    label: str
    shape: Shape
    weights: dict[str, Shape]
    activations: int

    @property
    def parameters(self) -> int:
        """Numbers in all of its weights."""
        return sum(map(prod, self.weights.values()))


def layer_shapes(
    network: NetworkSpec, *, width: int, channels: Mapping[str, int], n_classes: int
) -> list[LayerShape]:
    """All layers with their output shapes, inputs and concatenation included.

    Shapes and weights are those of `build_network`.

    Raises
    ------
    SpecError
        If the network has more than `MAX_PARAMETERS` parameters or `MAX_ACTIVATIONS` activations,
        or joins branches of different length position by position.
    """
    rows: list[LayerShape] = []
    ends: dict[str, Shape] = {}
    for name, layers in network.branches.items():
        shape = (width, channels[name])
        rows += [LayerShape(name, "input", shape, {}, _flat(shape)), *_rows(name, layers, shape)]
        ends[name] = rows[-1].shape

    joined = _joined(network, ends)
    rows.append(LayerShape("common", "concatenation", joined, {}, _flat(joined)))
    rows += _rows("common", network.common, joined)
    inputs = _flat(rows[-1].shape)
    weights = _linear("logits", inputs, units=n_classes)
    rows.append(LayerShape("output", "softmax", (n_classes,), weights, 2 * n_classes))
    for name, most in (("parameters", MAX_PARAMETERS), ("activations", MAX_ACTIVATIONS)):
        total = sum(getattr(row, name) for row in rows)
        if total > most:
            largest = max(rows, key=lambda row: getattr(row, name))
            what = "parameters" if name == "parameters" else "numbers for each window"
            raise SpecError(
                f"the network would have {total:,} {what}, most of them in {largest.part}: "
                f"{largest.label}; expected at most {most:,}"
            )
    return rows


def _joined(network: NetworkSpec, ends: Mapping[str, Shape]) -> Shape:
    if not network.joins_positions:
        return (sum(map(_flat, ends.values())),)
    if len({end[0] for end in ends.values()}) > 1:
        lengths = ", ".join(f"{name} with {end[0]:,}" for name, end in ends.items())
        raise SpecError(
            f"common layer 1 ({network.common[0].type}) joins branches position by position, and "
            f"they end with different numbers of positions ({lengths}); expected the same "
            "pooling in each branch, or a dense layer first in the common part"
        )
    return (next(iter(ends.values()))[0], sum(end[1] for end in ends.values()))


def _rows(part: str, layers: tuple[Layer, ...], shape: Shape) -> list[LayerShape]:
    rows = []
    for number, (layer, gives_states) in enumerate(with_states(layers), start=1):
        if isinstance(layer, ConvolutionLayer):
            row = _convolution(part, number, layer, shape)
        elif isinstance(layer, ResidualLayer):
            row = _residual(part, number, layer, shape)
        elif isinstance(layer, RecurrentLayer):
            row = _recurrent(part, number, layer, shape, gives_states=gives_states)
        elif isinstance(layer, GlobalPoolingLayer):
            row = _global_pooling(part, layer, shape)
        else:
            row = _dense(part, number, layer, shape)
        shape = row.shape
        rows.append(row)
    return rows


def _flat(shape: Shape) -> int:
    return shape[0] * shape[1] if len(shape) == 2 else shape[0]


def _options(layer: Layer) -> str:
    words = []
    if isinstance(layer, ConvolutionLayer | ResidualLayer) and layer.dilation > 1:
        words.append(f"dilation {layer.dilation}")
    if isinstance(layer, ConvolutionLayer) and layer.pooling > 1:
        words.append(f"pooling {layer.pooling}")
    if (
        isinstance(layer, ConvolutionLayer | ResidualLayer | DenseLayer)
        and layer.batch_normalization
    ):
        words.append("batch norm")
    if not isinstance(layer, GlobalPoolingLayer) and layer.dropout:
        words.append(f"dropout {layer.dropout:g}")
    return ", ".join(["", *words])


def _linear(name: str, *inputs: int, units: int) -> dict[str, Shape]:
    return {f"{name}/kernel": (*inputs, units), f"{name}/bias": (units,)}


def _normalization(
    name: str, layer: ConvolutionLayer | ResidualLayer | DenseLayer, units: int
) -> dict[str, Shape]:
    if not layer.batch_normalization:
        return {}
    arrays = ("gamma", "beta", "moving_mean", "moving_variance")
    return {f"{name}_normalization/{array}": (units,) for array in arrays}


def _one_convolution(
    name: str, layer: ConvolutionLayer | ResidualLayer, shape: Shape
) -> tuple[dict[str, Shape], int]:
    """Weights and activations of a convolution with its batch normalisation."""
    positions, channels = shape
    weights = _linear(name, layer.kernel, channels, units=layer.filters)
    weights |= _normalization(name, layer, layer.filters)
    activations = positions * layer.filters
    if layer.dilation > 1:  # TensorFlow pads the input for it, as far as the pattern reaches
        activations += (positions + (layer.kernel - 1) * layer.dilation) * channels
    return weights, activations


def _convolution(part: str, number: int, layer: ConvolutionLayer, shape: Shape) -> LayerShape:
    weights, activations = _one_convolution(f"{part}_{number}", layer, shape)
    # Pooling pads, so that the last positions are kept.
    pooled = (-(-shape[0] // layer.pooling), layer.filters)
    if layer.pooling > 1:
        activations += _flat(pooled)
    label = f"convolution {layer.filters} x {layer.kernel}{_options(layer)}"
    return LayerShape(part, label, pooled, weights, activations)


def _residual(part: str, number: int, layer: ResidualLayer, shape: Shape) -> LayerShape:
    positions, channels = shape
    after = (positions, layer.filters)
    weights, activations = _one_convolution(f"{part}_{number}", layer, shape)
    activations += _flat(after)
    if channels != layer.filters:  # a projection
        weights |= _linear(f"{part}_{number}_projection", 1, channels, units=layer.filters)
        activations += _flat(after)
    label = f"residual {layer.filters} x {layer.kernel}{_options(layer)}"
    return LayerShape(part, label, after, weights, activations)


def _recurrent(
    part: str, number: int, layer: RecurrentLayer, shape: Shape, *, gives_states: bool
) -> LayerShape:
    positions, channels = shape
    ways = ("forward", "backward") if layer.bidirectional else ("",)
    units = len(ways) * layer.units
    gates = 4 if layer.type == "lstm" else 3
    wide = gates * layer.units
    weights: dict[str, Shape] = {}
    for way in ways:
        name = f"{part}_{number}"
        name = f"{name}/{way}_{name}" if way else name
        weights |= {
            f"{name}/{layer.type}_cell/kernel": (channels, wide),
            f"{name}/{layer.type}_cell/recurrent_kernel": (layer.units, wide),
            # Keras' GRU has an input and a recurrent bias for each of its three gates.
            f"{name}/{layer.type}_cell/bias": (wide,) if layer.type == "lstm" else (2, wide),
        }
    label = f"{'bidirectional ' if layer.bidirectional else ''}{layer.type.upper()} {layer.units}"
    return LayerShape(
        part,
        label + _options(layer),
        (positions, units) if gives_states else (units,),
        weights,
        positions * units * (gates + 1),
    )


def _global_pooling(part: str, layer: GlobalPoolingLayer, shape: Shape) -> LayerShape:
    values = shape[1] * (2 if layer.kind == "both" else 1)
    kind = "max and average" if layer.kind == "both" else layer.kind
    return LayerShape(part, f"global pooling, {kind}", (values,), {}, values)


def _dense(part: str, number: int, layer: DenseLayer, shape: Shape) -> LayerShape:
    name, label = f"{part}_{number}", f"dense {layer.units}{_options(layer)}"
    weights = _linear(name, _flat(shape), units=layer.units)
    weights |= _normalization(name, layer, layer.units)
    return LayerShape(part, label, (layer.units,), weights, layer.units)
