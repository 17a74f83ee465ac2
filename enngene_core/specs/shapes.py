"""Shapes and parameters of a network, worked out before any memory is taken."""

from collections.abc import Mapping
from dataclasses import dataclass

from enngene_core.errors import SpecError
from enngene_core.specs.network import ConvolutionLayer, DenseLayer, NetworkSpec, RecurrentLayer

#: A bundle or spec that asks for more is refused; 50 M float32 parameters take 200 MB.
MAX_PARAMETERS = 50_000_000


@dataclass(frozen=True)
class LayerShape:
    """One row of the architecture.

    Attributes
    ----------
    part
        Name of the branch, ``"common"`` or ``"output"``.
    label
        The layer in words, such as ``"convolution 40 x 8"``.
    shape
        Output shape of one window: ``(positions, channels)`` or ``(units,)``.
    parameters
        Number of weights, batch normalisation's moving averages included.
    """

    part: str
    label: str
    shape: tuple[int, ...]
    parameters: int


def layer_shapes(
    network: NetworkSpec, *, width: int, channels: Mapping[str, int], n_classes: int
) -> list[LayerShape]:
    """All layers with their output shapes, inputs and concatenation included.

    Parameters are those of `build_network`.

    Raises
    ------
    SpecError
        If the network has more than `MAX_PARAMETERS` parameters.
    """
    rows: list[LayerShape] = []
    ends: list[tuple[int, ...]] = []
    for name, layers in network.branches.items():
        shape: tuple[int, ...] = (width, channels[name])
        rows.append(LayerShape(name, "input", shape, 0))
        for layer in layers:
            rows.append(_convolution(name, layer, shape))
            shape = rows[-1].shape
        ends.append(shape)

    if network.common and network.common[0].type != "dense":
        shape = (ends[0][0], sum(end[1] for end in ends))
    else:
        shape = (sum(_flat(end) for end in ends),)
    rows.append(LayerShape("common", "concatenation", shape, 0))

    for number, common in enumerate(network.common):
        if isinstance(common, ConvolutionLayer):
            rows.append(_convolution("common", common, shape))
        elif isinstance(common, RecurrentLayer):
            following = network.common[number + 1 : number + 2]
            keeps_positions = bool(following) and isinstance(following[0], RecurrentLayer)
            rows.append(_recurrent(common, shape, keeps_positions=keeps_positions))
        else:
            rows.append(_dense(common, _flat(shape)))
        shape = rows[-1].shape
    rows.append(LayerShape("output", "softmax", (n_classes,), _flat(shape) * n_classes + n_classes))

    total = sum(row.parameters for row in rows)
    if total > MAX_PARAMETERS:
        largest = max(rows, key=lambda row: row.parameters)
        raise SpecError(
            f"the network would have {total:,} parameters, most of them in {largest.part}: "
            f"{largest.label}; expected at most {MAX_PARAMETERS:,}"
        )
    return rows


def _flat(shape: tuple[int, ...]) -> int:
    return shape[0] * shape[1] if len(shape) == 2 else shape[0]


def _options(layer: ConvolutionLayer | RecurrentLayer | DenseLayer) -> str:
    words = []
    if not isinstance(layer, RecurrentLayer) and layer.batch_normalization:
        words.append("batch norm")
    if layer.dropout:
        words.append(f"dropout {layer.dropout:g}")
    return ", ".join(["", *words])


def _convolution(part: str, layer: ConvolutionLayer, shape: tuple[int, ...]) -> LayerShape:
    positions, channels = shape
    parameters = layer.kernel * channels * layer.filters + layer.filters
    if layer.batch_normalization:
        parameters += 4 * layer.filters
    # Pooling pads, so that an odd last position is kept.
    pooled = ((positions + 1) // 2, layer.filters)
    label = f"convolution {layer.filters} x {layer.kernel}{_options(layer)}"
    return LayerShape(part, label, pooled, parameters)


def _recurrent(
    layer: RecurrentLayer, shape: tuple[int, ...], *, keeps_positions: bool
) -> LayerShape:
    positions, channels = shape
    weights = layer.units * (channels + layer.units)
    # Keras' GRU has an input and a recurrent bias for each of its three gates.
    one_way = (
        4 * (weights + layer.units) if layer.type == "lstm" else 3 * (weights + 2 * layer.units)
    )
    ways = 2 if layer.bidirectional else 1
    units = ways * layer.units
    label = f"{'bidirectional ' if layer.bidirectional else ''}{layer.type.upper()} {layer.units}"
    return LayerShape(
        "common",
        label + _options(layer),
        (positions, units) if keeps_positions else (units,),
        ways * one_way,
    )


def _dense(layer: DenseLayer, inputs: int) -> LayerShape:
    parameters = inputs * layer.units + layer.units
    if layer.batch_normalization:
        parameters += 4 * layer.units
    return LayerShape("common", f"dense {layer.units}{_options(layer)}", (layer.units,), parameters)
