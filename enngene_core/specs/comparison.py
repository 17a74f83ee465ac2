"""Parameters of the comparison of models."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from pydantic import Field

from enngene_core.errors import EnngeneError, SpecError
from enngene_core.specs.base import Spec
from enngene_core.specs.splitting import SplitName

#: More models than this give more pairs than a reader, or their correction, can bear.
MOST_MODELS = 20
_SUFFIXES = (".zip", ".tsv", ".tabular", ".txt")


class ComparisonSpec(Spec):
    """On which windows models are compared, which of them, and how sure is sure."""

    split: SplitName = Field(
        "test",
        description="Part of the dataset to compare on; take one whose windows are new to all "
        "models.",
    )
    resamples: int = Field(
        2000,
        ge=0,
        le=20_000,
        description="How often the windows are drawn again for the 95 % intervals and p-values; "
        "without (0), only AUROC and accuracy are tested.",
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same intervals and "
        "p-values.",
    )
    against: Literal["all", "first"] = Field(
        "all",
        description="Which models are compared: every one with every other (all), or every one "
        "with the first alone (first), which makes fewer tests.",
    )
    correction: Literal["holm", "benjamini-hochberg"] = Field(
        "holm",
        description="How p-values are adjusted for the number of tests: Holm's method allows "
        "hardly any false find at all, that of Benjamini and Hochberg a share of 5 % among what "
        "is found.",
    )


class ModelFileSpec(Spec):
    """One model, or its predictions."""

    name: str = Field(min_length=1, description="Model, or the name of its file.")
    path: str = Field(min_length=1, description="Model bundle, or table of predictions.")

    @property
    def model_name(self) -> str:
        """The name without the suffix of its file: ``cnn`` for ``cnn.zip``."""
        for suffix in _SUFFIXES:
            if self.name.lower().endswith(suffix) and len(self.name) > len(suffix):
                return self.name[: -len(suffix)]
        return self.name


class ModelFilesSpec(Spec):
    """All models, in the order of the tables."""

    kind: Literal["bundles", "predictions"] = Field(
        "bundles", description="What the files are: model bundles, or tables of predictions."
    )
    models: tuple[ModelFileSpec, ...]


def check_names(names: Sequence[str]) -> None:
    """Whether models with these names can be compared.

    Raises
    ------
    SpecError
        If there are fewer than two or more than `MOST_MODELS`, or two of one name.
    """
    if not 2 <= len(names) <= MOST_MODELS:
        raise SpecError(f"found {len(names)} models; expected from 2 to {MOST_MODELS} to compare")
    for name in names:
        if names.count(name) > 1:
            raise SpecError(
                f"the name {name} is given to {names.count(name)} models; expected different names"
            )


@contextmanager
def told_by_name(name: str) -> Iterator[None]:
    """Name the model in an error's message: on a server its file's own name says nothing."""
    try:
        yield
    except EnngeneError as error:
        raise type(error)(f"model {name}: {error}") from error
