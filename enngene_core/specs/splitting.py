"""Parameters of the division into splits, for a new dataset and for one that exists."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from enngene_core.specs.base import Spec

SPLITS = ("train", "validation", "test", "blackbox")
SplitName = Literal["train", "validation", "test", "blackbox"]

#: In place of names: the chromosomes that come nearest to the ratio.
AUTO = "auto"


def split_words(value: Any, separator: str) -> Any:
    """Words of ``"a,b"`` or ``["a,b", "c"]``; any other value as it is."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return [word.strip() for item in value for word in item.split(separator) if word.strip()]
    return value


class SplittingSpec(Spec):
    """How windows are reduced and divided into train, validation, test and blackbox."""

    split: Literal["random", "chromosome", "homology", "given"] = Field(
        "random",
        description="How windows are divided into training, validation and test data: at random "
        "within each class; by chromosome; by homology, so that similar sequences stay together; "
        "or as given in the names of the intervals or in a table.",
    )
    ratio: tuple[int, ...] = Field(
        (7, 1, 1, 1),
        description="Shares of train:validation:test:blackbox, where the split is not given. "
        "Blackbox is kept aside for a final check and may be 0.",
    )
    validation_chromosomes: tuple[str, ...] = Field(
        (AUTO,),
        description="Chromosomes for validation in a split by chromosome, separated by commas; "
        "auto takes those that come nearest to the ratio.",
    )
    test_chromosomes: tuple[str, ...] = Field(
        (AUTO,),
        description="Chromosomes for testing in a split by chromosome, separated by commas; "
        "auto takes those that come nearest to the ratio.",
    )
    blackbox_chromosomes: tuple[str, ...] = Field(
        (),
        description="Chromosomes for the blackbox in a split by chromosome, separated by commas, "
        "or auto; none if it is empty.",
    )
    identity: float = Field(
        0.8,
        ge=0.7,
        le=1,
        description="Share of identical bases from which two windows count as similar, in a split "
        "by homology.",
    )
    allow_overlap: bool = Field(
        False,
        description="Let overlapping windows stand in different splits. Test results are then "
        "too good; without it they never do.",
    )
    reduce: tuple[str, ...] = Field(
        (),
        description="Classes to draw from at random before the split, each as NAME=NUMBER: a "
        "number of windows, or a share below 1.",
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same dataset.",
    )

    @property
    def reductions(self) -> dict[str, float]:
        """Number of windows, or share below 1, of each class that is reduced."""
        pairs = (text.rpartition("=") for text in self.reduce)
        return {name: float(number) for name, _, number in pairs}

    @field_validator(
        "validation_chromosomes", "test_chromosomes", "blackbox_chromosomes", mode="before"
    )
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return split_words(value, ",")

    @field_validator("ratio", mode="before")
    @classmethod
    def _split_colons(cls, value: Any) -> Any:
        return split_words(value, ":")

    @field_validator("ratio")
    @classmethod
    def _check_ratio(cls, ratio: tuple[int, ...]) -> tuple[int, ...]:
        if len(ratio) not in (3, 4) or min(ratio) < 0 or max(ratio) > 10**6:
            raise ValueError(
                "expected three or four whole numbers from 0, as in 8:1:1 or 7:1:1:1 "
                "(train:validation:test:blackbox)"
            )
        if ratio[0] == 0:
            raise ValueError("the share of training data must not be 0")
        return ratio

    @field_validator("reduce")
    @classmethod
    def _check_reduce(cls, reduce: tuple[str, ...]) -> tuple[str, ...]:
        names = set()
        for text in reduce:
            name, _, number = text.rpartition("=")
            is_share = _is_share(number)
            if not name or not (is_share or (number.isascii() and number.isdigit())):
                raise ValueError(f"found {text[:60]!r}; expected NAME=500 or NAME=0.5")
            if not is_share and (len(number) > 9 or int(number) < 1):
                raise ValueError(f"found {text[:60]!r}; expected one window to 999999999")
            if name in names:
                raise ValueError(f"class {name!r} is reduced twice")
            names.add(name)
        return reduce

    @model_validator(mode="after")
    def _check_chromosomes(self) -> "SplittingSpec":
        lists = (self.validation_chromosomes, self.test_chromosomes, self.blackbox_chromosomes)
        named = [name for names in lists for name in names if name != AUTO]
        if self.split != "chromosome" and named:
            raise ValueError("chromosomes are only named with --split chromosome")
        for names in lists:
            if AUTO in names and len(names) > 1:
                raise ValueError("auto stands alone, without names of chromosomes")
        if len(set(named)) < len(named):
            twice = next(name for name in named if named.count(name) > 1)
            raise ValueError(f"chromosome {twice} is named twice")
        return self


def _is_share(text: str) -> bool:
    try:
        return "." in text and 0 < float(text) < 1
    except ValueError:
        return False
