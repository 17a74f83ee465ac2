"""Sequences with a planted motif, and a small network that was trained on them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import ConvolutionLayer, GlobalPoolingLayer, NetworkSpec
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.training import TrainingSpec

#: What the first class has in the middle of each window, and the second has not.
MOTIF = "TGTAATA"
WIDTH, N_OF_A_CLASS = 120, 400


@dataclass(frozen=True)
class Planted:
    """A dataset, and a model of it."""

    dataset: Path
    model: Path


def make_planted(folder: Path) -> Planted:
    """Train a network of 8 filters, which takes seconds."""
    from enngene_core.training.train import train

    rng = np.random.default_rng(1)
    files = []
    for name in ("with", "without"):
        records = []
        for number in range(N_OF_A_CLASS):
            bases = "".join(rng.choice(list("ACGT"), WIDTH))
            at = int(rng.integers(40, WIDTH - 47))
            if name == "with":
                bases = bases[:at] + MOTIF + bases[at + len(MOTIF) :]
            records.append(f">{number}\n{bases}\n")
        path = folder / f"{name}.fa"
        path.write_text("".join(records))
        files.append(ClassFile(name, path, "sequences"))
    dataset, model = folder / "dataset.h5", folder / "model.zip"
    execution = ExecutionSpec(threads=1)
    spec = PreprocessSpec(window=WIDTH, ratio=(8, 1, 1))
    preprocess(files, References(), spec, output=dataset, execution=execution)
    convolution = ConvolutionLayer(filters=8, kernel=8, pooling=1, batch_normalization=True)
    pooling = GlobalPoolingLayer(kind="max")
    train(
        dataset,
        TrainingSpec(epochs=40, batch_size=32, learning_rate=0.01, warmup=0, seed=1),
        network=NetworkSpec(branches={"sequence": (convolution, pooling)}),
        output=model,
    )
    return Planted(dataset, model)
