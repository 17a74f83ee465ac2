"""Parameters of evaluation."""

from pydantic import Field

from enngene_core.specs.base import Spec
from enngene_core.specs.splitting import SplitName


class EvaluationSpec(Spec):
    """Which part of a dataset is judged."""

    split: SplitName = Field(
        "test", description="Part of the dataset to evaluate on; the network never saw test data."
    )
