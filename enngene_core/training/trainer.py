"""A network with what trains it: its loss, its optimizer, and the graph of its updates."""

from collections.abc import Iterable, Mapping

import keras
import numpy as np
import tensorflow as tf

from enngene_core.models.inputs import network_inputs
from enngene_core.specs.branches import Encoding
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.losses import loss_of
from enngene_core.training.optimizers import Schedule, optimizer_of
from enngene_core.training.stream import Chunk

#: Loss, and share of windows that are given their class.
Score = tuple[float, float]


class Judge:
    """Scores a network.

    Parameters
    ----------
    model
        Network as `build_network` makes it.
    spec
        Loss.
    encodings
        Encoding of each branch.
    class_weights : ndarray of float32, shape (n_classes,), or None

    Attributes
    ----------
    model : keras.Model
        The network up to its logits.
    signature : tuple
        What a chunk is in the graph.
    """

    def __init__(
        self,
        model: keras.Model,
        spec: TrainingSpec,
        encodings: Mapping[str, Encoding],
        class_weights: np.ndarray | None,
    ) -> None:
        self.model = keras.Model(model.inputs, model.output["logits"])
        self._loss_of = loss_of(spec, self.model.output.shape[-1])
        self._class_weights = class_weights
        branches = {
            tensor.name: tf.TensorSpec((None, tensor.shape[1]), encodings[tensor.name].dtype)
            for tensor in model.inputs
        }
        self.signature = branches, tf.TensorSpec((None,), tf.int32)
        # Without AutoGraph, which leaves a file behind where a process is killed.
        self._tested = tf.function(self._test, self.signature, autograph=False)

    def test(self, chunks: Iterable[Chunk]) -> tuple[Score, np.ndarray]:
        """Score of windows, and their logits, of shape (n_windows, n_classes)."""
        sums, logits = np.zeros(3), []
        for chunk in chunks:
            loss_sum, found = self._tested(*chunk)
            logits.append(found.numpy())
            is_right = logits[-1].argmax(axis=1) == chunk[1]
            sums += [float(loss_sum), int(is_right.sum()), len(is_right)]
        return score_of(sums), np.concatenate(logits)

    def mean_loss(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Mean of the windows' losses, weighted by class."""
        weights = None if self._class_weights is None else tf.gather(self._class_weights, labels)
        return self._loss_of(labels, logits, sample_weight=weights)

    def _test(
        self, coded: Mapping[str, tf.Tensor], labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        logits = self.model(network_inputs(coded, self.model), training=False)
        n_windows = tf.cast(tf.shape(labels)[0], tf.float32)
        return self.mean_loss(labels, logits) * n_windows, logits


class Trainer:
    """Trains a network in place.

    Keras' own loop takes longer for its batches than a small network does: here one call makes
    several updates, from codes.

    Parameters
    ----------
    model
        Network as `build_network` makes it.
    spec
        Size of batches, loss and optimizer.
    schedule
        Learning rates.
    encodings
        Encoding of each branch.
    class_weights : ndarray of float32, shape (n_classes,), or None

    Attributes
    ----------
    model : keras.Model
        The network up to its logits.
    optimizer : keras.Optimizer
    judge : Judge
        Of the same network.
    """

    def __init__(
        self,
        model: keras.Model,
        spec: TrainingSpec,
        schedule: Schedule,
        encodings: Mapping[str, Encoding],
        class_weights: np.ndarray | None,
    ) -> None:
        self.judge = Judge(model, spec, encodings, class_weights)
        self.model = self.judge.model
        self.optimizer = optimizer_of(spec, schedule)
        self.optimizer.build(self.model.trainable_variables)
        self._batch_size = spec.batch_size
        signature = self.judge.signature
        self._updated = tf.function(self._update_each, signature, autograph=False)

    def update(self, chunk: Chunk) -> np.ndarray:
        """Make an update for each batch of some windows.

        Returns
        -------
        ndarray, shape (3,)
            Sum of the windows' losses, windows that were given their class, and all of them.
        """
        loss_sum, n_right = self._updated(*chunk)
        return np.array([float(loss_sum), int(n_right), len(chunk[1])])

    def _update_each(
        self, coded: Mapping[str, tf.Tensor], labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        n_windows = tf.shape(labels)[0]

        def update(
            first: tf.Tensor, loss_sum: tf.Tensor, n_right: tf.Tensor
        ) -> tuple[tf.Tensor, ...]:
            after = tf.minimum(first + self._batch_size, n_windows)
            branches = {name: values[first:after] for name, values in coded.items()}
            is_right, loss = self._update(branches, labels[first:after])
            n_right += tf.math.count_nonzero(is_right, dtype=tf.int32)
            return after, loss_sum + loss * tf.cast(after - first, tf.float32), n_right

        _, loss_sum, n_right = tf.while_loop(
            lambda first, *_: first < n_windows, update, (0, 0.0, 0), parallel_iterations=1
        )
        return loss_sum, n_right

    def _update(
        self, coded: Mapping[str, tf.Tensor], labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        inputs = network_inputs(coded, self.model)
        with tf.GradientTape() as tape:
            logits = self.model(inputs, training=True)
            loss = self.judge.mean_loss(labels, logits)
        variables = self.model.trainable_variables
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        self.optimizer.apply(gradients, variables)
        return tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), labels), loss


def score_of(sums: np.ndarray) -> Score:
    """Loss and accuracy of windows from sums, as `Trainer.update` gives them."""
    loss_sum, n_right, n_windows = sums.tolist()
    return loss_sum / n_windows, n_right / n_windows
