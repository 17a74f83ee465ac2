"""Class probabilities of a trained network."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from enngene_core.errors import BundleError
from enngene_core.models.calibration import calibrated
from enngene_core.models.ensemble import layers_of, members_of
from enngene_core.models.inputs import batch_signature, network_inputs
from enngene_core.specs.calibration import Calibration

_BATCH = 1024
#: Numbers that all layers together hand on for one batch: 1 GiB.
_MOST_OUTPUTS = 1 << 28

Progress = Callable[[int, int], None]


def rows_at_once(model: keras.Model, *, most: int) -> int:
    """Windows whose layers' outputs are held in memory together: at most so many, at least 1."""
    n_outputs = sum(
        math.prod(tensor.shape[1:])
        for layer in layers_of(model)
        for tensor in keras.tree.flatten(layer.output)
    )
    return max(1, min(most, _MOST_OUTPUTS // n_outputs))


def predict_probabilities(
    model: keras.Model,
    branches: Mapping[str, np.ndarray],
    *,
    on_progress: Progress | None = None,
) -> np.ndarray:
    """Probability of each class for each window.

    Parameters
    ----------
    model
        Network as `build_network` or `averaged` makes it.
    branches
        Codes or scores of the network's branches, each of shape (n_windows, width).
    on_progress
        Called with the number of finished and of all windows.

    Returns
    -------
    ndarray of float32, shape (n_windows, n_classes)
        Rows sum to 1.
    """
    return Predictor(model)(branches, on_progress)


class Predictor:
    """Gives a network's probabilities for some windows after the others, compiled once.

    Parameters
    ----------
    model
        As `predict_probabilities` takes it.
    with_spread
        Of an ensemble: whether another column follows the classes. It is the standard deviation,
        over the members, of their probabilities for the class that is the highest in the mean: the
        root of the mean squared deviation from that mean, before any calibration.
    calibration
        Of the probabilities, if any.

    Attributes
    ----------
    n_at_once : int
        Windows that the network reads at a time.
    """

    def __init__(
        self,
        model: keras.Model,
        *,
        with_spread: bool = False,
        calibration: Calibration | None = None,
    ) -> None:
        import tensorflow as tf

        of_batch = _with_spread if with_spread else _probabilities
        self._model, self._calibration = model, calibration
        self._n_classes = model.output["probabilities"].shape[-1]
        self._names = [tensor.name for tensor in model.inputs]
        self._forward = tf.function(
            lambda inputs: of_batch(model, inputs), (batch_signature(model),), autograph=False
        )
        self.n_at_once = rows_at_once(model, most=_BATCH)

    def __call__(
        self, branches: Mapping[str, np.ndarray], on_progress: Progress | None = None
    ) -> np.ndarray:
        """Probabilities of at least one window.

        Parameters
        ----------
        branches, on_progress
            As `predict_probabilities` takes them.

        Returns
        -------
        ndarray of float32, shape (n_windows, n_classes) or (n_windows, n_classes + 1)

        Raises
        ------
        BundleError
            If the network gives what is no number.
        """
        n_windows = len(branches[self._names[0]])
        parts = []
        for first in range(0, n_windows, self.n_at_once):
            after = first + self.n_at_once
            batch = {name: branches[name][first:after] for name in self._names}
            parts.append(self._forward(network_inputs(batch, self._model)).numpy())
            if not np.isfinite(parts[-1]).all():
                raise BundleError(
                    "the model gives probabilities that are no numbers: its weights are too large "
                    "or damaged; expected a model that was trained on such windows"
                )
            if on_progress:
                on_progress(min(after, n_windows), n_windows)
        found = np.concatenate(parts)
        of_classes = found[:, : self._n_classes]
        of_classes[:] = calibrated(self._calibration, of_classes)
        return found


def _probabilities(model: keras.Model, inputs: Mapping[str, Any]) -> Any:
    return model(inputs, training=False)["probabilities"]


def _with_spread(model: keras.Model, inputs: Mapping[str, Any]) -> Any:
    import tensorflow as tf

    of_members = tf.stack([_probabilities(member, inputs) for member in members_of(model)], axis=2)
    mean = tf.reduce_mean(of_members, axis=2)
    of_highest = tf.gather(of_members, tf.argmax(mean, axis=1), axis=1, batch_dims=1)
    spread = tf.math.reduce_std(of_highest, axis=1)
    return tf.concat([mean, spread[:, None]], axis=1)
