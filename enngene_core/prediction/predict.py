"""Prediction: new intervals or sequences get a probability for each class."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.dataset.new_windows import Kind, encode_new_file
from enngene_core.dataset.rejected import write_rejected_rows
from enngene_core.dataset.sources import References
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.intervals.rejections import Rejections
from enngene_core.models.bundle import BundleConfig, read_bundle
from enngene_core.models.calibration import calibrated
from enngene_core.models.inference import predict_probabilities, predict_with_spread
from enngene_core.models.predictions import write_predictions
from enngene_core.specs.execution import ExecutionSpec


@dataclass(frozen=True)
class PredictionResult:
    """Predictions in the order of the input.

    Attributes
    ----------
    config : BundleConfig
    intervals : Intervals
        All intervals or sequences of the input.
    probabilities : ndarray of float32, shape (n_intervals, n_classes)
        Calibrated, if the model is; NaN for what could not be used.
    spread : ndarray of float32, shape (n_intervals,), or None
        Of an ensemble: standard deviation of its members' probabilities for the highest scoring
        class, before any calibration; NaN as above.
    rejections : Rejections
        That, with the reason.
    """

    config: BundleConfig
    intervals: Intervals
    probabilities: np.ndarray
    spread: np.ndarray | None
    rejections: Rejections


def predict(
    model: Path,
    loci: Path,
    references: References = References(),
    *,
    kind: Kind = "intervals",
    output: Path | None = None,
    rejected: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_folded: Callable[[int, int], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> PredictionResult:
    """Predict the class of each interval or sequence, in windows placed as they were for training.

    Parameters
    ----------
    model
        Bundle.
    loci
        BED, narrowPeak, broadPeak, GFF3 or GTF file; or ready sequences, as FASTA or one a line.
    references
        Genome, conservation and tracks, for intervals.
    kind
        What `loci` are.
    output
        Table to write: a row for each interval or sequence, in the file's order.
    rejected
        Table to write: a row for each of them that could not be used.
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
    found, new = encode_new_file(
        loci,
        references,
        bundle.config.dataset,
        kind=kind,
        branches=tuple(bundle.config.network.branches),
        execution=execution,
        on_folded=on_folded,
    )
    rows = np.searchsorted(found.line, new.windows.source_row)
    spread = None
    if bundle.config.n_members > 1:
        known, spread_of_known = predict_with_spread(
            bundle.model, new.branches, on_progress=on_progress
        )
        spread = _at(rows, spread_of_known, len(found))
    else:
        known = predict_probabilities(bundle.model, new.branches, on_progress=on_progress)
    known = calibrated(bundle.config.calibration, known)
    probabilities = _at(rows, known, len(found))
    if output is not None:
        write_predictions(
            output,
            found,
            classes=bundle.config.dataset.classes,
            probabilities=probabilities,
            with_confidence=True,
            of_sequences=kind == "sequences",
            spread=spread,
        )
    if rejected is not None:
        write_rejected_rows(rejected, new.rejections, found)
    return PredictionResult(bundle.config, found, probabilities, spread, new.rejections)


def _at(rows: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """An array of `n` rows, NaN but for the values at `rows`."""
    found = np.full((n, *values.shape[1:]), np.nan, dtype=np.float32)
    found[rows] = values
    return found
