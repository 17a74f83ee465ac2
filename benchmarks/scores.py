"""AUROC and average precision of predictions, with bootstrap intervals."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

ENNGENE = str(Path(sys.executable).with_name("enngene"))
N_RESAMPLES = 2000

Score = Callable[[np.ndarray, np.ndarray], float]


def enngene(*words: object) -> None:
    """Run one command of the tool, with its output on standard error."""
    subprocess.run([ENNGENE, *map(str, words)], check=True, stdout=sys.stderr)


def read_predictions(path: Path, positive: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether each window is of the positive class, and the probability of that class."""
    table = np.genfromtxt(path, names=True, dtype=None, delimiter="\t", encoding="utf-8")
    return table["true_class"] == positive, table[positive]


def interval(score: Score, is_positive: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """Ends of the 95 % interval: percentiles of resamples of the windows, stratified by class."""
    rng = np.random.default_rng(0)
    groups = [np.flatnonzero(is_positive == value) for value in (True, False)]
    resampled = []
    for _ in range(N_RESAMPLES):
        rows = np.concatenate([rng.choice(group, len(group)) for group in groups])
        resampled.append(score(is_positive[rows], found[rows]))
    low, high = np.quantile(resampled, [0.025, 0.975])
    return float(low), float(high)


def told(is_positive: np.ndarray, found: np.ndarray) -> str:
    """Cells of a table: AUROC and average precision, each with its interval."""
    cells = []
    for score in (roc_auc_score, average_precision_score):
        low, high = interval(score, is_positive, found)
        cells.append(f"{score(is_positive, found):.4f} ({low:.4f} to {high:.4f})")
    return " | ".join(cells)
