"""Prediction: new intervals or sequences get a probability for each class."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.dataset.new_windows import (
    Kind,
    NewWindows,
    new_windows_in_turn,
    read_new_file,
)
from enngene_core.dataset.rejected import write_rejected_rows
from enngene_core.dataset.sources import References
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.intervals.rejections import Rejections
from enngene_core.models.bundle import BundleConfig, read_bundle
from enngene_core.models.inference import Predictor
from enngene_core.models.predictions import PredictionTable
from enngene_core.outputs import written_together
from enngene_core.specs.execution import ExecutionSpec, InferenceSpec


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
    distance : ndarray of float32, shape (n_intervals,), or None
        From the training windows: above 1 for what is unlike them, NaN as above; None if the model
        does not know them.
    rejections : Rejections
        What could not be used, with the reason.
    """

    config: BundleConfig
    intervals: Intervals
    probabilities: np.ndarray
    spread: np.ndarray | None
    distance: np.ndarray | None
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
    inference: InferenceSpec = InferenceSpec(),
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
    inference
        Numbers to compute with.
    on_folded
        Called with the number of folded and of all sequences, if the model reads structure.
    on_progress
        Called with the number of finished and of all windows.

    Raises
    ------
    BundleError, IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used.
    """
    bundle = read_bundle(model, for_use=inference.precision)
    config = bundle.config
    branches = tuple(config.network.branches)
    loci_of_file = read_new_file(loci, references, config.dataset, kind=kind, branches=branches)
    found = loci_of_file.intervals
    is_ensemble, typical = config.n_members > 1, bundle.typical
    predictor = Predictor(bundle.model, with_spread=is_ensemble, calibration=config.calibration)
    n_classes = len(config.dataset.classes)
    values = np.full((len(found), n_classes + is_ensemble), np.nan, np.float32)
    distance = np.full(len(found), np.nan, np.float32) if typical else None
    rejections, n_done = [], 0
    probabilities = values[:, :n_classes]
    spread = values[:, -1] if is_ensemble else None

    def keep(new: NewWindows, of_windows: Future[np.ndarray]) -> None:
        rows = np.searchsorted(found.line, new.windows.source_row)
        if typical is not None and distance is not None:
            distance[rows] = typical.distance(new.branches, config.read_encodings)
        values[rows] = of_windows.result()
        if table is not None:
            table.write_until(int(rows[-1]) + 1)

    with ExitStack() as stack:
        table_path, rejected_path = stack.enter_context(written_together(output, rejected))
        table = None
        if table_path is not None:
            table = PredictionTable(
                table_path,
                found,
                classes=config.dataset.classes,
                probabilities=probabilities,
                with_confidence=True,
                of_sequences=kind == "sequences",
                spread=spread,
                distance=distance,
            )
            stack.enter_context(table)
        # Beside the network windows are made ready for it, and those before them written.
        network = stack.enter_context(ThreadPoolExecutor(1))
        started = []
        for new in new_windows_in_turn(
            [loci_of_file],
            references,
            config.dataset,
            branches=branches,
            execution=execution,
            on_folded=on_folded,
        ):
            rejections.append(new.rejections)
            n_done += len(new.rejections)
            if not len(new.windows):
                continue
            told = _of_all(on_progress, n_done, len(found))
            started.append((new, network.submit(predictor, new.branches, told)))
            n_done += len(new.windows)
            if len(started) == 2:
                keep(*started.pop(0))
        for last in started:
            keep(*last)
        if table is not None:
            table.write_until(len(found))
        rejected_rows = Rejections.joined(rejections)
        if rejected_path is not None:
            write_rejected_rows(rejected_path, rejected_rows, found)
    return PredictionResult(config, found, probabilities, spread, distance, rejected_rows)


def _of_all(
    on_progress: Callable[[int, int], None] | None, before: int, total: int
) -> Callable[[int, int], None] | None:
    """Told of some windows, tells of all."""
    if on_progress is None:
        return None
    return lambda finished, _: on_progress(before + finished, total)
