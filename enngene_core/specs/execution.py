"""The resources that a command may use."""

import os

from pydantic import Field

from enngene_core.specs.base import Spec
from enngene_core.specs.network import Precision


class ExecutionSpec(Spec):
    """Cores and memory."""

    threads: int = Field(
        0, ge=0, le=4096, description="Cores to use; 0 uses all that this process may use."
    )
    memory: int = Field(
        0,
        ge=0,
        description="Memory in MiB that the work must fit into; 0 sets no bound. Work that would "
        "not fit is refused before it starts.",
    )

    @property
    def n_threads(self) -> int:
        """Cores to use, at least one."""
        return self.threads or len(os.sched_getaffinity(0))


class InferenceSpec(Spec):
    """How a trained network computes."""

    precision: Precision = Field(
        "float32",
        description="Numbers that the network computes with: bfloat16 is less exact, and faster on "
        "processors that have it (AVX512_BF16 or AMX).",
    )
