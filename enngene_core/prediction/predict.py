"""Prediction: new intervals get a probability for each class."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.dataset.new_windows import encode_new_intervals
from enngene_core.dataset.sources import References
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.intervals.rejections import Rejections
from enngene_core.models.bundle import BundleConfig, read_bundle
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.predictions import write_predictions
from enngene_core.specs.execution import ExecutionSpec


@dataclass(frozen=True)
class PredictionResult:
    """Predictions in the order of the input.

    Attributes
    ----------
    config : BundleConfig
    intervals : Intervals
        All intervals of the input.
    probabilities : ndarray of float32, shape (n_intervals, n_classes)
        NaN for an interval that could not be used.
    rejections : Rejections
        Those intervals, with the reason.
    """

    config: BundleConfig
    intervals: Intervals
    probabilities: np.ndarray
    rejections: Rejections


def predict(
    model: Path,
    intervals: Path,
    references: References,
    *,
    output: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_folded: Callable[[int, int], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> PredictionResult:
    """Predict the class of each interval, in windows placed as they were for training.

    Parameters
    ----------
    model
        Bundle.
    intervals
        BED or narrowPeak file.
    references
        Genome, conservation and tracks.
    output
        Table to write: a row for each interval, in the file's order.
    execution
        Cores and memory.
    on_folded
        Called with the number of folded and of all sequences, if the model reads structure.
    on_progress
        Called with the number of finished and of all windows.

    Raises
    ------
    BundleError, IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used.
    """
    bundle = read_bundle(model)
    found, new = encode_new_intervals(
        intervals,
        references,
        bundle.config.dataset,
        branches=tuple(bundle.config.network.branches),
        execution=execution,
        on_folded=on_folded,
    )
    known = predict_probabilities(bundle.model, new.branches, on_progress=on_progress)
    probabilities = np.full((len(found), known.shape[1]), np.nan, dtype=np.float32)
    probabilities[np.searchsorted(found.line, new.windows.source_row)] = known
    if output is not None:
        write_predictions(
            output,
            found,
            classes=bundle.config.dataset.classes,
            probabilities=probabilities,
        )
    return PredictionResult(bundle.config, found, probabilities, new.rejections)
