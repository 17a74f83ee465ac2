"""The networks that can be built: a closed list of layers, with bounds on every size."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from enngene_core.specs.base import Spec
from enngene_core.specs.branches import BranchName

Dropout = Annotated[
    float,
    Field(ge=0, lt=1, description="Share of the layer's outputs that is left out at each update."),
]
BatchNormalization = Annotated[
    bool, Field(description="Normalise the layer's outputs over each batch.")
]


class ConvolutionLayer(Spec):
    """Convolution (same padding), LeakyReLU, batch normalisation, max pooling by 2, dropout."""

    type: Literal["convolution"] = "convolution"
    filters: int = Field(40, ge=1, le=4096, description="Patterns that the layer learns.")
    kernel: int = Field(8, ge=1, le=1000, description="Width of each pattern in positions.")
    batch_normalization: BatchNormalization = False
    dropout: Dropout = 0.0


class RecurrentLayer(Spec):
    """GRU or LSTM over the positions, then dropout."""

    type: Literal["gru", "lstm"]
    units: int = Field(32, ge=1, le=4096, description="Size of the layer's state.")
    bidirectional: bool = Field(False, description="Read the window in both directions.")
    dropout: Dropout = 0.0


class DenseLayer(Spec):
    """Fully connected layer, LeakyReLU, batch normalisation, dropout."""

    type: Literal["dense"]
    units: int = Field(64, ge=1, le=65_536, description="Outputs of the layer.")
    batch_normalization: BatchNormalization = False
    dropout: Dropout = 0.0


Layer = Annotated[ConvolutionLayer | RecurrentLayer | DenseLayer, Field(discriminator="type")]

_ORDER = {"convolution": 0, "gru": 1, "lstm": 1, "dense": 2}


class NetworkSpec(Spec):
    """Branches of convolution layers, concatenated, then common layers, then softmax."""

    branches: dict[BranchName, Annotated[tuple[ConvolutionLayer, ...], Field(max_length=20)]] = (
        Field(min_length=1, description="Convolution layers of each branch.")
    )
    common: Annotated[tuple[Layer, ...], Field(max_length=20)] = Field(
        (), description="Layers after concatenation: convolution, then GRU or LSTM, then dense."
    )

    @model_validator(mode="after")
    def _check_order(self) -> "NetworkSpec":
        for number, (before, layer) in enumerate(
            zip(self.common, self.common[1:], strict=False), start=2
        ):
            if _ORDER[layer.type] < _ORDER[before.type]:
                raise ValueError(
                    f"common layer {number} ({layer.type}) follows a {before.type} layer; "
                    "expected convolution layers first, then gru or lstm, then dense"
                )
        depths = {name: len(layers) for name, layers in self.branches.items()}
        if self.common and self.common[0].type != "dense" and len(set(depths.values())) > 1:
            raise ValueError(
                f"a {self.common[0].type} layer joins branches of different length "
                f"({', '.join(f'{name} has {depth}' for name, depth in depths.items())} "
                "convolution layers); give each branch the same number"
            )
        return self


def default_network(branches: Iterable[BranchName]) -> NetworkSpec:
    """The network that is trained when the user names none."""
    convolutions = (
        ConvolutionLayer(filters=40, kernel=8, dropout=0.2),
        ConvolutionLayer(filters=40, kernel=8, dropout=0.2),
    )
    return NetworkSpec(
        branches=dict.fromkeys(branches, convolutions),
        common=(
            RecurrentLayer(type="gru", units=32, bidirectional=True, dropout=0.2),
            DenseLayer(type="dense", units=64, dropout=0.3),
        ),
    )
