import keras
import numpy as np
import pytest
import tensorflow as tf

from enngene_core.specs.training import TrainingSpec
from enngene_core.training.losses import class_weights, loss_of

LABELS = np.array([0, 1, 1, 2])
LOGITS = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)


def value(**values: object) -> float:
    spec = TrainingSpec(**{"label_smoothing": 0, **values})
    return float(loss_of(spec, 3)(LABELS, LOGITS))


def test_cross_entropy_is_what_the_formula_says() -> None:
    p = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    chosen = p[np.arange(4), LABELS]
    assert value() == pytest.approx(-np.log(chosen).mean(), rel=1e-5)
    focal = -((1 - chosen) ** 2 * np.log(chosen)).mean()
    assert value(loss="focal") == pytest.approx(focal, rel=1e-5)
    assert value(loss="focal", focal_gamma=0) == pytest.approx(value(), rel=1e-5)


def test_smoothing_is_that_of_keras() -> None:
    keras_loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
    expected = float(keras_loss(np.eye(3)[LABELS], LOGITS))
    assert value(label_smoothing=0.2) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("gamma", [0.5, 2])
def test_the_gradient_of_a_sure_prediction_is_finite(gamma: float) -> None:
    logits = tf.Variable([[80.0, -80.0], [-80.0, 80.0]])
    spec = TrainingSpec(loss="focal", focal_gamma=gamma, label_smoothing=0.1)
    with tf.GradientTape() as tape:
        loss = loss_of(spec, 2)(np.array([0, 0]), logits)
    assert np.isfinite(tape.gradient(loss, logits).numpy()).all()


def test_balanced_classes_weigh_the_same() -> None:
    labels = np.array([0] * 6 + [1] * 3 + [2])
    weights = class_weights(labels, 3)
    np.testing.assert_allclose(weights * np.bincount(labels), 10 / 3, rtol=1e-6)
    assert weights[labels].mean() == pytest.approx(1)
