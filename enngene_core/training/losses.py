"""Losses, and the weight of each class in them."""

import keras
import numpy as np
import tensorflow as tf

from enngene_core.specs.training import TrainingSpec


def loss_of(spec: TrainingSpec, n_classes: int) -> keras.losses.Loss:
    """Loss of class labels and logits, of shapes (n,) and (n, n_classes).

    References
    ----------
    Focal loss: Lin et al., ICCV 2017. Label smoothing: Szegedy et al., CVPR 2016.
    """
    if spec.loss == "cross-entropy" and not spec.label_smoothing:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return _ShareLoss(spec, n_classes)


class _ShareLoss(keras.losses.Loss):
    """Cross-entropy or focal loss against the share of each class in a window's label."""

    def __init__(self, spec: TrainingSpec, n_classes: int) -> None:
        super().__init__(name="loss")
        self._gamma = spec.focal_gamma if spec.loss == "focal" else 0.0
        self._smoothing = spec.label_smoothing
        self._n_classes = n_classes

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        labels = tf.reshape(tf.cast(y_true, tf.int32), (-1,))
        shares = tf.one_hot(labels, self._n_classes) * (1 - self._smoothing)
        shares += self._smoothing / self._n_classes
        logs = tf.nn.log_softmax(y_pred)
        if self._gamma:
            # Below 1 - p = 0 the gradient of a fractional power is not finite.
            shares *= tf.pow(tf.maximum(1 - tf.exp(logs), 1e-7), self._gamma)
        return -tf.reduce_sum(shares * logs, axis=-1)


def class_weights(labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Weights by which all classes weigh the same in a loss, with a mean of 1 over windows.

    Parameters
    ----------
    labels : ndarray of int, shape (n_windows,)
        Each class has a window at least.

    Returns
    -------
    ndarray of float32, shape (n_classes,)
    """
    counts = np.bincount(labels, minlength=n_classes)
    return np.asarray(len(labels) / (n_classes * counts), dtype=np.float32)
