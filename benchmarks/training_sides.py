"""One side of a race: a process that trains an epoch each time that it is told to.

It reads a line from standard input, trains one epoch, and writes a line: the first is for warming
up.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from benchmarks.training_data import NETWORKS
from benchmarks.turns import Turns
from enngene_core.dataset.file import Dataset
from enngene_core.models.network import build_network
from enngene_core.models.runtime import seed_everything, use_threads
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.fit import fit
from enngene_core.training.recorder import TrainingProgress, Watch

MANY = 10_000  # epochs; the parent ends the process
_SIZE = 4096


def ours(path: Path, network: str, batch_size: int, precision: str, deterministic: str) -> None:
    """Train as `enngene train` does, from a dataset file, by the recipe of the other sides."""
    spec = TrainingSpec(
        epochs=MANY,
        patience=MANY,
        batch_size=batch_size,
        optimizer="adam",
        learning_rate=0.001,
        schedule="constant",
        warmup=0,
        label_smoothing=0,
        shift=0,
        deterministic=deterministic,
    )

    turns = Turns()

    def told(progress: TrainingProgress) -> None:
        if progress.is_finished:
            turns.finished()

    with Dataset(path) as dataset:
        seed_everything(spec.seed, deterministic=deterministic == "on")
        model = build_network(
            NETWORKS[network], **dataset.spec.sizes, precision=precision, for_training=True
        )
        fit(model, dataset, spec, ExecutionSpec(), Watch(told))


def plain_keras(path: Path, network: str, batch_size: int) -> None:
    """Train as a user of Keras would, on one-hot arrays in memory."""
    with Dataset(path) as dataset:
        sizes = dataset.spec.sizes
        splits = []
        for split in ("train", "validation"):
            rows = dataset.rows(split)
            X = {}
            for name in NETWORKS[network].branches:
                values = dataset.branch(name, rows)
                if values.dtype == np.uint8:
                    X[name] = np.eye(sizes["channels"][name], dtype=np.float32)[values]
                else:
                    X[name] = values[..., None]
            splits.append((X, dataset.label[rows]))
    built = build_network(NETWORKS[network], **sizes)
    model = keras.Model(built.inputs, built.output["logits"])
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    turns = Turns()
    pause = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: turns.finished())
    (X, y), validation = splits
    model.fit(
        X,
        y,
        batch_size=batch_size,
        epochs=MANY,
        validation_data=validation,
        verbose=0,
        callbacks=[pause],
    )


def matrix_products() -> None:
    """Multiply two large float32 matrices, three times a turn."""
    a, b = (tf.random.normal((_SIZE, _SIZE)) for _ in range(2))
    turns = Turns()
    while True:
        for _ in range(3):
            c = tf.matmul(a, b)
        c.numpy()
        turns.finished()


def main() -> None:
    """Run the side that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=("enngene", "keras", "product"))
    parser.add_argument("--dataset", type=Path)
    parser.add_argument("--network", default="cnn")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--deterministic", default="on")
    parser.add_argument("--threads", type=int, default=0)
    a = parser.parse_args()
    use_threads(ExecutionSpec(threads=a.threads).n_threads)
    if a.side == "enngene":
        ours(a.dataset, a.network, a.batch_size, a.precision, a.deterministic)
    elif a.side == "keras":
        plain_keras(a.dataset, a.network, a.batch_size)
    else:
        matrix_products()


if __name__ == "__main__":
    main()
