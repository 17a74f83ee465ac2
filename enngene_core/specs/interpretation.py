"""Parameters of interpretation."""

from typing import Literal

from pydantic import Field

from enngene_core.specs.base import Spec

Method = Literal["integrated-gradients", "smoothgrad", "mutagenesis"]
Output = Literal["logits", "probabilities"]
Baseline = Literal["uniform", "zero", "shuffled"]


class InterpretationSpec(Spec):
    """How attributions are computed, and what is shown of them."""

    target: str = Field(
        "",
        max_length=200,
        description="Class to explain; if empty, each sequence's own predicted class.",
    )
    method: Method = Field(
        "integrated-gradients",
        description="integrated-gradients: contributions of all positions of all branches, which "
        "add up to what they explain; smoothgrad: slopes at noisy copies of the window, a rougher "
        "picture; mutagenesis: what each single substitution in the sequence changes, read by the "
        "network itself.",
    )
    of: Output = Field(
        "logits",
        description="What is explained: the class's score before it becomes a probability "
        "(logits), which one class alone decides; or its probability, as ENNGene does, which "
        "hardly changes where the network is sure.",
    )
    baseline: Baseline = Field(
        "uniform",
        description="What a window is compared with. uniform: every base and every structure "
        "equally likely at each position, scores of 0; zero: nothing at all, as ENNGene does, "
        "which no network has seen; shuffled: the window's own bases shuffled, with the same "
        "number of each pair of neighbours, the other branches as in uniform.",
    )
    shuffles: int = Field(
        10,
        ge=1,
        le=1000,
        description="Shuffled sequences that each window is compared with; their mean counts.",
    )
    tolerance: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Completeness error that is good enough: how far the sum of a window's "
        "contributions may be from what they explain, as a share of it. Windows above it get three "
        "times as many steps, again and again.",
    )
    steps: int = Field(
        324,
        ge=2,
        le=1024,
        description="Most points on the path from the baseline to the window; a window that needs "
        "more to reach the tolerance is marked.",
    )
    samples: int = Field(
        50, ge=1, le=10_000, description="Noisy copies of each window, of SmoothGrad."
    )
    noise: float = Field(
        0.15,
        ge=0.001,
        le=10,
        description="Standard deviation of SmoothGrad's noise, as a share of the range of what a "
        "branch holds.",
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, description="Number that shuffles and noise start from."
    )
    top: int = Field(
        10, ge=1, le=50, description="Highest scoring sequences of each class in the figure."
    )
