"""Whether a model can do what is asked of it: these classes, this dataset."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError, SpecError
from enngene_core.models.bundle import BundleConfig


def check_classes(config: BundleConfig, names: Iterable[str], *, flag: str) -> None:
    """Refuse classes that a model does not tell apart.

    Raises
    ------
    SpecError
        If there is one; the message names the flag that gave it.
    """
    classes = config.dataset.classes
    for name in names:
        if name not in classes:
            raise SpecError(
                f"{flag} {name}: the model has no such class; expected one of {', '.join(classes)}"
            )


def check_dataset(config: BundleConfig, path: Path, split: str) -> None:
    """Refuse what the work would refuse of a dataset, before TensorFlow is loaded for it.

    Raises
    ------
    DatasetError
        If it is none, does not belong to the model, or has no windows in the split.
    """
    with Dataset(path) as dataset:
        check_match(config, dataset)
        dataset.rows(split)


def check_match(config: BundleConfig, dataset: Dataset) -> None:
    """Refuse a dataset of other classes, windows or branches than a model's.

    Raises
    ------
    DatasetError
        If it does not belong to the model; the message says why.
    """
    expected, found = config.dataset, dataset.spec
    if sorted(found.classes) != sorted(expected.classes):
        raise DatasetError(
            f"{dataset.path}: has the classes {', '.join(found.classes)}; the model tells apart "
            f"{', '.join(expected.classes)}"
        )
    if found.window != expected.window:
        raise DatasetError(
            f"{dataset.path}: has windows of {found.window} nt; the model reads {expected.window}"
        )
    for name in config.network.branches:
        if name not in found.encodings:
            raise DatasetError(f"{dataset.path}: lacks the branch {name}, which the model reads")
        if name == "structure" and found.folded_with != expected.folded_with:
            raise DatasetError(
                f"{dataset.path}: folded with {found.folded_with} nt on each side of a window; "
                f"the model reads what was folded with {expected.folded_with}"
            )
        if found.encodings[name] != expected.encodings[name]:
            raise DatasetError(
                f"{dataset.path}: its branch {name} is {found.encodings[name].text}; the model "
                f"reads {expected.encodings[name].text}"
            )


def model_labels(config: BundleConfig, dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Labels of windows as the model counts its classes, whose order may be another one.

    Parameters
    ----------
    dataset
        One that `check_match` lets pass.
    rows : ndarray of int, shape (n_windows,)

    Returns
    -------
    ndarray of int, shape (n_windows,)
    """
    label_of = np.array([config.dataset.classes.index(name) for name in dataset.spec.classes])
    return label_of[dataset.label[rows]]
