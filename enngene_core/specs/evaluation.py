"""Parameters of evaluation."""

from typing import Literal

from pydantic import Field

from enngene_core.specs.base import Spec
from enngene_core.specs.splitting import SplitName


class EvaluationSpec(Spec):
    """Which part of a dataset is judged, and how sure its numbers are."""

    split: SplitName = Field(
        "test", description="Part of the dataset to evaluate on; the network never saw test data."
    )
    calibrate: Literal["none", "temperature", "isotonic"] = Field(
        "none",
        description="Make probabilities that are as often right as they say, by what the "
        "validation windows of the dataset show: temperature (one number, which changes no "
        "prediction) or isotonic (a curve for each class; for many validation windows). Test "
        "windows take no part in it.",
    )
    resamples: int = Field(
        2000,
        ge=0,
        le=20_000,
        description="How often the windows are drawn again for the 95 % intervals of the numbers; "
        "0 does without intervals.",
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same intervals.",
    )
