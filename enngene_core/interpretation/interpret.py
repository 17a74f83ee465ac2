"""Interpretation: which positions of new intervals speak for a class."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from enngene_core.dataset.new_windows import encode_new_intervals
from enngene_core.dataset.sources import References
from enngene_core.errors import SpecError
from enngene_core.interpretation.files import write_attribution_table, write_attributions
from enngene_core.interpretation.integrated_gradients import integrated_gradients
from enngene_core.interpretation.result import InterpretationResult
from enngene_core.models.bundle import read_bundle
from enngene_core.models.inference import predict_probabilities
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.interpretation import InterpretationSpec


def interpret(
    model: Path,
    intervals: Path,
    references: References,
    spec: InterpretationSpec,
    *,
    output: Path | None = None,
    table: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_folded: Callable[[int, int], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> InterpretationResult:
    """Attribute each window's class to its positions by Integrated Gradients.

    Parameters
    ----------
    model
        Bundle.
    intervals
        BED or narrowPeak file.
    references
        Genome, conservation and tracks.
    spec
        Class to explain, and steps.
    output
        HDF5 file of attributions to write.
    table
        Table to write: a row for each position of each window.
    execution
        Cores and memory.
    on_folded
        Called with the number of folded and of all sequences, if the model reads structure.
    on_progress
        Called with the number of finished and of all windows.

    Raises
    ------
    BundleError, IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used, or the class does not exist.
    """
    bundle = read_bundle(model)
    classes = bundle.config.dataset.classes
    if spec.target and spec.target not in classes:
        raise SpecError(
            f"--target {spec.target}: the model has no such class; expected one of "
            f"{', '.join(classes)}"
        )
    _, new = encode_new_intervals(
        intervals,
        references,
        bundle.config.dataset,
        branches=tuple(bundle.config.network.branches),
        execution=execution,
        on_folded=on_folded,
    )
    probabilities = predict_probabilities(bundle.model, new.branches)
    target = probabilities.argmax(axis=1)
    if spec.target:
        target = np.full(len(target), classes.index(spec.target))
    attributions = integrated_gradients(
        bundle.model, new.branches, target, steps=spec.steps, on_progress=on_progress
    )
    result = InterpretationResult(
        config=bundle.config,
        spec=spec,
        windows=new.windows,
        branches=new.branches,
        probabilities=probabilities,
        target=target,
        attributions=attributions,
        rejections=new.rejections,
    )
    if output is not None:
        write_attributions(output, result)
    if table is not None:
        write_attribution_table(table, result)
    return result
