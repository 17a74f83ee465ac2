"""Numbers and curves of an evaluation."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from enngene_core.evaluation.bands import NO_BANDS, Bands
from enngene_core.evaluation.bootstrap import intervals, intervals_and_bands
from enngene_core.evaluation.measures import Measures
from enngene_core.evaluation.thresholds import Threshold, best_thresholds
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.models.bundle import BundleConfig
from enngene_core.models.metrics import (
    ClassCurves,
    confusion,
    curves_by_class,
    micro_average,
)
from enngene_core.specs.evaluation import EvaluationSpec

UNCALIBRATED = "uncalibrated"
METRIC_COLUMNS = ("metric", "class", "value", "low", "high")


class Metric(NamedTuple):
    """One number; NaN where it is not defined.

    Attributes
    ----------
    metric, of_class : str
        The class of an overall number is ``all``; averages have their own.
    value : float
    low, high : float
        Ends of its 95 % interval; NaN if there is none.
    """

    metric: str
    of_class: str
    value: float
    low: float = float("nan")
    high: float = float("nan")


#: What calibration is to make better.
PROBABILISTIC = ("log_loss", "brier_score", "expected_calibration_error")


@dataclass(frozen=True)
class Uncalibrated:
    """What a calibrated model's networks themselves say.

    Attributes
    ----------
    probabilities : ndarray of float32, shape (n_windows, n_classes)
    metrics : list of Metric
        Those of `PROBABILISTIC`, with ``uncalibrated`` as their class.
    """

    probabilities: np.ndarray
    metrics: list[Metric]


@dataclass(frozen=True)
class EvaluationResult:
    """Numbers and curves of one evaluation.

    Attributes
    ----------
    config : BundleConfig
        Of the model.
    spec : EvaluationSpec
    split : str or None
        Of the dataset; None for windows of files.
    is_own_dataset : bool
        Whether the windows are of the very file that the model was trained on, so that those of
        its test and blackbox splits are known to be new to the model.
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float32, shape (n_windows, n_classes)
        Calibrated, if the model is.
    confusion : ndarray of int, shape (n_classes, n_classes)
        True classes in rows, highest scoring ones in columns.
    curves : dict of str to ClassCurves
        By class; a class without positives or negatives is left out.
    micro : ClassCurves or None
    metrics : list of Metric
        In the order of `METRIC_COLUMNS`.
    thresholds : list of Threshold
        The best ones of each class.
    rejections : Rejections
        Rows of files that became no window; their labels count the files.
    bands : Bands
        Around the curves; none without resamples.
    uncalibrated : Uncalibrated or None
        Of a calibrated model.
    windows : Windows or None
        What was judged, in the order of `y_true`; None for made-up results.
    """

    config: BundleConfig
    spec: EvaluationSpec
    split: str | None
    is_own_dataset: bool
    y_true: np.ndarray
    probabilities: np.ndarray
    confusion: np.ndarray
    curves: dict[str, ClassCurves]
    micro: ClassCurves | None
    metrics: list[Metric]
    thresholds: list[Threshold]
    rejections: Rejections
    bands: Bands = NO_BANDS
    uncalibrated: Uncalibrated | None = None
    windows: Windows | None = None

    def metric(self, metric: str, of_class: str = "all") -> float:
        """One number; NaN where it is not defined."""
        return self._found(metric, of_class).value

    def interval(self, metric: str, of_class: str = "all") -> tuple[float, float]:
        """Ends of the 95 % interval of one number; NaN if there is none."""
        found = self._found(metric, of_class)
        return found.low, found.high

    def _found(self, metric: str, of_class: str) -> Metric:
        nothing = Metric(metric, of_class, float("nan"))
        every = [*self.metrics, *(self.uncalibrated.metrics if self.uncalibrated else ())]
        return next((item for item in every if item[:2] == nothing[:2]), nothing)


def score(
    config: BundleConfig,
    split: str | None,
    y_true: np.ndarray,
    probabilities: np.ndarray,
    *,
    spec: EvaluationSpec = EvaluationSpec(),
    n_threads: int = 1,
    is_own_dataset: bool = False,
    rejections: Rejections = Rejections.none(),
    uncalibrated: np.ndarray | None = None,
) -> EvaluationResult:
    """All numbers and curves of some predictions.

    Parameters
    ----------
    uncalibrated : ndarray of float32, shape (n_windows, n_classes), optional
        What the networks say, where `probabilities` are calibrated.
    """
    classes = config.dataset.classes
    measures = Measures(y_true, probabilities, classes)
    ends, bands = np.full((len(measures.names), 2), np.nan), NO_BANDS
    if spec.resamples:
        ends, bands = intervals_and_bands(
            measures, resamples=spec.resamples, seed=spec.seed, n_threads=n_threads
        )
    metrics = [Metric("windows", "all", float(len(y_true))), *_metrics(measures, ends)]
    before = None
    if uncalibrated is not None:
        before = _uncalibrated(y_true, uncalibrated, classes, spec, n_threads)
    return EvaluationResult(
        config,
        spec,
        split,
        is_own_dataset,
        y_true,
        probabilities,
        confusion(y_true, probabilities),
        curves_by_class(y_true, probabilities, classes),
        micro_average(y_true, probabilities),
        metrics,
        best_thresholds(y_true, probabilities, classes),
        rejections,
        bands,
        before,
    )


def _metrics(measures: Measures, ends: np.ndarray) -> list[Metric]:
    return [
        Metric(*name, float(value), float(low), float(high))
        for name, value, (low, high) in zip(measures.names, measures.values()[0], ends, strict=True)
    ]


def _uncalibrated(
    y_true: np.ndarray,
    probabilities: np.ndarray,
    classes: tuple[str, ...],
    spec: EvaluationSpec,
    n_threads: int,
) -> Uncalibrated:
    measures = Measures(y_true, probabilities, classes)
    ends = np.full((len(measures.names), 2), np.nan)
    if spec.resamples:  # the same seed: the same draws of windows
        ends = intervals(measures, resamples=spec.resamples, seed=spec.seed, n_threads=n_threads)
    found = [
        item._replace(of_class=UNCALIBRATED)
        for item in _metrics(measures, ends)
        if item.metric in PROBABILISTIC
    ]
    return Uncalibrated(probabilities, found)
