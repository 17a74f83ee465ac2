"""AUROC and average precision of predictions, with bootstrap intervals."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from enngene_core.evaluation.bootstrap import intervals
from enngene_core.evaluation.measures import Measures

ENNGENE = str(Path(sys.executable).with_name("enngene"))
N_RESAMPLES = 2000


def enngene(*words: object) -> None:
    """Run one command of the tool, with its output on standard error."""
    subprocess.run([ENNGENE, *map(str, words)], check=True, stdout=sys.stderr)


def read_predictions(path: Path, positive: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether each window is of the positive class, and the probability of that class."""
    table = np.genfromtxt(path, names=True, dtype=None, delimiter="\t", encoding="utf-8")
    return table["true_class"] == positive, table[positive]


def told(is_positive: np.ndarray, found: np.ndarray) -> str:
    """Cells of a table: AUROC and average precision, each with its 95 % interval."""
    probabilities = np.stack([1 - found, found], axis=1)
    measures = Measures(is_positive.astype(int), probabilities, ("negative", "positive"))
    ends = intervals(measures, resamples=N_RESAMPLES, seed=0, n_threads=os.cpu_count() or 1)
    values = measures.values()[0]
    cells = []
    for name in ("auroc", "average_precision"):
        index = measures.names.index((name, "positive"))
        low, high = ends[index]
        cells.append(f"{values[index]:.4f} ({low:.4f} to {high:.4f})")
    return " | ".join(cells)
