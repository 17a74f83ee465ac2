"""Parameters of training."""

from pydantic import Field

from enngene_core.specs.base import Spec


class TrainingSpec(Spec):
    """How a network is fitted: Adam, early stopping, the best weights kept."""

    epochs: int = Field(
        30, ge=1, le=10_000, description="Largest number of passes over the training data."
    )
    batch_size: int = Field(
        64, ge=1, le=65_536, description="Windows that the network sees between two updates."
    )
    learning_rate: float = Field(
        0.001, gt=0, le=1, description="Size of Adam's steps; smaller is slower and steadier."
    )
    patience: int = Field(
        6,
        ge=1,
        le=10_000,
        description="Training stops after this many epochs without a lower validation loss; the "
        "weights of the best epoch are kept.",
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same model.",
    )
