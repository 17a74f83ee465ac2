"""Scores of all windows of a scan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.dataset.sliding import SlidingEncoder, Stretch
from enngene_core.intervals.sliding import Grid
from enngene_core.models.inference import Predictor
from enngene_core.prediction.scan_result import N_BINS
from enngene_core.prediction.scan_scores import ScanScores
from enngene_core.prediction.significance import rank
from enngene_core.specs.scan import ScanSpec, Strand

#: Of a piece that is worked on at a time: bases, values of windows that are folded, and scores.
_MOST_BASES, _MOST_FOLDED, _MOST_SCORES = 1 << 18, 1 << 24, 1 << 22

Progress = Callable[[int, int], None]


@dataclass
class Tally:
    """What was counted of windows.

    Attributes
    ----------
    n_by_rank : ndarray of int64, shape (n_classes, n_background + 1)
        Windows by the number of shuffled windows that score at least as high.
    histograms : ndarray of int64, shape (n_classes, N_BINS)
        Windows by probability.
    n_unknown, n_dropped, n_unfolded : int
        Windows without a value.
    """

    n_by_rank: np.ndarray
    histograms: np.ndarray
    n_unknown: int = 0
    n_dropped: int = 0
    n_unfolded: int = 0


def cells_at_once(grid: Grid, n_classes: int, flank: int) -> int:
    """Cells of a piece: as many as fit into bounded memory, at least one."""
    folded = _MOST_FOLDED // (grid.width + 2 * flank)
    return max(1, min(_MOST_BASES // grid.step, folded, _MOST_SCORES // n_classes))


def score_windows(
    grid: Grid,
    encoder: SlidingEncoder,
    predictor: Predictor,
    spec: ScanSpec,
    *,
    branches: Sequence[str],
    labels: Sequence[int],
    strands: tuple[Strand, ...],
    background: np.ndarray,
    scores: ScanScores,
    on_progress: Progress | None = None,
) -> Tally:
    """Score every window, a piece of a chromosome at a time.

    Parameters
    ----------
    grid, encoder, predictor
        What is scanned, and with what.
    spec
        Share of unknown bases that a window may have.
    branches
        That the network reads.
    labels
        Indices of the scored classes.
    strands
        That are read.
    background : ndarray of float32, shape (n_classes, n_background)
        From `background_scores`.
    scores
        Gets all scores.
    on_progress
        Called with the number of finished and of all cells.
    """
    n_classes, n_background = background.shape
    tally = Tally(
        np.zeros((n_classes, n_background + 1), dtype=np.int64),
        np.zeros((n_classes, N_BINS), dtype=np.int64),
    )
    for piece in grid.pieces(cells_at_once(grid, n_classes, encoder.flank)):
        start, is_kept = grid.window_starts(piece.chrom, piece.cells)
        low, high = int(start.min()), int(start.max()) + grid.width
        stretch = encoder.stretch(piece.chrom, low, high)
        is_unknown = stretch.unknown_shares(start, grid.width) > spec.max_unknown
        rows = np.flatnonzero(is_kept & ~is_unknown)
        tally.n_dropped += len(strands) * int((~is_kept).sum())
        tally.n_unknown += len(strands) * int((is_kept & is_unknown).sum())
        for number, strand in enumerate(strands):
            found = np.full((len(piece), n_classes), np.nan, dtype=np.float32)
            if len(rows):
                read = _read(encoder, stretch, start[rows], strand, branches, predictor)
                found[rows] = read[:, labels]
                known = found[rows[~np.isnan(read[:, 0])]]
                tally.n_unfolded += len(rows) - len(known)
                _count(tally, known, background)
            scores.put(number, piece.part, found)
        if on_progress:
            on_progress(piece.part.stop, grid.n_cells)
    scores.flush()
    return tally


def _read(
    encoder: SlidingEncoder,
    stretch: Stretch,
    start: np.ndarray,
    strand: Strand,
    branches: Sequence[str],
    predictor: Predictor,
) -> np.ndarray:
    """Probabilities of all classes; NaN for windows that could not be folded."""
    n = predictor.n_at_once
    structure = failed = None
    if "structure" in branches:
        structure, failed = encoder.fold(stretch, start, strand)
    parts = []
    for first in range(0, len(start), n):
        some = slice(first, first + n)
        read = encoder.read(stretch, start[some], strand)
        if structure is not None:
            read["structure"] = structure[some]
        parts.append(predictor(read))
    found = np.concatenate(parts)
    if failed is not None:
        found[failed] = np.nan
    return found


def _count(tally: Tally, scores: np.ndarray, background: np.ndarray) -> None:
    for label, of_class in enumerate(scores.T):
        ranks = rank(background[label], of_class)
        tally.n_by_rank[label] += np.bincount(ranks, minlength=background.shape[1] + 1)
        bins = np.minimum((of_class * N_BINS).astype(np.int64), N_BINS - 1)
        tally.histograms[label] += np.bincount(bins, minlength=N_BINS)
