"""Parameters of dividing a dataset again."""

from typing import Any

from pydantic import Field, field_validator

from enngene_core.specs.branches import BranchName
from enngene_core.specs.splitting import SplittingSpec, split_words


class SplitSpec(SplittingSpec):
    """Which windows and branches of a dataset stay, and how they are divided."""

    branches: tuple[BranchName, ...] = Field(
        (),
        description="Branches to keep, separated by commas; all of them if it is empty.",
    )

    @field_validator("branches", mode="before")
    @classmethod
    def _split_branches(cls, value: Any) -> Any:
        return split_words(value, ",")
