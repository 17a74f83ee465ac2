"""Whole networks, each with the training values that suit it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from enngene_core.specs.branches import BranchName
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    NetworkSpec,
    ResidualLayer,
    default_network,
)

PresetName = Literal["enngene", "cnn-small", "cnn-gru", "residual"]

_RESIDUAL_KERNEL = 5
_MAX_RESIDUAL_LAYERS = 6


@dataclass(frozen=True)
class Preset:
    """A network that needs no further choice.

    Attributes
    ----------
    name : PresetName
    purpose : str
        One line that says what it is for.
    training : mapping
        Fields of the training spec that it comes with; the others keep their defaults.
    """

    name: PresetName
    purpose: str
    training: Mapping[str, Any]
    _layers: Callable[[tuple[BranchName, ...], int], NetworkSpec]

    def network(self, branches: Iterable[BranchName], *, window: int) -> NetworkSpec:
        """The layers, for these branches and windows of this width in nt, from 3 on."""
        return self._layers(tuple(branches), window)


def _enngene(branches: tuple[BranchName, ...], _: int) -> NetworkSpec:
    convolution = ConvolutionLayer(filters=40, kernel=8, batch_normalization=True, dropout=0.2)
    dense = DenseLayer(type="dense", units=64, batch_normalization=True, dropout=0.3)
    return NetworkSpec(branches=dict.fromkeys(branches, (convolution,) * 2), common=(dense,))


def _cnn_small(branches: tuple[BranchName, ...], _: int) -> NetworkSpec:
    layers = (
        ConvolutionLayer(filters=16, kernel=8, pooling=4, batch_normalization=True, dropout=0.2),
        GlobalPoolingLayer(),
    )
    dense = DenseLayer(type="dense", units=16, dropout=0.2)
    return NetworkSpec(branches=dict.fromkeys(branches, layers), common=(dense,))


def _cnn_gru(branches: tuple[BranchName, ...], _: int) -> NetworkSpec:
    return default_network(branches)


def _residual(branches: tuple[BranchName, ...], window: int) -> NetworkSpec:
    """Distances double until a pattern spans the window, which pooling has halved."""
    pooling = 2
    positions = -(-window // pooling)
    dilations = [1]
    while len(dilations) < _MAX_RESIDUAL_LAYERS and _reach(2 * dilations[-1]) <= positions:
        dilations.append(2 * dilations[-1])
    first = ConvolutionLayer(
        filters=32, kernel=9, pooling=pooling, batch_normalization=True, dropout=0.1
    )
    residual = [
        ResidualLayer(
            filters=48,
            kernel=_RESIDUAL_KERNEL,
            dilation=dilation,
            batch_normalization=True,
            dropout=0.1,
        )
        for dilation in dilations
    ]
    return NetworkSpec(
        branches=dict.fromkeys(branches, (first,)),
        common=(
            *residual,
            GlobalPoolingLayer(kind="both"),
            DenseLayer(type="dense", units=64, dropout=0.3),
        ),
    )


def _reach(dilation: int) -> int:
    """Positions that a residual layer's pattern spans."""
    return (_RESIDUAL_KERNEL - 1) * dilation + 1


#: Every preset by its name; the first is the plainest.
PRESETS: Mapping[PresetName, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset(
                "enngene",
                "The kind of network of the ENNGene paper: convolutions, which learn short "
                "patterns and where they stand in the window, then a dense layer.",
                {"batch_size": 256, "learning_rate": 0.001},
                _enngene,
            ),
            Preset(
                "cnn-small",
                "Trains in moments and learns from a few thousand windows: patterns, wherever "
                "in the window they stand.",
                {"batch_size": 64, "learning_rate": 0.002},
                _cnn_small,
            ),
            Preset(
                "cnn-gru",
                "Convolutions for short patterns, then a recurrent layer that reads their order "
                "in both directions.",
                {"batch_size": 64, "learning_rate": 0.001},
                _cnn_gru,
            ),
            Preset(
                "residual",
                "Deep: residual convolutions that look ever farther apart, for patterns that act "
                "together over the whole window; wants ten thousand windows or more.",
                {"batch_size": 64, "learning_rate": 0.001},
                _residual,
            ),
        )
    }
)
