"""Training: a dataset and a network spec become a model bundle."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError, InsufficientMemoryError, SpecError
from enngene_core.formats.table import table_text
from enngene_core.models.bundle import Bundle, BundleConfig, write_bundle
from enngene_core.models.card import model_card
from enngene_core.models.inputs import network_inputs
from enngene_core.models.network import build_network
from enngene_core.models.runtime import be_deterministic
from enngene_core.provenance import sha256, software
from enngene_core.seeding import named_rng
from enngene_core.specs.branches import CHANNELS, ENCODINGS, SYMBOLS
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import NetworkSpec, default_network
from enngene_core.specs.preprocess import SPLITS
from enngene_core.specs.shapes import LayerShape, layer_shapes
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.batches import shuffled_batches

_VALIDATION_BATCH = 1024
_LARGEST_BUFFER = 1 << 18
HISTORY_COLUMNS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class TrainingProgress:
    """Where training stands.

    Attributes
    ----------
    epoch, n_epochs : int
        1-based number of the running epoch, and the largest number.
    batch, n_batches : int
        Finished batches of the epoch.
    metrics : dict of str to float
        Loss and accuracy so far; those on validation data too, once the epoch is finished.
    is_finished : bool
        Whether the epoch is finished.
    """

    epoch: int
    n_epochs: int
    batch: int
    n_batches: int
    metrics: dict[str, float]
    is_finished: bool


OnProgress = Callable[[TrainingProgress], None]


@dataclass(frozen=True)
class TrainingResult:
    """A trained network, and how it came about.

    Attributes
    ----------
    bundle : Bundle
    history : list of tuple
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
    history: list[tuple[int, float, float, float, float]]
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
        network = network or default_network(opened.spec.branches)
        _check_branches(network, opened)
        layers = layer_shapes(network, width=opened.spec.window, n_classes=len(opened.spec.classes))
        _check_classes(opened)
        be_deterministic(spec.seed)
        model = build_network(network, width=opened.spec.window, n_classes=len(opened.spec.classes))
        epochs, best_epoch = _fit(model, opened, network, spec, execution, on_progress)
        counts = np.zeros((len(opened.spec.classes), len(SPLITS)), dtype=np.int64)
        np.add.at(counts, (opened.label, opened.split), 1)
        dataset_spec = opened.spec
        provenance = _provenance(dataset, opened.provenance)

    best = epochs[best_epoch - 1]
    config = BundleConfig(
        network=network,
        dataset=dataset_spec,
        encodings={name: ENCODINGS[name] for name in network.branches},
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
        unused_branches=tuple(b for b in dataset_spec.branches if b not in network.branches),
    )


