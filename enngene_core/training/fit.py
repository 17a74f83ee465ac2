"""One fit of a network, streamed from a dataset file."""

import keras
import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.models.bundle import copy_weights
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.folds import Division, own_division
from enngene_core.training.losses import class_weights
from enngene_core.training.optimizers import Schedule
from enngene_core.training.recorder import Recorder, Watch
from enngene_core.training.stream import Streams
from enngene_core.training.trainer import Judge, Trainer, score_of


def fit(
    model: keras.Model,
    dataset: Dataset,
    spec: TrainingSpec,
    execution: ExecutionSpec,
    watch: Watch,
    *,
    division: Division | None = None,
    handed_on: keras.Model | None = None,
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
    handed_on
        The same network as it will be used, if the one that is trained is built for that: it gets
        the best weights too, and is judged in its place.

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
    division = division or own_division(dataset)
    streams = Streams(dataset, model, spec, execution, division)
    weights = None
    if spec.class_weights == "balanced":
        weights = class_weights(dataset.label[division.training], len(dataset.spec.classes))
    schedule = Schedule(spec, streams.n_batches)
    trainer = Trainer(model, spec, schedule, dataset.spec.encodings, weights)
    recorder = Recorder(spec, schedule, watch)
    recorder.resume(trainer)
    while not recorder.is_over:
        sums = np.zeros(3)
        for chunk in streams.training(recorder.begin()):
            sums += trainer.update(chunk)
            recorder.updated(len(chunk[1]), score_of(sums))
        score, _ = trainer.judge.test(streams.validation())
        recorder.finish(trainer, score_of(sums), score)
    model.set_weights(recorder.best_weights)
    judge = trainer.judge
    if handed_on is not None:
        copy_weights(model, handed_on)
        judge = Judge(handed_on, spec, dataset.spec.encodings, weights)
    _, logits = judge.test(streams.validation())
    return recorder, np.asarray(keras.ops.softmax(logits))
