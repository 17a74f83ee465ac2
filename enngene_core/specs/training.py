"""Parameters of training."""

from typing import Literal

from pydantic import Field, model_validator

from enngene_core.specs.base import Spec


class TrainingSpec(Spec):
    """How a network is fitted; the weights of the best epoch are kept."""

    epochs: int = Field(
        15, ge=1, le=10_000, description="Largest number of passes over the training data."
    )
    batch_size: int = Field(
        64, ge=1, le=65_536, description="Windows that the network sees between two updates."
    )
    optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = Field(
        "adamw",
        description="How the weights are updated: Adam, Adam with weight decay (adamw), stochastic "
        "gradient descent with Nesterov momentum of 0.9 (sgd), or RMSprop.",
    )
    learning_rate: float = Field(
        0.002,
        gt=0,
        le=1,
        description="Size of the optimizer's steps; smaller is slower and "
        "steadier. With a schedule it is the largest size.",
    )
    schedule: Literal["constant", "step", "one-cycle", "cosine"] = Field(
        "cosine",
        description="How the learning rate changes: not at all (constant), halved after every 10 "
        "epochs (step), up in the first 30 % of all epochs and down to nearly 0 in the others "
        "(one-cycle), or slowly down to 0 at the last epoch (cosine).",
    )
    warmup: float = Field(
        0.15,
        ge=0,
        le=0.9,
        description="Share of all updates, at the start, in which the learning rate rises from 0; "
        "the schedule begins after them. One-cycle rises by itself and has none.",
    )
    weight_decay: float = Field(
        0.01,
        ge=0,
        le=1,
        description="How strongly weights are pulled to 0 at each update; for adamw only. Biases "
        "and batch normalisation are not pulled.",
    )
    patience: int = Field(
        10,
        ge=1,
        le=10_000,
        description="Training stops after this many epochs without a lower validation loss; the "
        "weights of the best epoch are kept.",
    )
    min_delta: float = Field(
        0,
        ge=0,
        le=10,
        description="Smallest fall of the validation loss that patience counts as one.",
    )
    loss: Literal["cross-entropy", "focal"] = Field(
        "cross-entropy",
        description="What training makes small: the cross-entropy, or the focal loss, which gives "
        "less weight to windows that are told apart already and helps where classes are rare.",
    )
    focal_gamma: float = Field(
        2,
        ge=0,
        le=10,
        description="How much less weight easy windows get; for the focal loss only.",
    )
    label_smoothing: float = Field(
        0.05,
        ge=0,
        lt=1,
        description="Share of each window's label that is spread over all classes: 0.1, say, keeps "
        "the network from being too sure, and helps where some labels are wrong.",
    )
    class_weights: Literal["none", "balanced"] = Field(
        "none",
        description="Weight of each class in the loss: the same for every window (none), or higher "
        "for windows of rare classes, so that all classes weigh the same (balanced).",
    )
    shift: int = Field(
        3,
        ge=0,
        le=1000,
        description="In each epoch every training window is moved by a random number of "
        "nucleotides, up to this one, to either side. What it moves onto is read from the flank "
        "that preprocessing kept; beyond that it is filled with unknown bases and scores of 0.",
    )
    reverse_complement: Literal["off", "on"] = Field(
        "off",
        description="In each epoch a random half of the training windows is shown as the reverse "
        "complement. Only where strand means nothing: for windows that were made with strand "
        "ignored, and networks that don't read the structure.",
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="Numbers that the layers compute with in training: bfloat16 is less exact, and "
        "faster on processors that have it (AVX512_BF16 or AMX); auto takes it there, and float32 "
        "elsewhere. Weights and predictions are float32 in both.",
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same model.",
    )
    deterministic: Literal["on", "off"] = Field(
        "on",
        description="Whether the same seed gives the same model, to the last bit; off may be "
        "faster.",
    )

    @model_validator(mode="after")
    def _check_combinations(self) -> "TrainingSpec":
        fields = type(self).model_fields
        if self.optimizer != "adamw" and self.weight_decay != fields["weight_decay"].default:
            raise ValueError(f"--weight-decay needs --optimizer adamw (found {self.optimizer})")
        if self.loss != "focal" and self.focal_gamma != fields["focal_gamma"].default:
            raise ValueError(f"--focal-gamma needs --loss focal (found {self.loss})")
        return self

    @property
    def ends_at_rest(self) -> bool:
        """Whether the learning rate is nearly 0 at the last epoch, mostly the best one then."""
        return self.schedule in ("cosine", "one-cycle")

    @property
    def is_steady(self) -> bool:
        """Whether the learning rate never changes."""
        return self.schedule == "constant" and not self.warmup
