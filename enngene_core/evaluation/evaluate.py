"""Evaluation: a model bundle against windows whose classes are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from enngene_core.dataset.classes import ClassFile, read_classes, read_labelled_classes
from enngene_core.dataset.encode import check_memory
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.new_windows import encode_new_windows
from enngene_core.dataset.rejected import write_rejected
from enngene_core.dataset.sources import References
from enngene_core.errors import SpecError
from enngene_core.evaluation.curves import write_curves
from enngene_core.evaluation.result import METRIC_COLUMNS, EvaluationResult, score
from enngene_core.evaluation.thresholds import THRESHOLD_COLUMNS
from enngene_core.formats.text.table import write_table
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.models.bundle import Bundle, BundleConfig, read_bundle
from enngene_core.models.calibration import (
    calibrated,
    fit_calibration,
    with_calibration,
    write_calibrated,
)
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.match import check_match, model_labels
from enngene_core.models.predictions import PredictionTable
from enngene_core.provenance import sha256
from enngene_core.specs.calibration import Calibration
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec


@dataclass(frozen=True)
class LabelledFiles:
    """Windows to judge a model on, as files of some or all of its classes.

    Attributes
    ----------
    classes : sequence of ClassFile
        Intervals or ready sequences of each class, by the model's names.
    labelled : Path or None
        One file of all classes instead, as `read_labelled` takes it.
    references : References
        Genome, conservation and tracks, as far as the model reads them.
    rejected : Path or None
        Table of the input rows that became no window, to be written.
    """

    classes: Sequence[ClassFile]
    references: References
    rejected: Path | None = None
    labelled: Path | None = None


def evaluate(
    model: Path,
    source: Path | LabelledFiles,
    spec: EvaluationSpec = EvaluationSpec(),
    *,
    output: Path | None = None,
    predictions: Path | None = None,
    thresholds: Path | None = None,
    curves: Path | None = None,
    calibrated_model: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_folded: Callable[[int, int], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> EvaluationResult:
    """Judge a model on one split of a dataset, or on files of its classes.

    Parameters
    ----------
    model
        Bundle.
    source
        Dataset with the model's classes, window and branches; or files, of which windows are made
        as those of the model's training data.
    spec
        Which split of a dataset, and how the intervals are made.
    output
        Table of metrics to write.
    predictions
        Table of the windows with their probabilities to write.
    thresholds
        Table of each class's best thresholds to write.
    curves
        Folder to make, with a table for each curve.
    calibrated_model
        Bundle to write: the model with the calibration that was fitted.
    execution
        Cores, and memory that the windows must fit into.
    on_folded
        Called with the number of folded and of all sequences, if a model of files reads structure.
    on_progress
        Called with the number of finished and of all windows.

    Raises
    ------
    BundleError, DatasetError, IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used, or does not belong to the model; or if a calibration is asked for
        where there are no validation windows.
    InsufficientMemoryError
        If the windows would not fit into memory.
    """
    bundle = read_bundle(model)
    rejections = Rejections.none()
    check_calibration(spec, bundle.config, source, calibrated_model)
    if isinstance(source, Path) and spec.calibrate != "none":
        calibration = _fitted(bundle, source, spec, execution)
        if calibrated_model is not None:
            write_calibrated(model, bundle.config, calibration, calibrated_model)
        bundle = with_calibration(bundle, calibration)
    config = bundle.config
    if isinstance(source, LabelledFiles):
        windows, branches, rejections = _of_files(config, source, execution, on_folded)
    else:
        windows, branches = _of_dataset(config, source, spec, execution)
    found = predict_probabilities(bundle.model, branches, on_progress=on_progress)
    probabilities = calibrated(config.calibration, found)
    result = score(
        config,
        None if isinstance(source, LabelledFiles) else spec.split,
        windows.label,
        probabilities,
        spec=spec,
        n_threads=execution.n_threads,
        is_own_dataset=isinstance(source, Path) and config.trained_on == sha256(source),
        rejections=rejections,
        uncalibrated=None if config.calibration is None else found,
    )
    result = replace(result, windows=windows)
    if output is not None:
        before = result.uncalibrated.metrics if result.uncalibrated else []
        write_table(output, METRIC_COLUMNS, [*result.metrics, *before])
    if curves is not None:
        write_curves(curves, result)
    if thresholds is not None:
        write_table(thresholds, THRESHOLD_COLUMNS, [item.row for item in result.thresholds])
    if predictions is not None:
        with PredictionTable(
            predictions,
            windows,
            classes=config.dataset.classes,
            probabilities=probabilities,
            with_true_class=True,
        ) as table:
            table.write_until(len(windows))
    return result


def check_calibration(
    spec: EvaluationSpec,
    config: BundleConfig,
    source: Path | LabelledFiles,
    calibrated_model: Path | None,
) -> None:
    """Refuse a calibration that cannot be fitted, or written.

    Raises
    ------
    SpecError
        If there is none to write, or there are no validation windows to fit it to.
    """
    is_fitted = isinstance(source, Path) and spec.calibrate != "none"
    if calibrated_model is not None and not is_fitted:
        raise SpecError("--calibrated-model needs --dataset, and --calibrate other than none")
    if spec.calibrate == "none" or is_fitted:
        return
    has = "none" if config.calibration is None else config.calibration.method
    if has != spec.calibrate:
        raise SpecError(
            f"--calibrate {spec.calibrate} is fitted to validation windows: expected a dataset, or "
            f"a model with that calibration (it has {has})"
        )


def _fitted(
    bundle: Bundle, dataset: Path, spec: EvaluationSpec, execution: ExecutionSpec
) -> Calibration:
    validation = spec.model_copy(update={"split": "validation"})
    windows, branches = _of_dataset(bundle.config, dataset, validation, execution)
    probabilities = predict_probabilities(bundle.model, branches)
    return fit_calibration(spec.calibrate, windows.label, probabilities, fitted_on=sha256(dataset))


def _of_dataset(
    config: BundleConfig, path: Path, spec: EvaluationSpec, execution: ExecutionSpec
) -> tuple[Windows, dict[str, np.ndarray]]:
    with Dataset(path) as dataset:
        check_match(config, dataset)
        rows = dataset.rows(spec.split)
        check_memory(len(rows), dataset.spec, tuple(config.network.branches), execution)
        branches: dict[str, np.ndarray] = {
            name: dataset.branch(name, rows) for name in config.network.branches
        }
        return replace(dataset.windows(rows), label=model_labels(config, dataset, rows)), branches


def _of_files(
    config: BundleConfig,
    files: LabelledFiles,
    execution: ExecutionSpec,
    on_folded: Callable[[int, int], None] | None,
) -> tuple[Windows, dict[str, np.ndarray], Rejections]:
    names = config.dataset.classes
    given = [item.name for item in files.classes]
    for name in given:
        if name not in names:
            raise SpecError(f"found class {name}; expected the model's: {', '.join(names)}")
        if given.count(name) > 1:
            raise SpecError(f"class {name} is given twice; expected one file of each class")
    classes = files.classes
    if files.labelled is None:
        loci = read_classes(classes, feature=config.dataset.feature)
    else:
        loci = read_labelled_classes(files.labelled, names)
        given = [item.name for item in loci]
        classes = [ClassFile(name, files.labelled) for name in given]
    new = encode_new_windows(
        loci,
        files.references,
        config.dataset,
        branches=tuple(config.network.branches),
        execution=execution,
        on_folded=on_folded,
    )
    if files.rejected is not None:
        write_rejected(files.rejected, new.rejections, classes, loci)
    label_of = np.array([names.index(name) for name in given])
    return replace(new.windows, label=label_of[new.windows.label]), new.branches, new.rejections
