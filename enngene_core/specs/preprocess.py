"""Parameters of preprocessing, and of the dataset that it makes."""

from collections import Counter
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from enngene_core.specs.base import Spec
from enngene_core.specs.branches import BranchName

SPLITS = ("train", "validation", "test", "blackbox")
SplitName = Literal["train", "validation", "test", "blackbox"]

MAX_WINDOW = 10_000
_LONGEST_CLASS_NAME = 100
#: Other columns of the tables of predictions, and other rows of those of metrics.
_RESERVED_CLASS_NAMES = (
    *("chrom", "start", "end", "name", "strand", "true_class", "predicted_class"),
    *("all", "macro average", "micro average"),
)


def _split_words(value: Any, separator: str) -> Any:
    """Words of ``"a,b"`` or ``["a,b", "c"]``; any other value as it is."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return [word.strip() for item in value for word in item.split(separator) if word.strip()]
    return value


class PreprocessSpec(Spec):
    """How intervals become windows, branches and splits."""

    branches: tuple[BranchName, ...] = Field(
        ("sequence",),
        description="What the network will see of each window: sequence, structure (predicted by "
        "ViennaRNA) and conservation (from a bigWig), separated by commas.",
    )
    window: int = Field(
        100,
        ge=3,
        le=MAX_WINDOW,
        description="Width of a window in nucleotides; every interval is cut or extended to it.",
    )
    placement: Literal["center", "random"] = Field(
        "center",
        description="Where a window lies: around the middle of its interval, or at a random place "
        "within it (around it, if the interval is shorter than the window).",
    )
    split: Literal["random", "chromosome"] = Field(
        "random",
        description="How windows are divided into training, validation and test data: at random "
        "within each class, or by chromosome.",
    )
    ratio: tuple[int, ...] = Field(
        (7, 1, 1, 1),
        description="Shares of train:validation:test:blackbox in a random split. Blackbox is kept "
        "aside for a final check and may be 0.",
    )
    validation_chromosomes: tuple[str, ...] = Field(
        (), description="Chromosomes for validation in a split by chromosome, separated by commas."
    )
    test_chromosomes: tuple[str, ...] = Field(
        (), description="Chromosomes for testing in a split by chromosome, separated by commas."
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same dataset.",
    )

    @field_validator("branches", "validation_chromosomes", "test_chromosomes", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return _split_words(value, ",")

    @field_validator("ratio", mode="before")
    @classmethod
    def _split_colons(cls, value: Any) -> Any:
        return _split_words(value, ":")

    @field_validator("branches")
    @classmethod
    def _check_branches(cls, branches: tuple[str, ...]) -> tuple[str, ...]:
        if not branches or len(set(branches)) < len(branches):
            raise ValueError("expected one or more different branches")
        return branches

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

    @model_validator(mode="after")
    def _check_chromosomes(self) -> "PreprocessSpec":
        named = set(self.validation_chromosomes) | set(self.test_chromosomes)
        if self.split == "random":
            if named:
                raise ValueError("chromosomes are only named with --split chromosome")
            return self
        if not self.validation_chromosomes or not self.test_chromosomes:
            raise ValueError(
                "--split chromosome needs --validation-chromosomes and --test-chromosomes"
            )
        if both := set(self.validation_chromosomes) & set(self.test_chromosomes):
            raise ValueError(f"{sorted(both)[0]} is named for validation and for testing")
        return self


class DatasetSpec(PreprocessSpec):
    """What a dataset holds: its windows, branches and classes."""

    classes: tuple[str, ...] = Field(min_length=2, max_length=1000)

    @field_validator("classes")
    @classmethod
    def _check_classes(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        for name, count in Counter(classes).items():
            if count > 1:
                raise ValueError(f"class {name!r} is given {count} times; expected different names")
            is_long = len(name) > _LONGEST_CLASS_NAME
            if not name.strip() or not name.isprintable() or is_long:
                raise ValueError(
                    f"found {name[:40]!r} as the name of a class; expected 1 to "
                    f"{_LONGEST_CLASS_NAME} printable characters"
                )
            if name in _RESERVED_CLASS_NAMES:
                raise ValueError(
                    f"found {name!r} as the name of a class; tables use that word themselves: "
                    f"{', '.join(_RESERVED_CLASS_NAMES)}"
                )
        return classes
