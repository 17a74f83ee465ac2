"""How many networks a run trains, and on which windows."""

from typing import Literal

from pydantic import Field, model_validator

from enngene_core.errors import SpecError
from enngene_core.specs.base import Spec
from enngene_core.specs.shapes import MAX_PARAMETERS

MAX_MEMBERS = 20
#: Of all members of a model together, which are in memory at once.
MAX_PARAMETERS_OF_ALL = 4 * MAX_PARAMETERS


class MembersSpec(Spec):
    """Members of an ensemble, and cross-validation."""

    members: int = Field(
        1,
        ge=1,
        le=MAX_MEMBERS,
        description="Networks that are trained alike, from seeds that follow one another (seed, "
        "seed + 1 and so on); the model then gives the mean of their probabilities, which is "
        "mostly better than any single one of them, and takes as many times longer.",
    )
    folds: int = Field(
        0,
        ge=0,
        le=MAX_MEMBERS,
        description="Cross-validation: training and validation windows together are divided into "
        "this many parts (2 or more), and for each part a network is trained on all others and "
        "judged on it. Windows that the dataset keeps together stay together; test and blackbox "
        "windows take no part. 0 does without.",
    )
    folds_ensemble: Literal["off", "on"] = Field(
        "off",
        description="Whether the networks of the cross-validation together are the model, which "
        "gives the mean of their probabilities; otherwise it is trained on the dataset's own "
        "training windows.",
    )

    @model_validator(mode="after")
    def _check_combinations(self) -> "MembersSpec":
        if self.folds == 1:
            raise ValueError("found --folds 1; expected 0, or 2 or more")
        if self.folds_ensemble == "on" and not self.folds:
            raise ValueError("--folds-ensemble on needs --folds")
        if self.folds_ensemble == "on" and self.members > 1:
            raise ValueError(
                f"--members {self.members} is not for --folds-ensemble on, whose model has a "
                "member for each fold"
            )
        return self

    @property
    def n_members(self) -> int:
        """Networks of the model."""
        return self.folds if self.folds_ensemble == "on" else self.members

    @property
    def kind(self) -> Literal["member", "fold"]:
        """What a network of the model is."""
        return "fold" if self.folds_ensemble == "on" else "member"


def check_size(spec: MembersSpec, n_parameters: int) -> None:
    """Refuse a model whose members together are too large.

    Raises
    ------
    SpecError
        If they have more than `MAX_PARAMETERS_OF_ALL` parameters.
    """
    if spec.n_members * n_parameters > MAX_PARAMETERS_OF_ALL:
        raise SpecError(
            f"{spec.n_members} networks of {n_parameters:,} parameters are "
            f"{spec.n_members * n_parameters:,}; expected at most {MAX_PARAMETERS_OF_ALL:,} in all"
        )
