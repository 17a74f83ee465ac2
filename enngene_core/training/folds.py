"""Which windows a network is trained on, and which judge it: a dataset's own splits, or folds."""

from dataclasses import dataclass

import numpy as np

from enngene_core.dataset.divide import groups_of
from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError, SpecError
from enngene_core.intervals.splits import split_groups
from enngene_core.seeding import named_rng


@dataclass(frozen=True)
class Division:
    """Rows of a dataset, each in increasing order.

    Attributes
    ----------
    training, validation : ndarray of int64
    """

    training: np.ndarray
    validation: np.ndarray


def own_division(dataset: Dataset) -> Division:
    """The dataset's own training and validation windows.

    Raises
    ------
    DatasetError
        If there are none.
    """
    return Division(dataset.rows("train"), dataset.rows("validation"))


def fold_divisions(dataset: Dataset, n_folds: int, *, seed: int) -> list[Division]:
    """Folds of the training and validation windows: each judges a network of all others.

    Classes are spread evenly, as far as windows that the dataset keeps together (overlapping
    windows, similar ones in a split by homology, chromosomes in a split by chromosome) allow it.

    Parameters
    ----------
    dataset
        An opened dataset.
    n_folds
        At least 2.
    seed
        Start of the random order.

    Raises
    ------
    DatasetError
        If the dataset has no training or validation windows.
    SpecError
        If a fold would have no window, or training none of a class, or what the dataset keeps
        together is not known.
    """
    own = own_division(dataset)
    rows = np.sort(np.concatenate([own.training, own.validation]))
    groups = _groups(dataset)[rows]
    labels = dataset.label[rows]
    rng = named_rng(seed, "folds")
    fold_of = split_groups(groups, labels, ratio=(1,) * n_folds, rng=rng)
    _check_folds(dataset, groups, labels, fold_of, n_folds)
    return [Division(rows[fold_of != fold], rows[fold_of == fold]) for fold in range(n_folds)]


def _groups(dataset: Dataset) -> np.ndarray:
    """Group of each window of the dataset, as when it was divided into splits."""
    spec = dataset.spec
    everything = np.arange(dataset.n_windows)
    codes = None
    if spec.split == "homology":
        if "sequence" not in spec.encodings:
            raise SpecError(
                f"--folds: {dataset.path} was split by homology, but no longer has the sequences "
                "that say which windows are similar; keep the sequence branch"
            )
        codes = dataset.branch("sequence", everything)
    windows = dataset.windows(everything)
    # In the order in which preprocessing met them, so that the groups are the same.
    order = np.lexsort((windows.source_row, windows.label))
    groups = np.empty(dataset.n_windows, dtype=np.int64)
    groups[order] = groups_of(
        windows.take(order),
        spec,
        codes=None if codes is None else codes[order],
        flank=spec.flank,
    )
    return groups


def _check_folds(
    dataset: Dataset, groups: np.ndarray, labels: np.ndarray, fold_of: np.ndarray, n_folds: int
) -> None:
    sizes = np.unique(groups, return_counts=True)[1]
    why = (
        f"windows that {dataset.path} keeps together stay together, and the largest of "
        f"{len(sizes):,} groups has {100 * sizes.max() / len(groups):.0f} % of them"
    )
    for fold in range(n_folds):
        if not (fold_of == fold).any():
            raise SpecError(
                f"--folds {n_folds}: no window is left for fold {fold + 1}: {why}; expected fewer "
                "folds"
            )
        present = np.unique(labels[fold_of != fold])
        for label, name in enumerate(dataset.spec.classes):
            if label not in present:
                raise DatasetError(
                    f"--folds {n_folds}: class {name!r} has windows in fold {fold + 1} only, and "
                    f"none to train on: {why}"
                )
