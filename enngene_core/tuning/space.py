"""What a search tries, and the network that stands for it."""

from collections.abc import Iterable
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from enngene_core.specs.branches import BranchName
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    Layer,
    NetworkSpec,
    RecurrentLayer,
    ResidualLayer,
)
from enngene_core.specs.study import TrialValues
from enngene_core.specs.training import TrainingSpec
from enngene_core.specs.tuning import TuningSpec

#: Values that differ by factors, and not by steps.
LOGARITHMIC = ("filters", "units", "learning_rate")

# Positions between those that the residual convolutions look at.
_DILATIONS = (1, 2, 4, 8)
# The network that `enngene train` takes by default, but for one dropout in all layers.
_FIRST = {
    "layers": 1,
    "filters": 96,
    "kernel": 10,
    "pooling": 4,
    "dropout": 0.15,
    "batch_normalization": "on",
    "after_convolutions": "residual",
    "units": 64,
    "learning_rate": TrainingSpec().learning_rate,
}


def space_of(spec: TuningSpec) -> dict[str, BaseDistribution]:
    """Range or choices of each value, by the names of `TrialValues`."""
    space: dict[str, BaseDistribution] = {}
    for name, field in TrialValues.model_fields.items():
        if hasattr(spec, name):
            space[name] = CategoricalDistribution(getattr(spec, name))
            continue
        low, high = getattr(spec, f"min_{name}"), getattr(spec, f"max_{name}")
        kind = IntDistribution if field.annotation is int else FloatDistribution
        space[name] = kind(low, high, log=name in LOGARITHMIC)
    return space


def searched(spec: TuningSpec) -> tuple[str, ...]:
    """Names of the values that can differ between trials."""
    return tuple(name for name, values in space_of(spec).items() if not values.single())


def first_values(spec: TuningSpec) -> dict[str, Any]:
    """Values of about the default network that the space holds: the first trial."""
    return {name: value for name, value in _FIRST.items() if _is_searched(spec, name, value)}


def _is_searched(spec: TuningSpec, name: str, value: Any) -> bool:
    if hasattr(spec, name):
        return value in getattr(spec, name)
    return getattr(spec, f"min_{name}") <= value <= getattr(spec, f"max_{name}")


def rounded(spec: TuningSpec, values: dict[str, Any]) -> TrialValues:
    """The values with few digits, so that what a table shows is what was tried."""

    def within(name: str, value: float) -> float:
        return max(getattr(spec, f"min_{name}"), min(value, getattr(spec, f"max_{name}")))

    return TrialValues(
        **{
            **values,
            "dropout": within("dropout", round(values["dropout"], 3)),
            "learning_rate": within("learning_rate", float(f"{values['learning_rate']:.3g}")),
        }
    )


def network_of(values: TrialValues, branches: Iterable[BranchName]) -> NetworkSpec:
    """Convolutions in each branch, what follows them, and a dense layer."""
    has_norm = values.batch_normalization == "on"
    convolution = ConvolutionLayer(
        filters=values.filters,
        kernel=values.kernel,
        pooling=values.pooling,
        batch_normalization=has_norm,
        dropout=values.dropout,
    )
    dense = DenseLayer(type="dense", units=values.units, dropout=values.dropout)
    between: tuple[Layer, ...] = ()
    if values.after_convolutions == "residual":
        between = tuple(
            ResidualLayer(
                filters=values.filters,
                kernel=3,
                dilation=dilation,
                batch_normalization=has_norm,
                dropout=values.dropout,
            )
            for dilation in _DILATIONS
        )
    elif values.after_convolutions == "global_pooling":
        between = (GlobalPoolingLayer(kind="both"),)
    elif values.after_convolutions != "flatten":
        between = (
            RecurrentLayer(
                type=values.after_convolutions,
                units=values.units // 2,
                bidirectional=True,
                dropout=values.dropout,
            ),
        )
    return NetworkSpec(
        branches=dict.fromkeys(branches, (convolution,) * values.layers),
        common=(*between, dense),
    )


def training_of(values: TrialValues, spec: TuningSpec) -> TrainingSpec:
    """How a trial is trained: all with one seed, so that they differ by their values alone."""
    return TrainingSpec(
        epochs=spec.epochs,
        patience=spec.patience,
        batch_size=spec.batch_size,
        learning_rate=values.learning_rate,
        seed=spec.seed,
    )
