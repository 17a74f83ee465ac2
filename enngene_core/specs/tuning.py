"""Parameters of a search for a good network: its budget, and what is tried."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from enngene_core.specs.base import Spec
from enngene_core.specs.splitting import split_words

MAX_TRIALS = 1000
MAX_EPOCHS = 1000

#: What lies between the convolutions and the dense layer.
AfterConvolutions = Literal["residual", "flatten", "global_pooling", "gru", "lstm"]
Switch = Literal["off", "on"]

_RANGES = ("layers", "filters", "kernel", "pooling", "units", "dropout", "learning_rate")


class TuningSpec(Spec):
    """How many networks are tried, how long each is trained, and in what they differ."""

    n_trials: int = Field(
        20,
        ge=1,
        le=MAX_TRIALS,
        description="Networks to try; those of a study that is taken up count too.",
    )
    minutes: float = Field(
        0,
        ge=0,
        le=100_000,
        description="Time after which the search ends, in minutes; the network that is being "
        "trained then is left out, but one is trained to its end in any case. 0 sets no limit.",
    )
    epochs: int = Field(
        15,
        ge=1,
        le=MAX_EPOCHS,
        description="Largest number of passes over the training data for each network.",
    )
    patience: int = Field(
        4,
        ge=1,
        le=MAX_EPOCHS,
        description="Training of a network stops after this many epochs without a lower "
        "validation loss.",
    )
    batch_size: int = Field(
        64, ge=1, le=65_536, description="Windows that a network sees between two updates."
    )
    pruning: Literal["median", "off"] = Field(
        "median",
        description="Whether a network is given up early: when its lowest validation loss is above "
        "the median of the networks before it, at the same epoch (median), or never (off).",
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed tries the same networks.",
    )
    min_layers: int = Field(
        1, ge=1, le=8, description="Smallest number of convolution layers in each branch."
    )
    max_layers: int = Field(
        3, ge=1, le=8, description="Largest number of convolution layers in each branch."
    )
    min_filters: int = Field(
        16, ge=1, le=4096, description="Smallest number of patterns that a convolution learns."
    )
    max_filters: int = Field(
        128, ge=1, le=4096, description="Largest number of patterns that a convolution learns."
    )
    min_kernel: int = Field(
        4, ge=1, le=1000, description="Smallest width of a pattern in positions."
    )
    max_kernel: int = Field(
        16, ge=1, le=1000, description="Largest width of a pattern in positions."
    )
    min_pooling: int = Field(
        2,
        ge=1,
        le=16,
        description="Smallest number of neighbouring positions of which a convolution keeps the "
        "highest value.",
    )
    max_pooling: int = Field(
        4,
        ge=1,
        le=16,
        description="Largest number of neighbouring positions of which a convolution keeps the "
        "highest value.",
    )
    after_convolutions: tuple[AfterConvolutions, ...] = Field(
        ("residual", "flatten", "global_pooling", "gru"),
        min_length=1,
        description="What is tried between the convolutions and the dense layer: four residual "
        "convolutions that look ever farther apart (residual), nothing (flatten), best match and "
        "mean of each pattern (global_pooling), or a bidirectional gru or lstm, which are slow, "
        "separated by commas.",
    )
    min_units: int = Field(
        16,
        ge=2,
        le=4096,
        description="Smallest size of the dense layer; a GRU or LSTM has half of it in each "
        "direction.",
    )
    max_units: int = Field(
        128,
        ge=2,
        le=4096,
        description="Largest size of the dense layer; a GRU or LSTM has half of it in each "
        "direction.",
    )
    min_dropout: float = Field(
        0, ge=0, lt=1, description="Smallest share of outputs that is left out at each update."
    )
    max_dropout: float = Field(
        0.5, ge=0, lt=1, description="Largest share of outputs that is left out at each update."
    )
    batch_normalization: tuple[Switch, ...] = Field(
        ("off", "on"),
        min_length=1,
        description="Whether networks with batch normalisation (on), without it (off) or both are "
        "tried, separated by commas.",
    )
    min_learning_rate: float = Field(0.0003, gt=0, le=1, description="Smallest learning rate.")
    max_learning_rate: float = Field(0.01, gt=0, le=1, description="Largest learning rate.")

    @field_validator("after_convolutions", "batch_normalization", mode="before")
    @classmethod
    def _split_choices(cls, value: Any) -> Any:
        return split_words(value, ",")

    @field_validator("after_convolutions", "batch_normalization")
    @classmethod
    def _check_choices(cls, choices: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(choices)) < len(choices):
            raise ValueError(f"found {','.join(choices)}; expected different choices")
        return choices

    @model_validator(mode="after")
    def _check_ranges(self) -> "TuningSpec":
        for name in _RANGES:
            low, high = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            if low > high:
                flag = name.replace("_", "-")
                raise ValueError(
                    f"found --min-{flag} {low:g} and --max-{flag} {high:g}; expected a smallest "
                    "value that is not above the largest"
                )
        return self
