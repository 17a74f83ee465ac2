"""Evaluation: a model bundle against one split of a dataset."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.dataset.encode import check_memory
from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError
from enngene_core.evaluation.metrics import (
    ClassCurves,
    confusion,
    curves_by_class,
    micro_average,
)
from enngene_core.formats.text.table import write_table
from enngene_core.models.bundle import BundleConfig, read_bundle
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.predictions import write_predictions
from enngene_core.provenance import sha256
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec

METRIC_COLUMNS = ("metric", "class", "value")
MACRO, MICRO = "macro average", "micro average"


@dataclass(frozen=True)
class EvaluationResult:
    """Numbers and curves of one evaluation.

    Attributes
    ----------
    config : BundleConfig
        Of the model.
    split : str
    is_own_dataset : bool
        Whether the windows are of the very file that the model was trained on, so that those of
        its test and blackbox splits are known to be new to the model.
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float32, shape (n_windows, n_classes)
    confusion : ndarray of int, shape (n_classes, n_classes)
        True classes in rows, highest scoring ones in columns.
    curves : dict of str to ClassCurves
        By class; a class without positives or negatives is left out.
    micro : ClassCurves or None
    metrics : list of (metric, class, value)
        `METRIC_COLUMNS`; the class of an overall measure is ``all``.
    """

    config: BundleConfig
    split: str
    is_own_dataset: bool
    y_true: np.ndarray
    probabilities: np.ndarray
    confusion: np.ndarray
    curves: dict[str, ClassCurves]
    micro: ClassCurves | None
    metrics: list[tuple[str, str, float]]

    def metric(self, metric: str, of_class: str = "all") -> float:
        """One number; NaN where it is not defined."""
        found = [value for name, c, value in self.metrics if (name, c) == (metric, of_class)]
        return found[0] if found else float("nan")


def evaluate(
    model: Path,
    dataset: Path,
    spec: EvaluationSpec,
    *,
    output: Path | None = None,
    predictions: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_progress: Callable[[int, int], None] | None = None,
) -> EvaluationResult:
    """Judge a model on one split of a dataset.

    Parameters
    ----------
    model
        Bundle.
    dataset
        Dataset with the model's classes, window and branches.
    spec
        Which split.
    output
        Table of metrics to write.
    predictions
        Table of the windows with their probabilities to write.
    execution
        Memory that the windows must fit into.
    on_progress
        Called with the number of finished and of all windows.

    Raises
    ------
    BundleError, DatasetError
        If a file cannot be used, or the two do not belong together.
    InsufficientMemoryError
        If the windows would not fit into memory.
    """
    bundle = read_bundle(model)
    with Dataset(dataset) as opened:
        _check_match(bundle.config, opened)
        rows = opened.rows(spec.split)
        check_memory(len(rows), opened.spec, tuple(bundle.config.network.branches), execution)
        branches: dict[str, np.ndarray] = {
            name: opened.branch(name, rows) for name in bundle.config.network.branches
        }
        windows = opened.windows(rows)
    probabilities = predict_probabilities(bundle.model, branches, on_progress=on_progress)
    result = score(
        bundle.config,
        spec.split,
        windows.label,
        probabilities,
        is_own_dataset=bundle.config.trained_on == sha256(dataset),
    )
    if output is not None:
        write_table(output, METRIC_COLUMNS, result.metrics)
    if predictions is not None:
        write_predictions(
            predictions,
            windows,
            classes=bundle.config.dataset.classes,
            probabilities=probabilities,
            with_true_class=True,
        )
    return result


def score(
    config: BundleConfig,
    split: str,
    y_true: np.ndarray,
    probabilities: np.ndarray,
    *,
    is_own_dataset: bool = False,
) -> EvaluationResult:
    """All numbers and curves of some predictions."""
    classes = config.dataset.classes
    curves = curves_by_class(y_true, probabilities, classes)
    micro = micro_average(y_true, probabilities)
    counts = confusion(y_true, probabilities)
    metrics: list[tuple[str, str, float]] = [
        ("windows", "all", float(len(y_true))),
        ("accuracy", "all", float(np.trace(counts) / counts.sum())),
    ]
    for metric in ("auroc", "average_precision"):
        values = {name: getattr(curves[name], metric) for name in classes if name in curves}
        metrics += [(metric, name, values.get(name, float("nan"))) for name in classes]
        metrics.append((metric, MACRO, float(np.mean(list(values.values()) or [np.nan]))))
        metrics.append((metric, MICRO, getattr(micro, metric) if micro else float("nan")))
    return EvaluationResult(
        config, split, is_own_dataset, y_true, probabilities, counts, curves, micro, metrics
    )


def _check_match(config: BundleConfig, dataset: Dataset) -> None:
    expected, found = config.dataset, dataset.spec
    if found.classes != expected.classes:
        raise DatasetError(
            f"{dataset.path}: has the classes {', '.join(found.classes)}; the model tells apart "
            f"{', '.join(expected.classes)}"
        )
    if found.window != expected.window:
        raise DatasetError(
            f"{dataset.path}: has windows of {found.window} nt; the model reads {expected.window}"
        )
    for name in config.network.branches:
        if name not in found.encodings:
            raise DatasetError(f"{dataset.path}: lacks the branch {name}, which the model reads")
        if found.encodings[name] != expected.encodings[name]:
            raise DatasetError(
                f"{dataset.path}: its branch {name} is {found.encodings[name].text}; the model "
                f"reads {expected.encodings[name].text}"
            )
