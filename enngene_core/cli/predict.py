"""`enngene predict`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import (
    Conservation,
    Execution,
    Fasta,
    Model,
    NewIntervals,
)
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.execution import ExecutionSpec


def predict(
    *,
    model: Model,
    intervals: NewIntervals,
    fasta: Fasta,
    conservation: Conservation = None,
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Table of predictions to write.")],
) -> None:
    """Predict the class of new intervals."""
    with silenced():
        from enngene_core.cli.progress import CountProgress
        from enngene_core.dataset.encode import References
        from enngene_core.models.runtime import use_threads
        from enngene_core.prediction import predict as work

        use_threads(execution.n_threads)
    with written_together(output) as (table,):
        result = work.predict(
            model,
            intervals,
            References(fasta, conservation),
            output=table,
            execution=execution,
            on_folded=CountProgress("sequences folded"),
            on_progress=CountProgress("windows predicted"),
        )
    print(f"{len(result.intervals)} intervals, {len(result.rejections)} of them unusable (NA)")
    for rejection in result.rejections[:10]:
        print(f"line {rejection.line}: {rejection.reason}")
