"""Parameters of importing a model that was trained elsewhere."""

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from enngene_core.specs.base import Spec
from enngene_core.specs.preprocess import MAX_WINDOW
from enngene_core.specs.splitting import split_words


class ImportSpec(Spec):
    """What a foreign model's file does not say of its input and output."""

    classes: tuple[str, ...] = Field(
        min_length=2,
        max_length=1000,
        description="Names of the model's classes in the order of its outputs, separated by "
        "commas. A model with a single output tells two apart: give first the class for a low "
        "output, then the one for a high output.",
    )
    alphabet: str = Field(
        "ACGT",
        description="Order of the bases in the model's one-hot input, such as ACGT or ACGU; ACGTN "
        "if an unknown base has a channel of its own. Without N, it is a row of zeros.",
    )
    window: int = Field(
        0,
        ge=0,
        le=MAX_WINDOW,
        description="Width of a window in nucleotides; 0 takes the width that the model was made "
        "for. A model for any width needs a number here.",
    )
    strand: Literal["apply", "ignore"] = Field(
        "apply",
        description="Whether intervals on the minus strand are read as the reverse complement, as "
        "it was when the model was trained.",
    )

    @field_validator("classes", mode="before")
    @classmethod
    def _split_classes(cls, value: Any) -> Any:
        return split_words(value, ",")

    @field_validator("alphabet", mode="after")
    @classmethod
    def _check_alphabet(cls, alphabet: str) -> str:
        letters = re.sub("U", "T", alphabet.upper())
        if sorted(letters.replace("N", "", 1)) != list("ACGT"):
            raise ValueError(
                f"found {alphabet[:20]!r}; expected each of A, C, G and T (or U) once, and N at "
                "most once"
            )
        return letters
