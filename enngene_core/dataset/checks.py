"""What makes a test easier than it looks: leakage, and signals that any model could find."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.dataset.leakage import Leakage, leakage
from enngene_core.dataset.trivial import TrivialSignal, trivial_signals
from enngene_core.formats.text.table import write_table
from enngene_core.intervals.windows import Windows
from enngene_core.seeding import named_rng
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.splitting import SPLITS

CHECK_COLUMNS = ("check", "split", "class", "windows", "value", "low", "high")
_ALL_CLASSES = "all"


@dataclass(frozen=True)
class Checks:
    """Leakage of training data into the other splits, and what trivial signals reach.

    Attributes
    ----------
    leakage : Leakage
    signals : tuple of TrivialSignal
    tested_on : str
        Split on which the signals were measured: test, or validation if there is no test.
    """

    leakage: Leakage
    signals: tuple[TrivialSignal, ...]
    tested_on: str


def check_dataset(
    windows: Windows, codes: np.ndarray, split: np.ndarray, spec: DatasetSpec
) -> Checks:
    """Look for leakage, and for signals that tell the classes apart without a network.

    Parameters
    ----------
    windows
        All windows of a dataset.
    codes : ndarray of uint8, shape (n_windows, width)
        Their coded bases.
    split : ndarray of uint8, shape (n_windows,)
        Indices into `SPLITS`.
    spec
        What the dataset holds.
    """
    return Checks(
        leakage(windows, codes, split, flank=spec.flank, rng=named_rng(spec.seed, "leakage")),
        tuple(
            trivial_signals(
                codes,
                windows.label,
                split,
                windows,
                len(spec.classes),
                rng=named_rng(spec.seed, "trivial signals"),
            )
        ),
        "test" if (split == SPLITS.index("test")).any() else "validation",
    )


def write_checks(path: Path, checks: Checks, spec: DatasetSpec) -> None:
    """Write a row for each number, under `CHECK_COLUMNS`."""
    rows: list[tuple[Any, ...]] = []
    for row in checks.leakage.rows:
        name = _ALL_CLASSES if row.label is None else spec.classes[row.label]
        about = (row.split, name)
        for check, n_windows, found in (
            ("windows that overlap a training window", row.windows, row.overlapping),
            ("exact copies of a training window", row.checked, row.identical),
            ("near repeats of a training window", row.checked, row.nearly_identical),
        ):
            rows.append((check, *about, n_windows, found, "", ""))
    for signal in checks.signals:
        name = _ALL_CLASSES if signal.label is None else spec.classes[signal.label]
        rows.append(
            (
                f"AUROC of {signal.name} alone",
                *(checks.tested_on, name, signal.n_test),
                *(signal.auroc, signal.low, signal.high),
            )
        )
    write_table(path, CHECK_COLUMNS, rows)
