"""Parameters of interpretation."""

from pydantic import Field

from enngene_core.specs.base import Spec


class InterpretationSpec(Spec):
    """How attributions are computed, and what is shown of them."""

    target: str = Field(
        "",
        max_length=200,
        description="Class to explain; if empty, each sequence's own predicted class.",
    )
    steps: int = Field(
        50,
        ge=2,
        le=1000,
        description="Points on the path from the baseline to the input; more are more exact.",
    )
    top: int = Field(
        10, ge=1, le=50, description="Highest scoring sequences of each class in the figure."
    )
