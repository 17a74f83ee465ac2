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
from enngene_core.models.runtime import seed_everything
from enngene_core.provenance import sha256, software
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import NetworkSpec, default_network
from enngene_core.specs.shapes import LayerShape, layer_shapes
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.augmentation import check_augmentation
from enngene_core.training.checkpoint import Checkpoint
from enngene_core.training.fit import fit
from enngene_core.training.recorder import HISTORY_COLUMNS, Epoch, OnProgress, Watch


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
    learning_rates : tuple of float
        Of each epoch, if the rate changes.
    seconds : tuple of float
        Time of each epoch, with validation.
    not_finite : int or None
        1-based epoch whose loss was not finite, so that training ended before it.
    only_class : str or None
        The class that the network gives all validation windows, if it is one.
    """

    bundle: Bundle
    history: list[Epoch]
    best_epoch: int
    stopped_early: bool
    layers: list[LayerShape]
    counts: np.ndarray
    unused_branches: tuple[str, ...]
    learning_rates: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()
    not_finite: int | None = None
    only_class: str | None = None

    @property
    def history_columns(self) -> tuple[str, ...]:
        """Columns of the table of epochs."""
        return (*HISTORY_COLUMNS, "learning_rate") if self.learning_rates else HISTORY_COLUMNS

    @property
    def history_rows(self) -> list[tuple[float, ...]]:
        """Rows of the table of epochs."""
        if not self.learning_rates:
            return list(self.history)
        return [(*row, rate) for row, rate in zip(self.history, self.learning_rates, strict=True)]


def train(
    dataset: Path,
    spec: TrainingSpec,
    *,
    network: NetworkSpec | None = None,
    output: Path,
    history: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    checkpoint: Path | None = None,
    on_progress: OnProgress | None = None,
    each_batch: bool = False,
) -> TrainingResult:
    """Fit a network, stop early, and write the weights of the best epoch.

    The same dataset, specs and seed give the same weights, to the bit, on the same machine and
    number of threads.

    Parameters
    ----------
    dataset
        File that preprocessing wrote; its train and validation splits are used.
    spec
        Epochs, batches, optimizer, loss, augmentation and seed.
    network
        Layers; by default `default_network` of the dataset's branches.
    output
        Bundle to write.
    history
        Table of epochs to write.
    execution
        Memory that the shuffle buffer must fit into.
    checkpoint
        Folder that keeps the state after each epoch; a run with the same arguments goes on from
        it, and ends as it would have ended at once.
    on_progress
        Called after each epoch.
    each_batch
        Whether it is called after batches too.

    Raises
    ------
    DatasetError
        If the file is no dataset, or its train or validation split is empty.
    SpecError
        If the network or the augmentation does not fit the dataset, the loss is not finite in the
        first epoch, or the checkpoint is of another run.
    BundleError
        If the checkpoint is damaged.
    InsufficientMemoryError
        If a batch does not fit into memory.
    """
    with Dataset(dataset) as opened:
        network = network or default_network(opened.spec.encodings)
        _check_branches(network, opened)
        _check_classes(opened)
        check_augmentation(spec, opened, tuple(network.branches))
        sizes = opened.spec.sizes
        layers = layer_shapes(network, **sizes)
        provenance = _provenance(dataset, opened.provenance, spec)
        state = None
        if checkpoint is not None:
            state = Checkpoint(checkpoint, _made_from(network, spec, provenance))
        seed_everything(spec.seed, deterministic=spec.deterministic == "on")
        model = build_network(network, **sizes)
        watch = Watch(on_progress, each_batch, state)
        fitted, predicted = fit(model, opened, spec, execution, watch)
        counts = count_windows(opened.label, opened.split, n_classes=len(opened.spec.classes))
        dataset_spec = opened.spec

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
    result = TrainingResult(
        bundle=bundle,
        history=epochs,
        best_epoch=best_epoch,
        stopped_early=len(epochs) < spec.epochs and not fitted.not_finite,
        layers=layers,
        counts=counts,
        unused_branches=tuple(b for b in dataset_spec.encodings if b not in network.branches),
        learning_rates=() if spec.is_steady else tuple(fitted.learning_rates),
        seconds=tuple(fitted.seconds),
        not_finite=fitted.not_finite,
        only_class=_only_class(dataset_spec.classes, predicted),
    )
    history_text = table_text(result.history_columns, result.history_rows)
    write_bundle(output, bundle, card=model_card(config), history=history_text)
    if history is not None:
        history.write_text(history_text, encoding="utf-8")
    return result


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


def _only_class(classes: tuple[str, ...], predicted: np.ndarray) -> str | None:
    given = np.flatnonzero(predicted)
    return classes[int(given[0])] if len(given) == 1 else None


def _provenance(dataset: Path, of_dataset: dict[str, Any], spec: TrainingSpec) -> dict[str, Any]:
    provenance = {
        "inputs_sha256": {"dataset": sha256(dataset), **of_dataset.get("inputs_sha256", {})},
        "software": {
            **of_dataset.get("software", {}),
            **software("tensorflow", "keras", "numpy", "safetensors"),
        },
    }
    if spec.deterministic == "off":
        provenance["repeatable"] = {"weights": "no: trained with --deterministic off"}
    return provenance


def _made_from(
    network: NetworkSpec, spec: TrainingSpec, provenance: dict[str, Any]
) -> dict[str, Any]:
    """All that the weights depend on."""
    return {
        "dataset": provenance["inputs_sha256"]["dataset"],
        "network": network.model_dump(mode="json"),
        "training": spec.model_dump(mode="json"),
        "software": software("tensorflow", "keras", "numpy"),
    }
