"""The networks that can be built: a closed list of layers, with bounds on every size."""

from collections.abc import Iterator
from itertools import pairwise, zip_longest
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from enngene_core.specs.base import Spec
from enngene_core.specs.branches import BranchName

#: Numbers that layers compute with; weights, logits and probabilities are float32 in both.
Precision = Literal["float32", "bfloat16"]

MAX_LAYERS = 20
#: Of all branches and the common part together.
_MAX_LAYERS_IN_ALL = 500

Filters = Annotated[int, Field(ge=1, le=4096, description="Patterns that the layer learns.")]
Kernel = Annotated[int, Field(ge=1, le=1000, description="Width of each pattern in positions.")]
Dilation = Annotated[
    int,
    Field(
        ge=1,
        le=1024,
        description="Distance between the positions that a pattern looks at: 1 is every position, "
        "2 every second one, so that the same pattern spans twice as much.",
    ),
]
BatchNormalization = Annotated[
    bool, Field(description="Normalise the layer's outputs over each batch.")
]
Dropout = Annotated[
    float,
    Field(ge=0, lt=1, description="Share of the layer's outputs that is left out at each update."),
]


class ConvolutionLayer(Spec):
    """Convolution (same padding), batch normalisation, LeakyReLU, max pooling, dropout."""

    type: Literal["convolution"] = "convolution"
    filters: Filters = 40
    kernel: Kernel = 8
    dilation: Dilation = 1
    pooling: int = Field(
        2,
        ge=1,
        le=16,
        description="Of this many neighbouring positions the highest value is kept; 1 keeps all.",
    )
    batch_normalization: BatchNormalization = False
    dropout: Dropout = 0.0


class ResidualLayer(Spec):
    """Convolution (same padding), batch normalisation, LeakyReLU, dropout, added to its input."""

    type: Literal["residual"] = "residual"
    filters: Filters = 40
    kernel: Kernel = 8
    dilation: Dilation = 1
    batch_normalization: BatchNormalization = False
    dropout: Dropout = 0.0


class RecurrentLayer(Spec):
    """GRU or LSTM over the positions, then dropout."""

    type: Literal["gru", "lstm"]
    units: int = Field(32, ge=1, le=4096, description="Size of the layer's state.")
    bidirectional: bool = Field(False, description="Read the window in both directions.")
    dropout: Dropout = 0.0


class GlobalPoolingLayer(Spec):
    """One number of each channel: its maximum or average over all positions, or both."""

    type: Literal["global_pooling"] = "global_pooling"
    kind: Literal["max", "average", "both"] = Field(
        "max",
        description="What is kept of each pattern over the whole window: its best match (max), "
        "its average, or both.",
    )


class DenseLayer(Spec):
    """Fully connected layer, batch normalisation, LeakyReLU, dropout."""

    type: Literal["dense"]
    units: int = Field(64, ge=1, le=65_536, description="Outputs of the layer.")
    batch_normalization: BatchNormalization = False
    dropout: Dropout = 0.0


# Layers by the order that they may come in.
_ORDER = {"convolution": 0, "residual": 0, "gru": 1, "lstm": 1, "global_pooling": 1, "dense": 2}
_RULE = (
    "convolution and residual layers first, then gru layers, or lstm layers, or one "
    "global_pooling, then dense layers"
)


def _check_type(value: Any) -> Any:
    found = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    if found not in tuple(_ORDER):
        told = f"a layer of type {str(found)[:40]!r}" if found else "no layer with a type"
        raise ValueError(f"found {told}; expected one of {', '.join(_ORDER)}")
    return value


Layer = Annotated[
    ConvolutionLayer | ResidualLayer | RecurrentLayer | GlobalPoolingLayer | DenseLayer,
    Field(discriminator="type"),
    BeforeValidator(_check_type),
]
Layers = Annotated[tuple[Layer, ...], Field(max_length=MAX_LAYERS)]


class NetworkSpec(Spec):
    """Layers of each branch; the branches' ends, joined; common layers; softmax."""

    branches: dict[BranchName, Layers] = Field(
        min_length=1,
        description="Layers of a branch, before the branches are joined: convolution and residual "
        "first, then GRU, or LSTM, or one global pooling, then dense.",
    )
    common: Layers = Field(
        (),
        description="Layers after the branches have been joined: convolution and residual first, "
        "then GRU, or LSTM, or one global pooling, then dense.",
    )

    @model_validator(mode="after")
    def _check_order(self) -> "NetworkSpec":
        n_layers = len(self.common) + sum(map(len, self.branches.values()))
        if n_layers > _MAX_LAYERS_IN_ALL:
            raise ValueError(f"{n_layers} layers in all; expected at most {_MAX_LAYERS_IN_ALL}")
        for name, layers in self.branches.items():
            _check_layers(f"branch {name}, layer", layers)
        _check_layers("common layer", self.common)
        if self.joins_positions and not all(map(leaves_positions, self.branches.values())):
            ends = "; ".join(f"{name} {_end(layers)}" for name, layers in self.branches.items())
            raise ValueError(
                f"common layer 1 ({self.common[0].type}) reads positions, and not all branches "
                f"end with positions ({ends}); expected a dense layer first in the common part, "
                "or branches of convolution and residual layers only"
            )
        return self

    @property
    def joins_positions(self) -> bool:
        """Whether branches are joined position by position; otherwise they are flattened."""
        return bool(self.common) and not isinstance(self.common[0], DenseLayer)


def leaves_positions(layers: tuple[Layer, ...]) -> bool:
    """Whether a value for each position comes out of these layers, given one went in."""
    return not layers or isinstance(layers[-1], ConvolutionLayer | ResidualLayer)


def with_states(layers: tuple[Layer, ...]) -> Iterator[tuple[Layer, bool]]:
    """Each layer, and whether it hands on its state at every position.

    A recurrent layer does so before another one; the last one hands on its final state.
    """
    for layer, following in zip_longest(layers, layers[1:]):
        yield layer, isinstance(following, RecurrentLayer)


def _check_layers(place: str, layers: tuple[Layer, ...]) -> None:
    for number, (before, layer) in enumerate(pairwise(layers), start=2):
        if _ORDER[layer.type] < _ORDER[before.type]:
            reason = ""
        elif _ORDER[layer.type] > _ORDER[before.type] or _ORDER[layer.type] != 1:
            continue
        elif "global_pooling" in (layer.type, before.type):
            to = "pool" if layer.type == "global_pooling" else "read"
            reason = f", which leaves no positions to {to}"
        elif layer.type != before.type:
            reason = ", and recurrent layers stack with their own kind only"
        else:
            continue
        raise ValueError(
            f"{place} {number} ({layer.type}) follows a {before.type} layer{reason}; "
            f"expected {_RULE}"
        )


def _end(layers: tuple[Layer, ...]) -> str:
    positions = "with positions" if leaves_positions(layers) else "without"
    return f"{positions}, after {layers[-1].type}" if layers else positions
