"""A dataset made of windows and branches of another one."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.dataset.new_file import new_dataset
from enngene_core.dataset.summary import Observer
from enngene_core.specs.preprocess import DatasetSpec

#: Bytes of a branch that are held at a time.
_BLOCK = 1 << 26


def copy_windows(
    dataset: Dataset,
    rows: np.ndarray,
    split: np.ndarray,
    spec: DatasetSpec,
    output: Path,
    *,
    provenance: Callable[[], Mapping[str, Any]],
    observe: Observer | None = None,
) -> None:
    """Write some windows of a dataset, in another order, as a dataset.

    Parameters
    ----------
    dataset
        An opened dataset.
    rows : ndarray of int64, shape (n_kept,)
        Row of `dataset` for each row that is written.
    split : ndarray of uint8, shape (n_kept,)
        Split of each row that is written.
    spec
        What the new dataset holds: some or all branches of `dataset`.
    output
        File to write.
    provenance
        Gives the checksums and versions of the new dataset.
    observe
        Sees the values of each branch, with their rows in the new dataset.
    """
    order = np.argsort(rows)
    in_turn = rows[order]
    windows = dataset.windows(in_turn).take(np.argsort(order))
    with new_dataset(
        output, windows=windows, split=split, spec=spec, provenance=provenance
    ) as branches:
        for name in tuple(branches):
            values = branches.pop(name)
            n_block = max(1, _BLOCK // (spec.kept_width * values.itemsize))
            for first in range(0, dataset.n_windows, n_block):
                block = slice(*np.searchsorted(in_turn, (first, first + n_block)))
                found = dataset.branch(name, in_turn[block], flank=spec.flank)
                values[order[block]] = found
                if observe:
                    observe(name, order[block], found)
