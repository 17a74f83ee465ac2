"""How far into a network a substitution reaches, layer by layer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    Layer,
    NetworkSpec,
    ResidualLayer,
)
from enngene_core.specs.shapes import layer_shapes

Local = ConvolutionLayer | ResidualLayer


@dataclass(frozen=True)
class Reach:
    """Positions of a layer's output that substitutions in a block of the window can change.

    The window is cut into blocks as wide as all poolings together, so that the positions of block
    ``b`` are those of block 0, moved by ``b * hop``.

    Attributes
    ----------
    hop : int
        Distance between the positions of neighbouring blocks.
    first : int
        First position of block 0; it may lie before the window, where nothing is.
    length : int
    """

    hop: int
    first: int
    length: int


@dataclass(frozen=True)
class LocalLayer:
    """A layer of which a substitution changes some positions only.

    Attributes
    ----------
    layer : ConvolutionLayer or ResidualLayer
    name : str
        Of the Keras layer.
    channels : slice
        Those of its inputs that change.
    n_filled, n_after : int
        Positions that the layer has before and after pooling.
    before : Reach
        In its inputs.
    filled : Reach
        In its outputs before pooling: whole cells of the pooling.
    after : Reach
        In its outputs.
    """

    layer: Local
    name: str
    channels: slice
    n_filled: int
    n_after: int
    before: Reach
    filled: Reach
    after: Reach


@dataclass(frozen=True)
class Plan:
    """What is computed again for a substitution in the sequence.

    Attributes
    ----------
    block : int
        Width of a block.
    layers : tuple of LocalLayer
        Computed again where the substitution reaches.
    end : Reach
        After the last of them.
    is_joined : bool
        Whether they lead beyond the place where branches are joined.
    place : int
        Of the sequence among the branches.
    dense : str
        Keras name of the fully connected layer that follows, of which only the changed inputs are
        multiplied again; empty if another layer follows.
    first_input : int
        Where the sequence begins among that layer's inputs.
    """

    block: int
    layers: tuple[LocalLayer, ...]
    end: Reach
    is_joined: bool
    place: int
    dense: str
    first_input: int


def plan_of(network: NetworkSpec, *, width: int, channels: Mapping[str, int], most: int) -> Plan:
    """The longest row of layers, from the sequence on, of which a part is computed again.

    It ends before a layer that reads all positions (recurrent, global pooling, dense), or of which
    a substitution reaches all; from there on, all is computed again.

    Parameters
    ----------
    network
        Layers; of a network that was trained elsewhere, none counts as local.
    width
        Width of a window.
    channels
        Channels of each branch.
    most
        Substitutions whose outputs fit into memory together.
    """
    own = _leading(network.branches["sequence"])
    common = _leading(network.common) if _goes_on(network, own) else ()
    for n_layers in range(len(own) + len(common), -1, -1):
        layers = (own + common)[:n_layers]
        block = math.prod(_pooling(layer) for layer in layers)
        if layers and 3 * block > most:
            continue
        found = _followed(network, layers, len(own), block, width, channels)
        if found is not None:
            return _plan(network, block, tuple(found), len(own), width, channels)
    raise AssertionError("no layers always fit")


def _leading(layers: tuple[Layer, ...]) -> tuple[Local, ...]:
    local: list[Local] = []
    for layer in layers:
        if not isinstance(layer, Local):
            break
        local.append(layer)
    return tuple(local)


def _goes_on(network: NetworkSpec, own: tuple[Local, ...]) -> bool:
    return network.joins_positions and len(own) == len(network.branches["sequence"])


def _pooling(layer: Local) -> int:
    return layer.pooling if isinstance(layer, ConvolutionLayer) else 1


def _followed(
    network: NetworkSpec,
    layers: tuple[Local, ...],
    n_own: int,
    block: int,
    width: int,
    channels: Mapping[str, int],
) -> list[LocalLayer] | None:
    """Each layer's reach; None if one reaches all positions."""
    found: list[LocalLayer] = []
    reach, positions, depth = Reach(block, 0, block), width, channels["sequence"]
    for number, layer in enumerate(layers):
        name = f"sequence_{number + 1}" if number < n_own else f"common_{number - n_own + 1}"
        first = _channels_before(network, channels) if number == n_own else 0
        pooling = _pooling(layer)
        filled, after = _through(reach, layer, pooling, positions)
        if filled.length >= positions:
            return None
        n_after = -(-positions // pooling)
        found.append(
            LocalLayer(
                layer, name, slice(first, first + depth), positions, n_after, reach, filled, after
            )
        )
        reach, positions, depth = after, n_after, layer.filters
    return found


def _through(reach: Reach, layer: Local, pooling: int, positions: int) -> tuple[Reach, Reach]:
    """Changed outputs of a layer before pooling, as whole cells, and after it."""
    span = (layer.kernel - 1) * layer.dilation
    # Same padding is split in two; of an odd number the larger part is on the right.
    first, last = reach.first - (span - span // 2), reach.first + reach.length - 1 + span // 2
    padding = -positions % pooling // 2
    cell, last_cell = (first + padding) // pooling, (last + padding) // pooling
    n_cells = last_cell - cell + 1
    return (
        Reach(reach.hop, cell * pooling - padding, n_cells * pooling),
        Reach(reach.hop // pooling, cell, n_cells),
    )


def _channels_before(network: NetworkSpec, channels: Mapping[str, int]) -> int:
    """Channels of the joined branches that stand before those of the sequence."""
    total = 0
    for name, layers in network.branches.items():
        if name == "sequence":
            break
        filters = [layer.filters for layer in layers if isinstance(layer, Local)]
        total += filters[-1] if filters else channels[name]
    return total


def _plan(
    network: NetworkSpec,
    block: int,
    found: tuple[LocalLayer, ...],
    n_own: int,
    width: int,
    channels: Mapping[str, int],
) -> Plan:
    end = found[-1].after if found else Reach(block, 0, block)
    is_joined = len(found) > n_own
    of_branch = network.branches["sequence"][len(found) :]
    if of_branch:
        dense = _dense("sequence", len(found), of_branch)
    elif is_joined or not network.joins_positions:
        n_done = max(0, len(found) - n_own)
        dense = _dense("common", n_done, network.common[n_done:])
    else:
        dense = ""
    is_first = not (of_branch or is_joined)
    first_input = _inputs_before(network, width, channels) if dense and is_first else 0
    place = list(network.branches).index("sequence")
    return Plan(block, found, end, is_joined, place, dense if found else "", first_input)


def _dense(part: str, n_done: int, rest: tuple[Layer, ...]) -> str:
    """Name of the layer that follows, if it is fully connected."""
    if not rest:
        return "logits"
    return f"{part}_{n_done + 1}" if isinstance(rest[0], DenseLayer) else ""


def _inputs_before(network: NetworkSpec, width: int, channels: Mapping[str, int]) -> int:
    """Values of the branches before the sequence, once all are joined in one row."""
    # The number of classes plays no part.
    rows = layer_shapes(network, width=width, channels=channels, n_classes=2)
    ends = {row.part: row.shape for row in rows}
    names = list(network.branches)
    return sum(math.prod(ends[name]) for name in names[: names.index("sequence")])
