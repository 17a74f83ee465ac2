"""Windows that repeat or overlap each other."""

from collections.abc import Sequence

import numpy as np

from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows


def drop_repeated(windows: Windows, classes: Sequence[str]) -> tuple[Windows, Rejections]:
    """Windows without repeats, and the repeats as rejections.

    A second window at the same place and strand in one class is dropped. A place that two
    classes claim is dropped from both: a window has one class. Strand ``.`` is read as plus, and
    so repeats it.
    """
    n = len(windows)
    first = windows.start - windows.pad_left
    order = np.lexsort((windows.is_minus, first, windows.chrom))
    keys = (windows.is_minus[order], first[order], windows.chrom[order])
    is_new = np.ones(n, dtype=bool)
    is_new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    group = np.empty(n, dtype=np.int64)
    group[order] = np.cumsum(is_new) - 1
    first_of = order[is_new]  # the sort is stable: the smallest index of each group
    label_of = windows.label[first_of]
    is_claimed = np.zeros(len(first_of), dtype=bool)
    is_claimed[group[windows.label != label_of[group]]] = True

    claimed = np.flatnonzero(is_claimed[group])
    repeats = np.flatnonzero(~is_claimed[group] & (first_of[group] != np.arange(n)))
    labels_at: dict[int, set[int]] = {}
    for index in claimed.tolist():
        labels_at.setdefault(int(group[index]), set()).add(int(windows.label[index]))
    rejections = Rejections.joined(
        [
            Rejections.of(
                windows.label[repeats],
                windows.source_row[repeats],
                "the same window as an earlier line of its class",
                (f"the same window as line {line}"
                 for line in windows.source_row[first_of[group[repeats]]].tolist()),
            ),
            Rejections.of(
                windows.label[claimed],
                windows.source_row[claimed],
                "the same window is in several classes",
                ("the same window is in several classes: "
                 + ", ".join(classes[label] for label in sorted(labels_at[g]))
                 for g in group[claimed].tolist()),
            ),
        ]
    )  # fmt: skip
    is_kept = np.ones(n, dtype=bool)
    is_kept[claimed] = is_kept[repeats] = False
    return windows.take(np.flatnonzero(is_kept)), rejections


def overlap_groups(windows: Windows, *, flank: int = 0) -> np.ndarray:
    """Groups such that windows of different groups never overlap, on either strand.

    Parameters
    ----------
    windows
        All windows.
    flank
        A window overlaps another one too if its flank of this many bp does.

    Returns
    -------
    ndarray of int64, shape (n_windows,)
        Number of each window's group, from 0.
    """
    start, end = _on_one_axis(windows, int(windows.end.max(initial=0)) + flank)
    order = np.argsort(start, kind="stable")
    reach = np.maximum.accumulate(end[order]) + flank
    is_new = np.ones(len(windows), dtype=bool)
    is_new[1:] = start[order][1:] >= reach[:-1]
    groups = np.empty(len(windows), dtype=np.int64)
    groups[order] = np.cumsum(is_new) - 1
    return groups


def overlaps_any(windows: Windows, others: Windows, *, flank: int = 0) -> np.ndarray:
    """Whether each window overlaps one of `others`, on either strand.

    Parameters
    ----------
    windows, others
        Both name the same chromosomes.
    flank
        A window overlaps another one too if its flank of this many bp does.

    Returns
    -------
    ndarray of bool, shape (n_windows,)
    """
    if not len(others):
        return np.zeros(len(windows), dtype=bool)
    longest = max(int(windows.end.max(initial=0)), int(others.end.max())) + flank
    start, end = _on_one_axis(others, longest)
    order = np.argsort(start, kind="stable")
    start, reach = start[order] - flank, np.maximum.accumulate(end[order]) + flank
    first, last = _on_one_axis(windows, longest)
    n_before = np.searchsorted(start, last)
    return (n_before > 0) & (reach[n_before - 1] > first)


def _on_one_axis(windows: Windows, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends, with chromosomes of a length side by side."""
    offset = windows.chrom.astype(np.int64) * longest
    return windows.start + offset, windows.end + offset
