"""One fit of a network, streamed from a dataset file."""

import keras
import numpy as np
import tensorflow as tf

from enngene_core.dataset.file import Dataset
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.folds import Division, own_division
from enngene_core.training.losses import class_weights, loss_of
from enngene_core.training.optimizers import Schedule, optimizer_of
from enngene_core.training.recorder import BatchTeller, Recorder, Watch
from enngene_core.training.stream import Streams

# Updates between two returns to Python; more gain nothing, and a bar would jump.
_STEPS = 8


def fit(
    model: keras.Model,
    dataset: Dataset,
    spec: TrainingSpec,
    execution: ExecutionSpec,
    watch: Watch,
    *,
    division: Division | None = None,
) -> tuple[Recorder, np.ndarray]:
    """Train a network in place, and leave it with the weights of the best epoch.

    Parameters
    ----------
    model
        Network as `build_network` makes it.
    dataset
        An opened dataset.
    spec
        Epochs, batches, optimizer, loss, augmentation and seed.
    execution
        Memory that the shuffle buffer must fit into.
    watch
        Who is told, and the checkpoint.
    division
        Training and validation windows; by default the dataset's own splits.

    Returns
    -------
    recorder : Recorder
        All epochs, and which one was kept.
    probabilities : ndarray of float32, shape (n_validation_windows, n_classes)
        What the best weights give the validation windows.

    Raises
    ------
    SpecError
        If the loss is not finite in the first epoch.
    """
    n_classes = len(dataset.spec.classes)
    division = division or own_division(dataset)
    streams = Streams(dataset, model, spec, execution, division)
    weights = None
    if spec.class_weights == "balanced":
        weights = class_weights(dataset.label[division.training], n_classes)
    schedule = Schedule(spec, streams.n_batches)
    trainer = keras.Model(model.inputs, model.output["logits"])
    trainer.compile(
        optimizer=optimizer_of(spec, schedule),
        loss=loss_of(spec, n_classes),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        steps_per_execution=min(_STEPS, streams.n_batches),
    )
    trainer.optimizer.build(trainer.trainable_variables)
    recorder = Recorder(spec, schedule, watch)
    recorder.resume(trainer)
    validation = streams.validation(weights)
    try:
        if not recorder.is_over:
            trainer.fit(
                streams.training(lambda: len(recorder.epochs) + 1, weights),
                validation_data=validation,
                initial_epoch=len(recorder.epochs),
                epochs=spec.epochs,
                shuffle=False,
                verbose=0,
                callbacks=[recorder, *([BatchTeller(recorder)] if watch.each_batch else [])],
            )
        trainer.set_weights(recorder.best_weights)
        logits = trainer.predict(validation, verbose=0)
    except tf.errors.OpError:
        if streams.failures:
            raise streams.failures[0] from None
        raise
    finally:
        # TensorFlow never lets go of the stream, which knows the recorder: the network could not
        # be freed, and there may be hundreds of them in one search.
        recorder.set_model(None)
    return recorder, np.asarray(keras.ops.softmax(logits))
