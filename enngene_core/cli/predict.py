"""`enngene predict`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import (
    Execution,
    Inference,
    Model,
    New,
    NewOptions,
    ReferenceFiles,
    ReferenceOptions,
    Rejected,
)
from enngene_core.quiet import silenced
from enngene_core.specs.execution import ExecutionSpec, InferenceSpec


def predict(
    *,
    model: Model,
    loci: New = NewOptions(),
    references: ReferenceFiles = ReferenceOptions(),
    execution: Execution = ExecutionSpec(),
    inference: Inference = InferenceSpec(),
    output: Annotated[Path, Parameter(help="Table of predictions to write.")],
    rejected: Rejected = None,
) -> None:
    """Predict the class of new intervals or sequences."""
    path, kind = loci.open()
    from enngene_core.models.bundle import check_bundle

    check_bundle(model)
    with silenced():
        from enngene_core.cli.progress import CountProgress
        from enngene_core.models.runtime import use_threads
        from enngene_core.prediction import predict as work

        use_threads(execution.n_threads)
    result = work.predict(
        model,
        path,
        references.open(),
        kind=kind,
        output=output,
        rejected=rejected,
        execution=execution,
        inference=inference,
        on_folded=CountProgress("sequences folded"),
        on_progress=CountProgress("windows predicted"),
    )
    print(f"{len(result.intervals)} {kind}, {len(result.rejections)} of them unusable (NA)")
    told = zip(result.rejections.line[:10], result.rejections.reason[:10], strict=True)
    for line, reason in told:
        print(f"line {line}: {reason}")
