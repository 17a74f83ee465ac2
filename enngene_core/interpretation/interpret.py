"""Interpretation: which positions of new intervals or sequences speak for a class."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from enngene_core.dataset.new_windows import Kind, encode_new_file
from enngene_core.dataset.rejected import write_rejected_rows
from enngene_core.dataset.sources import References
from enngene_core.errors import SpecError
from enngene_core.interpretation.attributions import Attributions, Contrast, Progress
from enngene_core.interpretation.files import write_attribution_table, write_attributions
from enngene_core.interpretation.integrated_gradients import integrated_gradients
from enngene_core.interpretation.mutagenesis import as_attributions, mutagenesis
from enngene_core.interpretation.result import InterpretationResult
from enngene_core.interpretation.smooth_gradients import smooth_gradients
from enngene_core.interpretation.tracks import write_tracks
from enngene_core.models.bundle import Bundle, read_bundle
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.match import check_classes
from enngene_core.specs.execution import ExecutionSpec, InferenceSpec
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
    tracks: Path | None = None,
    rejected: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    inference: InferenceSpec = InferenceSpec(),
    on_folded: Progress | None = None,
    on_progress: Progress | None = None,
) -> InterpretationResult:
    """Attribute each window's class to its positions.

    Parameters
    ----------
    model
        Bundle.
    loci
        BED, narrowPeak, broadPeak, GFF3 or GTF file; or ready sequences, as FASTA or one a line.
    references
        Genome, conservation and tracks, for intervals.
    spec
        Class to explain, and by which method.
    kind
        What `loci` are.
    output
        HDF5 file of attributions to write.
    table
        Table to write: a row for each position of each window.
    tracks
        Folder to write: the attributions along the genome (`write_tracks`).
    rejected
        Table to write: a row for each interval or sequence that could not be used.
    execution
        Cores and memory.
    inference
        Numbers to compute with.
    on_folded
        Called with the number of folded and of all sequences, if the model reads structure.
    on_progress
        Called with the number of finished and of all windows.

    Raises
    ------
    BundleError, IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used, the class does not exist, or the model lacks what the method or
        the tracks need.
    """
    if tracks is not None and kind == "sequences":
        raise SpecError(
            "--tracks: ready sequences lie nowhere on a genome; expected --intervals instead of "
            "--sequences"
        )
    if spec.method == "mutagenesis" and inference.precision == "bfloat16":
        raise SpecError(
            "--precision bfloat16: what a substitution changes is often less than its rounding; "
            "expected float32 for --method mutagenesis"
        )
    # Mutagenesis goes through the layers one by one, as the config has them.
    for_use = None if spec.method == "mutagenesis" else inference.precision
    bundle = read_bundle(model, for_use=for_use)
    _check_reads_sequence(bundle, spec)
    classes = bundle.config.dataset.classes
    check_classes(bundle.config, filter(None, [spec.target]), flag="--target")
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
    attributions, effects = _explained(bundle, new.branches, target, spec, on_progress)
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
        effects=effects,
        chrom_sizes=new.chrom_sizes,
    )
    if output is not None:
        write_attributions(output, result)
    if table is not None:
        write_attribution_table(table, result)
    if tracks is not None:
        write_tracks(tracks, result)
    if rejected is not None:
        write_rejected_rows(rejected, new.rejections, found)
    return result


def _check_reads_sequence(bundle: Bundle, spec: InterpretationSpec) -> None:
    """Refuse what changes or shuffles the sequence before windows are encoded."""
    if "sequence" in bundle.config.network.branches:
        return
    if spec.method == "mutagenesis":
        raise SpecError(
            "--method mutagenesis changes the sequence, and the model reads none; expected "
            "integrated-gradients or smoothgrad"
        )
    if spec.baseline == "shuffled":
        raise SpecError(
            "--baseline shuffled: the model reads no sequence; expected uniform or zero"
        )


def _explained(
    bundle: Bundle,
    branches: Mapping[str, np.ndarray],
    target: np.ndarray,
    spec: InterpretationSpec,
    on_progress: Progress | None,
) -> tuple[Attributions, np.ndarray | None]:
    """Attributions by the method that is asked for; and the effects, of mutagenesis."""
    model, contrast = bundle.model, Contrast.of_spec(spec)
    if spec.method == "mutagenesis":
        network = bundle.config.network
        effects = mutagenesis(model, network, branches, target, of=spec.of, on_progress=on_progress)
        return as_attributions(effects), effects
    if spec.method == "smoothgrad":
        return smooth_gradients(
            model,
            branches,
            target,
            samples=spec.samples,
            noise=spec.noise,
            contrast=contrast,
            on_progress=on_progress,
        ), None
    return integrated_gradients(
        model,
        branches,
        target,
        steps=spec.steps,
        tolerance=spec.tolerance,
        contrast=contrast,
        on_progress=on_progress,
    ), None
