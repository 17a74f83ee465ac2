"""Leakage: windows of other splits that overlap or nearly repeat a training window."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.branches.similarity import IDENTITY, near_repeats
from enngene_core.intervals.overlaps import overlaps_any
from enngene_core.intervals.windows import Windows
from enngene_core.specs.splitting import SPLITS

MOST_WINDOWS = 20_000
#: Columns of the table of leakage.
COLUMNS = (
    *("split", "class", "windows", "checked"),
    *("overlapping", "identical", "nearly_identical", "share"),
)
_ALL_CLASSES = "all"


@dataclass(frozen=True)
class SplitLeakage:
    """What of one split, or of one class in it, stands in the training data too.

    Attributes
    ----------
    split : str
    label : int or None
        Index of the class; None for all classes.
    windows : int
    checked : int
        Windows that were compared with the training windows base by base: all, or a random sample.
    overlapping : int
        Of all windows those that overlap a training window, or the flank that is kept of it, on
        the genome, on any strand.
    identical : int
        Of the checked ones exact copies of a training window, or of its reverse complement. A
        window with an unknown base is never counted.
    nearly_identical : int
        Of the checked ones near repeats, as `branches.similarity` defines them; exact copies too.
    leaking : int
        Of the checked ones those that overlap or nearly repeat a training window.
    """

    split: str
    label: int | None
    windows: int
    checked: int
    overlapping: int
    identical: int
    nearly_identical: int
    leaking: int

    @property
    def share(self) -> float:
        """Share of the checked windows that overlap or nearly repeat a training window.

        NaN where none was checked, as may happen to a rare class.
        """
        return self.leaking / self.checked if self.checked else float("nan")


@dataclass(frozen=True)
class Leakage:
    """What of the other splits stands in the training data too.

    Attributes
    ----------
    identity : float
        Identity from which on windows are near repeats.
    rows : tuple of SplitLeakage
        For each split that has windows all classes together, then each of them.
    """

    identity: float
    rows: tuple[SplitLeakage, ...]

    def of(self, split: str) -> SplitLeakage | None:
        """Leakage into a split; None where it has no window."""
        rows = (row for row in self.rows if row.split == split and row.label is None)
        return next(rows, None)

    def table(self, classes: Sequence[str]) -> list[tuple[str | int | float, ...]]:
        """Rows under `COLUMNS`, with the names of the classes."""
        return [
            (
                *(row.split, _ALL_CLASSES if row.label is None else classes[row.label]),
                *(row.windows, row.checked, row.overlapping, row.identical, row.nearly_identical),
                round(row.share, 4),
            )
            for row in self.rows
        ]


def leakage(
    windows: Windows,
    codes: np.ndarray,
    split: np.ndarray,
    *,
    identity: float = IDENTITY,
    most_windows: int = MOST_WINDOWS,
    flank: int = 0,
    rng: np.random.Generator,
) -> Leakage:
    """How many windows of validation, test and blackbox overlap or nearly repeat a training window.

    Parameters
    ----------
    windows
        Windows of all splits.
    codes : ndarray of uint8, shape (n_windows, width)
        Their bases: 0 to 3 for A, C, G, T; 4 for an unknown base or padding.
    split : ndarray of uint8, shape (n_windows,)
        Indices into `SPLITS`.
    identity
        Identity from which on windows are near repeats.
    most_windows
        Of a split with more windows than this so many are drawn and compared base by base.
    flank
        Positions that are kept on each side of a window, and that training may show.
    rng
        Source of that sample.
    """
    is_training = split == SPLITS.index("train")
    training = np.flatnonzero(is_training)
    is_overlapping = np.zeros(len(windows), dtype=bool)
    is_overlapping[~is_training] = overlaps_any(
        windows.take(np.flatnonzero(~is_training)), windows.take(training), flank=flank
    )
    is_checked = np.zeros(len(windows), dtype=bool)
    for index in range(1, len(SPLITS)):
        members = np.flatnonzero(split == index)
        is_checked[rng.permutation(members)[:most_windows]] = True
    found = np.zeros(len(windows))
    if len(training):
        repeats = near_repeats(codes[is_checked], codes[training], identity=identity)
        found[is_checked] = repeats.identity
    counted = {
        "windows": np.ones(len(windows), dtype=bool),
        "checked": is_checked,
        "overlapping": is_overlapping,
        "identical": found == 1,
        "nearly_identical": found > 0,
        "leaking": is_checked & (is_overlapping | (found > 0)),
    }
    rows = []
    for index, name in list(enumerate(SPLITS))[1:]:
        members = split == index
        present = np.unique(windows.label[members]).tolist()
        for label in [None, *present] if present else []:
            here = members if label is None else members & (windows.label == label)
            counts = {key: int(np.count_nonzero(of & here)) for key, of in counted.items()}
            rows.append(SplitLeakage(split=name, label=label, **counts))
    return Leakage(identity, tuple(rows))
