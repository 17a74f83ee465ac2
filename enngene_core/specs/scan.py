"""Parameters of scanning a genome."""

from typing import Any, Literal

from pydantic import Field, field_validator

from enngene_core.specs.base import Spec
from enngene_core.specs.preprocess import MAX_WINDOW
from enngene_core.specs.splitting import split_words

#: Fewer shuffled windows than this say nothing of a threshold.
LEAST_BACKGROUND = 100

Strand = Literal["+", "-", "."]
_STRANDS: dict[str, tuple[Strand, ...]] = {
    "both": ("+", "-"),
    "forward": ("+",),
    "reverse": ("-",),
}


class ScanSpec(Spec):
    """Where windows lie, what is scored, and when it counts as a peak."""

    step: int = Field(
        0,
        ge=0,
        le=MAX_WINDOW,
        description="Nucleotides from one window to the next, at most a window; 0 takes a quarter "
        "of the window.",
    )
    strands: Literal["auto", "both", "forward", "reverse"] = Field(
        "auto",
        description="Strands to read: both, forward or reverse; auto reads both if the model was "
        "trained on intervals read on their own strands, and forward alone if it was trained "
        "without regard to strands.",
    )
    chromosomes: tuple[str, ...] = Field(
        (),
        description="Chromosomes to scan, separated by commas; all if it is empty.",
    )
    peak_class: tuple[str, ...] = Field(
        (),
        max_length=1000,
        description="Classes to score, each with its tracks and peaks; all of them if none is "
        "named.",
    )
    q: float = Field(
        0.05,
        gt=0,
        le=1,
        description="Largest q-value of a window in a peak: the share of the windows in peaks that "
        "shuffled sequence would explain, at most.",
    )
    background: int = Field(
        100_000,
        ge=LEAST_BACKGROUND,
        le=10_000_000,
        description="Number of shuffled windows that scores are compared with; more tell rarer "
        "sites from chance.",
    )
    max_unknown: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Largest share of unknown bases (N, and padding) in a window; one with more "
        "gets no value.",
    )
    max_folded: int = Field(
        500_000,
        ge=1,
        le=1_000_000_000,
        description="Most windows to fold, if the model reads structure, which takes "
        "hundreds of times as long as the rest; a scan of more is refused before it starts.",
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same background.",
    )

    @field_validator("chromosomes", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return split_words(value, ",")

    @field_validator("peak_class")
    @classmethod
    def _check_different(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"class {twice!r} is named twice")
        return names

    def step_for(self, window: int) -> int:
        """Nucleotides from one window to the next, for windows of this width."""
        return self.step or max(window // 4, 1)

    def strands_for(self, strand: Literal["apply", "ignore"]) -> tuple[Strand, ...]:
        """Strands to read with a model whose training data were read on strands like this."""
        if self.strands != "auto":
            return _STRANDS[self.strands]
        return ("+", "-") if strand == "apply" else (".",)
