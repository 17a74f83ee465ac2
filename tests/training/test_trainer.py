"""Our loop against Keras' own."""

import keras
import numpy as np
import pytest

from enngene_core.models.network import build_network
from enngene_core.specs.network import ConvolutionLayer, DenseLayer, NetworkSpec
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.losses import loss_of
from enngene_core.training.optimizers import Schedule, optimizer_of
from enngene_core.training.stream import Chunk
from enngene_core.training.trainer import Trainer, score_of

CONVOLUTION = ConvolutionLayer(filters=3, kernel=4, pooling=2, batch_normalization=True)
NETWORK = NetworkSpec(
    branches={"sequence": (CONVOLUTION,), "conservation": (CONVOLUTION,)},
    common=(DenseLayer(type="dense", units=4),),
)
DATASET = DatasetSpec(branches=("sequence", "conservation"), window=12, classes=("a", "b", "c"))
WEIGHTS = np.array([0.5, 1, 2], np.float32)


def windows(n_windows: int) -> Chunk:
    rng = np.random.default_rng(5)
    coded = {
        "sequence": rng.integers(0, 5, (n_windows, 12), dtype=np.uint8),
        "conservation": rng.random((n_windows, 12), dtype=np.float32),
    }
    return coded, rng.integers(0, 3, n_windows, dtype=np.int32)


@pytest.mark.parametrize(("optimizer", "weights"), [("adamw", None), ("sgd", WEIGHTS)])
def test_updates_and_scores_are_those_of_keras(optimizer: str, weights: np.ndarray | None) -> None:
    coded, labels = windows(45)  # four batches of ten, and one of five
    one_hot = np.eye(5, 4, dtype=np.float32)[coded["sequence"]]
    X = {"sequence": one_hot, "conservation": coded["conservation"][..., None]}
    spec = TrainingSpec(optimizer=optimizer, epochs=2, batch_size=10)  # type: ignore[arg-type]
    schedule = Schedule(spec, 5)
    ours, theirs = (build_network(NETWORK, **DATASET.sizes) for _ in range(2))
    theirs.set_weights(ours.get_weights())

    trainer = Trainer(ours, spec, schedule, DATASET.encodings, weights)
    epochs = [(*score_of(trainer.update((coded, labels))), *score(trainer)) for _ in range(2)]

    whole = keras.Model(theirs.inputs, theirs.output["logits"])
    whole.compile(optimizer_of(spec, schedule), loss_of(spec, 3), metrics=["accuracy"])
    w = None if weights is None else weights[labels]
    held_out = (X, labels) if w is None else (X, labels, w)
    history = whole.fit(
        X, labels, 10, 2, sample_weight=w, validation_data=held_out, shuffle=False, verbose=0
    ).history
    columns = ("loss", "accuracy", "val_loss", "val_accuracy")
    expected = np.transpose([history[name] for name in columns])
    np.testing.assert_allclose(epochs, expected, rtol=1e-4)
    for found, wanted in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def score(trainer: Trainer) -> tuple[float, float]:
    found, logits = trainer.judge.test(windows(45) for _ in range(1))
    assert logits.shape == (45, 3)
    return found
