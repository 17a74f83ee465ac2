"""Whole networks that need no further choice; the recipe of training suits them all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from enngene_core.specs.base import Spec
from enngene_core.specs.branches import BranchName
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    Layers,
    NetworkSpec,
    RecurrentLayer,
    ResidualLayer,
)

PresetName = Literal["residual", "enngene", "cnn-small", "cnn-gru"]


@dataclass(frozen=True)
class Preset:
    """A network that needs no further choice.

    Attributes
    ----------
    purpose : str
        What it is for.
    branch : tuple of layers
        Layers of each branch.
    common : tuple of layers
        Layers after the branches have been joined.
    """

    purpose: str
    branch: Layers
    common: Layers

    def network(self, branches: Iterable[BranchName]) -> NetworkSpec:
        """The same layers in each of these branches."""
        return NetworkSpec(branches=dict.fromkeys(branches, self.branch), common=self.common)


#: Every preset by its name; the first is the default.
PRESETS: Mapping[PresetName, Preset] = MappingProxyType(
    {
        "residual": Preset(
            "the most accurate: short patterns, then residual convolutions that look ever farther "
            "apart, and where in the window all that stands",
            (
                ConvolutionLayer(
                    filters=96, kernel=10, pooling=4, batch_normalization=True, dropout=0.15
                ),
            ),
            (
                *(
                    ResidualLayer(
                        filters=96,
                        kernel=3,
                        dilation=dilation,
                        batch_normalization=True,
                        dropout=0.15,
                    )
                    for dilation in (1, 2, 4, 8)
                ),
                DenseLayer(type="dense", units=64, dropout=0.4),
            ),
        ),
        "enngene": Preset(
            "the kind of network of the ENNGene paper: short patterns, patterns of these, and "
            "where in the window they stand",
            (ConvolutionLayer(filters=40, kernel=8, batch_normalization=True, dropout=0.2),) * 2,
            (DenseLayer(type="dense", units=64, batch_normalization=True, dropout=0.3),),
        ),
        "cnn-small": Preset(
            "trains in moments, and learns from a few thousand windows: short patterns, wherever "
            "in the window they stand",
            (
                ConvolutionLayer(
                    filters=32, kernel=8, pooling=4, batch_normalization=True, dropout=0.2
                ),
                GlobalPoolingLayer(kind="both"),
            ),
            (DenseLayer(type="dense", units=32, dropout=0.2),),
        ),
        "cnn-gru": Preset(
            "short patterns, then a recurrent layer that reads their order in both directions",
            (ConvolutionLayer(filters=40, kernel=8, dropout=0.2),) * 2,
            (
                RecurrentLayer(type="gru", units=32, bidirectional=True, dropout=0.2),
                DenseLayer(type="dense", units=64, dropout=0.3),
            ),
        ),
    }
)


class PresetSpec(Spec):
    """Which network is built where the user gives no layers."""

    preset: PresetName = Field(
        "residual",
        description="Network that is built. "
        + "; ".join(f"{name}: {preset.purpose}" for name, preset in PRESETS.items())
        + ".",
    )
