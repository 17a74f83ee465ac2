"""One fit of a network, streamed from a dataset file."""

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
from enngene_core.training.batches import shuffled_batches
from enngene_core.training.recorder import OnProgress, Recorder

_VALIDATION_BATCH = 1024
_LARGEST_BUFFER = 1 << 18

Batches = Iterator[tuple[dict[str, np.ndarray], np.ndarray]]


def fit(
    model: keras.Model,
    dataset: Dataset,
    branches: tuple[str, ...],
    spec: TrainingSpec,
    execution: ExecutionSpec,
    on_progress: OnProgress | None,
) -> Recorder:
    """Train a network in place, and leave it with the weights of the best epoch.

    Parameters
    ----------
    model
        Network as `build_network` makes it.
    dataset
        An opened dataset; its train and validation splits are used.
    branches
        Branches that the network reads.
    spec
        Epochs, batches, learning rate and seed.
    execution
        Memory that the shuffle buffer must fit into.
    on_progress
        Called after each batch and each epoch.

    Returns
    -------
    Recorder
        All epochs, and which one was kept.
    """
    rows = dataset.rows("train")
    buffer_rows = _buffer_rows(dataset, branches, spec, execution)
    rng = named_rng(spec.seed, "batches")

    def one_epoch() -> Batches:
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

    def validation() -> Batches:
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
    recorder = Recorder(spec, n_batches, on_progress)
    failures: list[DatasetError] = []
    try:
        trainer.fit(
            _stream(one_epoch, n_batches, dataset, branches, model, failures),
            validation_data=_stream(
                validation, n_validation_batches, dataset, branches, model, failures
            ),
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
    return recorder


def _buffer_rows(
    dataset: Dataset, branches: tuple[str, ...], spec: TrainingSpec, execution: ExecutionSpec
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
    row = dataset.spec.window * sum(np.dtype(encodings[name].dtype).itemsize for name in branches)
    return max(min(_LARGEST_BUFFER, allowed // 8 // row), spec.batch_size)


def _stream(
    batches: Callable[[], Batches],
    n_batches: int,
    dataset: Dataset,
    branches: tuple[str, ...],
    model: keras.Model,
    failures: list[DatasetError],
) -> tf.data.Dataset:
    def remembering_failures() -> Batches:
        try:
            yield from batches()
        except DatasetError as error:
            failures.append(error)
            raise

    signature = (
        {
            name: tf.TensorSpec((None, dataset.spec.window), dataset.spec.encodings[name].dtype)
            for name in branches
        },
        tf.TensorSpec((None,), tf.int32),
    )
    stream = tf.data.Dataset.from_generator(remembering_failures, output_signature=signature)
    stream = stream.map(lambda coded, labels: (network_inputs(coded, model), labels)).prefetch(2)
    return stream.apply(tf.data.experimental.assert_cardinality(n_batches))
