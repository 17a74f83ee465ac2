"""Batches of a dataset as TensorFlow takes them: coded in the file, one-hot in the graph."""

from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf

from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError, InsufficientMemoryError
from enngene_core.models.inputs import network_inputs
from enngene_core.seeding import named_rng
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.augmentation import augmented
from enngene_core.training.batches import shuffled_batches
from enngene_core.training.folds import Division

_VALIDATION_BATCH = 1024
_LARGEST_BUFFER = 1 << 18
# Calls from TensorFlow into Python cost as much as a small batch: several are handed over at once.
_HANDED_OVER = 4096  # windows
_HANDED_OVER_BYTES = 16 << 20

Batches = Iterator[tuple[dict[str, np.ndarray], np.ndarray]]


class Streams:
    """Training and validation batches of one run.

    Parameters
    ----------
    dataset
        An opened dataset.
    model
        Network as `build_network` makes it: its inputs are the branches that are read.
    spec
        Size of batches, augmentation and seed.
    execution
        Memory that the shuffle buffer must fit into.
    division
        Training and validation windows.

    Attributes
    ----------
    n_batches : int
        Batches of an epoch.
    failures : list of DatasetError
        What went wrong while windows were read; TensorFlow hides what a generator raises.

    Raises
    ------
    InsufficientMemoryError
        If a batch does not fit into memory.
    """

    def __init__(
        self,
        dataset: Dataset,
        model: keras.Model,
        spec: TrainingSpec,
        execution: ExecutionSpec,
        division: Division,
    ) -> None:
        self.failures: list[DatasetError] = []
        self._dataset, self._model, self._spec = dataset, model, spec
        self._division = division
        self._branches = tuple(tensor.name for tensor in model.inputs)
        self._flank = min(spec.shift, dataset.spec.flank)
        self._row_bytes = _row_bytes(dataset, self._branches, self._flank)
        self._buffer_rows = _buffer_rows(dataset, self._branches, spec, execution, self._row_bytes)
        n_rows = len(division.training)
        self.n_batches = sum(
            -(-min(self._buffer_rows, n_rows - first) // spec.batch_size)
            for first in range(0, n_rows, self._buffer_rows)
        )

    def training(
        self, epoch: Callable[[], int], class_weights: np.ndarray | None
    ) -> tf.data.Dataset:
        """Shuffled and augmented batches.

        Each epoch has random numbers of its own, so that a run can be taken up at any.

        Parameters
        ----------
        epoch
            Gives the number of the epoch that begins.
        class_weights : ndarray of float32, shape (n_classes,), or None
        """
        spec, encodings = self._spec, self._dataset.spec.encodings
        n_rows = min(_HANDED_OVER, _HANDED_OVER_BYTES // self._row_bytes)
        n_handed_over = n_rows // spec.batch_size

        def one_epoch() -> Batches:
            number = epoch()
            batches = shuffled_batches(
                self._dataset,
                self._division.training,
                branches=self._branches,
                batch_size=spec.batch_size,
                buffer_rows=self._buffer_rows,
                rng=named_rng(spec.seed, f"batches of epoch {number}"),
                n_batches=max(n_handed_over, 1),
                flank=self._flank,
            )
            if not spec.shift and spec.reverse_complement == "off":
                yield from batches
                return
            rng = named_rng(spec.seed, f"augmentation of epoch {number}")
            for branches, labels in batches:
                yield augmented(branches, encodings, spec, rng, flank=self._flank), labels

        return self._stream(one_epoch, spec.batch_size, self.n_batches, class_weights)

    def validation(self, class_weights: np.ndarray | None) -> tf.data.Dataset:
        """All validation windows in the order of the file."""
        held_out = self._division.validation

        def all_windows() -> Batches:
            for first in range(0, len(held_out), _VALIDATION_BATCH):
                rows = held_out[first : first + _VALIDATION_BATCH]
                branches = {name: self._dataset.branch(name, rows) for name in self._branches}
                yield branches, self._dataset.label[rows]

        n_batches = -(-len(held_out) // _VALIDATION_BATCH)
        return self._stream(all_windows, _VALIDATION_BATCH, n_batches, class_weights)

    def _stream(
        self,
        batches: Callable[[], Batches],
        batch_size: int,
        n_batches: int,
        class_weights: np.ndarray | None,
    ) -> tf.data.Dataset:
        def remembering_failures() -> Batches:
            try:
                yield from batches()
            except DatasetError as error:
                self.failures.append(error)
                raise

        def cut(coded: dict[str, tf.Tensor], labels: tf.Tensor) -> tf.data.Dataset:
            firsts = tf.data.Dataset.range(0, tf.shape(labels, tf.int64)[0], batch_size)
            return firsts.map(
                lambda first: tf.nest.map_structure(
                    lambda values: values[first : first + batch_size], (coded, labels)
                )
            )

        def fed(coded: dict[str, tf.Tensor], labels: tf.Tensor) -> tuple[tf.Tensor, ...]:
            inputs = network_inputs(coded, self._model)
            if class_weights is None:
                return inputs, labels
            return inputs, labels, tf.gather(class_weights, labels)

        spec = self._dataset.spec
        signature = (
            {
                name: tf.TensorSpec((None, spec.window), spec.encodings[name].dtype)
                for name in self._branches
            },
            tf.TensorSpec((None,), tf.int32),
        )
        stream = tf.data.Dataset.from_generator(remembering_failures, output_signature=signature)
        stream = stream.flat_map(cut).map(fed).prefetch(2)
        return stream.apply(tf.data.experimental.assert_cardinality(n_batches))


def _row_bytes(dataset: Dataset, branches: tuple[str, ...], flank: int) -> int:
    encodings = dataset.spec.encodings
    sizes = [np.dtype(encodings[name].dtype).itemsize for name in branches]
    return (dataset.spec.window + 2 * flank) * sum(sizes)


def _buffer_rows(
    dataset: Dataset,
    branches: tuple[str, ...],
    spec: TrainingSpec,
    execution: ExecutionSpec,
    row_bytes: int,
) -> int:
    if not execution.memory:
        return max(_LARGEST_BUFFER, spec.batch_size)
    encodings = dataset.spec.encodings
    # In a batch every base is float32 channels, and a layer's outputs are larger still.
    channels = sum(encodings[name].channels for name in branches)
    batch = spec.batch_size * dataset.spec.window * 4 * channels
    allowed = execution.memory << 20
    if 8 * batch > allowed:
        raise InsufficientMemoryError(
            f"batches of {spec.batch_size} windows do not fit into {execution.memory} MiB; "
            "use a smaller --batch-size"
        )
    return max(min(_LARGEST_BUFFER, allowed // 8 // row_bytes), spec.batch_size)
