"""Networks that were trained elsewhere: a graph of a closed list of layers, with bounds."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from enngene_core.specs.base import Spec
from enngene_core.specs.network import NetworkSpec

Activation = Literal[
    "linear", "relu", "relu6", "elu", "selu", "gelu", "silu", "softplus", "softsign", "tanh",
    "sigmoid", "hard_sigmoid", "exponential", "softmax",
]  # fmt: skip

_Positions = Annotated[int, Field(ge=0, le=100_000)]
_Size = Annotated[int, Field(ge=1, le=100_000)]
_Channels = Annotated[int, Field(ge=1, le=65_536)]
_Slope = Annotated[float, Field(ge=-1000, le=1000)]


class _Layer(Spec):
    name: str = Field(pattern=r"^[a-z_]{1,40}_[0-9]{1,5}$")
    #: Earlier layers, or ``sequence``.
    inputs: tuple[str, ...] = Field(min_length=1, max_length=100)


class Convolution(_Layer):
    """Convolution along the positions."""

    type: Literal["convolution"] = "convolution"
    filters: _Channels
    kernel: _Size
    stride: _Size = 1
    dilation: _Size = 1
    padding: Literal["valid", "same", "causal"] = "valid"
    bias: bool = True
    activation: Activation = "linear"

    @model_validator(mode="after")
    def _check_stride(self) -> "Convolution":
        if self.stride > 1 and self.dilation > 1:
            raise ValueError("found both a stride and a dilation; expected one of them")
        return self


class Pooling(_Layer):
    """Largest value or mean of neighbouring positions."""

    type: Literal["max_pooling", "average_pooling"]
    size: _Size
    stride: _Size
    padding: Literal["valid", "same"] = "valid"


class GlobalPooling(_Layer):
    """Largest value or mean of all positions."""

    type: Literal["global_max_pooling", "global_average_pooling"]


class Dense(_Layer):
    """Fully connected layer, at each position if there are positions."""

    type: Literal["dense"] = "dense"
    units: _Channels
    bias: bool = True
    activation: Activation = "linear"


class Recurrent(_Layer):
    """GRU or LSTM over the positions."""

    type: Literal["gru", "lstm"]
    units: int = Field(ge=1, le=4096)
    activation: Activation = "tanh"
    recurrent_activation: Activation = "sigmoid"
    bias: bool = True
    #: Whether every position's state is handed on, or the last one's only.
    keeps_positions: bool = False
    #: How both directions are joined; None for a layer of one direction.
    both_ways: Literal["concat", "sum", "mul", "ave"] | None = None
    #: GRU only: whether the reset gate acts after the product with the state.
    reset_after: bool = True


class BatchNormalization(_Layer):
    """Normalisation by the averages of training."""

    type: Literal["batch_normalization"] = "batch_normalization"
    epsilon: float = Field(0.001, ge=0, le=1)
    center: bool = True
    scale: bool = True


class ActivationLayer(_Layer):
    """A function of each value; softmax is over the channels."""

    type: Literal["activation"] = "activation"
    function: Activation


class RectifiedLinear(_Layer):
    """ReLU with its options; a leaky one has a slope."""

    type: Literal["relu"] = "relu"
    slope: _Slope = 0.0
    threshold: _Slope = 0.0
    largest: Annotated[float, Field(ge=0, le=1e6)] | None = None


class ExponentialLinear(_Layer):
    """ELU."""

    type: Literal["elu"] = "elu"
    alpha: _Slope = 1.0


class Flatten(_Layer):
    """All positions and channels in one row."""

    type: Literal["flatten"] = "flatten"


class Reshape(_Layer):
    """The same values as positions and channels, or in one row."""

    type: Literal["reshape"] = "reshape"
    shape: Annotated[tuple[_Size, ...], Field(min_length=1, max_length=2)]


class Edges(_Layer):
    """Positions added (zeros) or cut off at both ends."""

    type: Literal["zero_padding", "cropping"]
    left: _Positions
    right: _Positions


class Concatenation(_Layer):
    """Inputs side by side: their channels, or their positions."""

    type: Literal["concatenation"] = "concatenation"
    of: Literal["channels", "positions"] = "channels"


class Merge(_Layer):
    """Inputs of one shape, value by value."""

    type: Literal["sum", "difference", "product", "mean", "maximum", "minimum"]


ImportedLayer = Annotated[
    Convolution
    | Pooling
    | GlobalPooling
    | Dense
    | Recurrent
    | BatchNormalization
    | ActivationLayer
    | RectifiedLinear
    | ExponentialLinear
    | Flatten
    | Reshape
    | Edges
    | Concatenation
    | Merge,
    Field(discriminator="type"),
]


class ImportedNetwork(NetworkSpec):
    """A graph of layers that reads the sequence branch; the last layer gives the logits."""

    type: Literal["imported"] = "imported"
    layers: Annotated[tuple[ImportedLayer, ...], Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def _check_graph(self) -> "ImportedNetwork":
        if dict(self.branches) != {"sequence": ()} or self.common:
            raise ValueError(
                "found layers in branches or common; an imported network reads the sequence "
                "branch, and all its layers stand in layers"
            )
        known = {"sequence"}
        for layer in self.layers:
            if unknown := [name for name in layer.inputs if name not in known]:
                raise ValueError(
                    f"{layer.name} reads {unknown[0][:60]!r}; expected sequence or a layer before"
                )
            if layer.name in known:
                raise ValueError(f"two layers are called {layer.name}")
            known.add(layer.name)
        return self
