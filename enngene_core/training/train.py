"""Training: a dataset and a network spec become a model bundle."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.dataset.summary import count_windows
from enngene_core.errors import DatasetError, SpecError
from enngene_core.formats.text.table import table_text
from enngene_core.models.bundle import Bundle, BundleConfig, write_bundle
from enngene_core.models.card import model_card
from enngene_core.models.network import build_network
from enngene_core.models.runtime import be_deterministic
from enngene_core.provenance import sha256, software
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import NetworkSpec, default_network
from enngene_core.specs.shapes import LayerShape, layer_shapes
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.fit import fit
from enngene_core.training.recorder import HISTORY_COLUMNS, Epoch, OnProgress


@dataclass(frozen=True)
class TrainingResult:
    """A trained network, and how it came about.

    Attributes
    ----------
    bundle : Bundle
    history : list of Epoch
        A row for each epoch: `HISTORY_COLUMNS`.
    best_epoch : int
        1-based epoch whose weights were kept.
    stopped_early : bool
    layers : list of LayerShape
    counts : ndarray of int, shape (n_classes, n_splits)
        Windows by class and split.
    unused_branches : tuple of str
        Branches of the dataset that the network does not read.
    """

    bundle: Bundle
    history: list[Epoch]
    best_epoch: int
    stopped_early: bool
    layers: list[LayerShape]
    counts: np.ndarray
    unused_branches: tuple[str, ...]


def train(
    dataset: Path,
    spec: TrainingSpec,
    *,
    network: NetworkSpec | None = None,
    output: Path,
    history: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_progress: OnProgress | None = None,
) -> TrainingResult:
    """Fit a network by Adam, stop early, and write the weights of the best epoch.

    The same dataset, specs and seed give the same weights, to the bit, on the same machine.

    Parameters
    ----------
    dataset
        File that preprocessing wrote; its train and validation splits are used.
    spec
        Epochs, batches, learning rate and seed.
    network
        Layers; by default `default_network` of the dataset's branches.
    output
        Bundle to write.
    history
        Table of epochs to write.
    execution
        Memory that the shuffle buffer must fit into.
    on_progress
        Called after each batch and each epoch.

    Raises
    ------
    DatasetError
        If the file is no dataset, or its train or validation split is empty.
    SpecError
        If the network does not fit the dataset, or the loss is not finite.
    InsufficientMemoryError
        If a batch does not fit into memory.
    """
    with Dataset(dataset) as opened:
        network = network or default_network(opened.spec.encodings)
        _check_branches(network, opened)
        _check_classes(opened)
        sizes = opened.spec.sizes
        be_deterministic(spec.seed)
        layers = layer_shapes(network, **sizes)
        model = build_network(network, **sizes)
        fitted = fit(model, opened, tuple(network.branches), spec, execution, on_progress)
        counts = count_windows(opened.label, opened.split, n_classes=len(opened.spec.classes))
        dataset_spec = opened.spec
        provenance = _provenance(dataset, opened.provenance)

    epochs, best_epoch = fitted.epochs, fitted.best_epoch
    best = epochs[best_epoch - 1]
    config = BundleConfig(
        network=network,
        dataset=dataset_spec,
        encodings={name: dataset_spec.encodings[name].text for name in network.branches},
        training=spec,
        metrics={
            "epoch": best_epoch,
            "train_loss": best[1],
            "train_accuracy": best[2],
            "validation_loss": best[3],
            "validation_accuracy": best[4],
        },
        provenance=provenance,
    )
    bundle = Bundle(config, model)
    history_text = table_text(HISTORY_COLUMNS, epochs)
    write_bundle(output, bundle, card=model_card(config), history=history_text)
    if history is not None:
        history.write_text(history_text, encoding="utf-8")
    return TrainingResult(
        bundle=bundle,
        history=epochs,
        best_epoch=best_epoch,
        stopped_early=len(epochs) < spec.epochs,
        layers=layers,
        counts=counts,
        unused_branches=tuple(b for b in dataset_spec.encodings if b not in network.branches),
    )


def _check_branches(network: NetworkSpec, dataset: Dataset) -> None:
    for name in network.branches:
        if name not in dataset.spec.encodings:
            raise SpecError(
                f"the network reads the branch {name}, which {dataset.path} lacks (found "
                f"{', '.join(dataset.spec.encodings)})"
            )


def _check_classes(dataset: Dataset) -> None:
    dataset.rows("validation")
    present = np.unique(dataset.label[dataset.rows("train")])
    if len(present) < len(dataset.spec.classes):
        absent = next(i for i in range(len(dataset.spec.classes)) if i not in present)
        raise DatasetError(
            f"{dataset.path}: class {dataset.spec.classes[absent]!r} has no training windows"
        )


def _provenance(dataset: Path, of_dataset: dict[str, Any]) -> dict[str, Any]:
    return {
        "inputs_sha256": {"dataset": sha256(dataset), **of_dataset.get("inputs_sha256", {})},
        "software": {
            **of_dataset.get("software", {}),
            **software("tensorflow", "keras", "numpy", "safetensors"),
        },
    }
