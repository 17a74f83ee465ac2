"""Interpretation: which positions of new intervals or sequences speak for a class."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from enngene_core.dataset.new_windows import Kind, encode_new_file
from enngene_core.dataset.rejected import write_rejected_rows
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
    loci: Path,
    references: References = References(),
    spec: InterpretationSpec = InterpretationSpec(),
    *,
    kind: Kind = "intervals",
    output: Path | None = None,
    table: Path | None = None,
    rejected: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_folded: Callable[[int, int], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> InterpretationResult:
    """Attribute each window's class to its positions by Integrated Gradients.

    Parameters
    ----------
    model
        Bundle.
    loci
        BED, narrowPeak, broadPeak, GFF3 or GTF file; or ready sequences, as FASTA or one a line.
    references
        Genome, conservation and tracks, for intervals.
    spec
        Class to explain, and steps.
    kind
        What `loci` are.
    output
        HDF5 file of attributions to write.
    table
        Table to write: a row for each position of each window.
    rejected
        Table to write: a row for each interval or sequence that could not be used.
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
    found, new = encode_new_file(
        loci,
        references,
        bundle.config.dataset,
        kind=kind,
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
        of_sequences=kind == "sequences",
    )
    if output is not None:
        write_attributions(output, result)
    if table is not None:
        write_attribution_table(table, result)
    if rejected is not None:
        write_rejected_rows(rejected, new.rejections, found)
    return result