def _check_branches(network: NetworkSpec, dataset: Dataset) -> None:
    for name in network.branches:
        if name not in dataset.spec.branches:
            raise SpecError(
                f"the network reads the branch {name}, which {dataset.path} lacks (found "
                f"{', '.join(dataset.spec.branches)})"
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


def _fit(
    model: keras.Model,
    dataset: Dataset,
    network: NetworkSpec,
    spec: TrainingSpec,
    execution: ExecutionSpec,
    on_progress: OnProgress | None,
) -> tuple[list[tuple[int, float, float, float, float]], int]:
    """Train in place; all epochs' rows, and the number of the one that was kept."""
    branches = tuple(network.branches)
    rows = dataset.rows("train")
    buffer_rows = _buffer_rows(dataset, branches, spec, execution)
    rng = named_rng(spec.seed, "batches")

    def one_epoch() -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
        return shuffled_batches(
            dataset,
            rows,
            branches=branches,
            batch_size=spec.batch_size,
            buffer_rows=buffer_rows,
            rng=rng,
        )

    held_out = dataset.rows("validation")
    n_validation_batches = -(-len(held_out) // _VALIDATION_BATCH)

    def validation() -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
        for first in range(0, len(held_out), _VALIDATION_BATCH):
            chosen = held_out[first : first + _VALIDATION_BATCH]
            yield {name: dataset.branch(name, chosen) for name in branches}, dataset.label[chosen]

    trainer = keras.Model(model.inputs, model.output["logits"])
    trainer.compile(
        optimizer=keras.optimizers.Adam(spec.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    n_batches = sum(
        -(-min(buffer_rows, len(rows) - first) // spec.batch_size)
        for first in range(0, len(rows), buffer_rows)
    )
    recorder = _Recorder(spec, n_batches, on_progress)
    failures: list[DatasetError] = []
    try:
        trainer.fit(
            _stream(one_epoch, n_batches, dataset, branches, failures),
            validation_data=_stream(validation, n_validation_batches, dataset, branches, failures),
            epochs=spec.epochs,
            shuffle=False,
            verbose=0,
            callbacks=[recorder],
        )
    except tf.errors.OpError:
        if failures:  # TensorFlow hides what a generator raised
            raise failures[0] from None
        raise
    trainer.set_weights(recorder.best_weights)
    return recorder.epochs, recorder.best_epoch


def _buffer_rows(
    dataset: Dataset, branches: tuple[str, ...], spec: TrainingSpec, execution: ExecutionSpec
) -> int:
    if not execution.memory:
        return max(_LARGEST_BUFFER, spec.batch_size)
    # In a batch every base is float32 channels, and a layer's outputs are larger still.
    batch = spec.batch_size * dataset.spec.window * 4 * sum(CHANNELS[name] for name in branches)
    allowed = execution.memory << 20
    if 8 * batch > allowed:
        raise InsufficientMemoryError(
            f"batches of {spec.batch_size} windows do not fit into {execution.memory} MiB; "
            "use a smaller --batch-size"
        )
    row = dataset.spec.window * sum(1 if name in SYMBOLS else 4 for name in branches)
    return max(min(_LARGEST_BUFFER, allowed // 8 // row), spec.batch_size)


def _stream(
    batches: Callable[[], Iterator[tuple[dict[str, np.ndarray], np.ndarray]]],
    n_batches: int,
    dataset: Dataset,
    branches: tuple[str, ...],
    failures: list[DatasetError],
) -> tf.data.Dataset:
    def remembering_failures() -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
        try:
            yield from batches()
        except DatasetError as error:
            failures.append(error)
            raise

    signature = (
        {
            name: tf.TensorSpec(
                (None, dataset.spec.window), tf.uint8 if name in SYMBOLS else tf.float32
            )
            for name in branches
        },
        tf.TensorSpec((None,), tf.int32),
    )
    stream = tf.data.Dataset.from_generator(remembering_failures, output_signature=signature)
    stream = stream.map(lambda coded, labels: (network_inputs(coded), labels)).prefetch(2)
    return stream.apply(tf.data.experimental.assert_cardinality(n_batches))


class _Recorder(keras.callbacks.Callback):
    """Keeps the epochs' numbers and the best weights, stops early, and tells how it goes."""

    def __init__(self, spec: TrainingSpec, n_batches: int, on_progress: OnProgress | None) -> None:
        super().__init__()
        self.epochs: list[tuple[int, float, float, float, float]] = []
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] = []
        self._spec = spec
        self._n_batches = n_batches
        self._on_progress = on_progress

    def _tell(self, batch: int, metrics: dict[str, float], *, is_finished: bool) -> None:
        if self._on_progress:
            epoch = len(self.epochs) + (0 if is_finished else 1)
            self._on_progress(
                TrainingProgress(
                    epoch, self._spec.epochs, batch, self._n_batches, metrics, is_finished
                )
            )

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._tell(batch + 1, dict(logs or {}), is_finished=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        if not all(np.isfinite(value) for value in metrics.values()):
            raise SpecError(
                f"the loss is not finite in epoch {epoch + 1}; try a smaller --learning-rate "
                f"(now {self._spec.learning_rate:g})"
            )
        row = (epoch + 1, *(metrics[name] for name in HISTORY_COLUMNS[1:]))
        self.epochs.append(row)  # type: ignore[arg-type]
        if self.best_epoch == 0 or row[3] < self.epochs[self.best_epoch - 1][3]:
            self.best_epoch = epoch + 1
            self.best_weights = self.model.get_weights()
        if epoch + 1 - self.best_epoch >= self._spec.patience:
            self.model.stop_training = True
        self._tell(self._n_batches, metrics, is_finished=True)
