"""Real data, and one network trained on it, for all tests of the core."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.preprocess import PreprocessResult, preprocess
from enngene_core.dataset.sources import References
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import ConvolutionLayer, DenseLayer, NetworkSpec, RecurrentLayer
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.training import TrainingSpec

# No test asserts times: other work may share the cores. What fails once fails again, everywhere.
settings.register_profile("enngene", deadline=None, derandomize=True)
settings.load_profile("enngene")

REAL_DATA = Path(__file__).parent.parent / "test-data"
CLASSES = ("exons", "introns", "intergenic")
BRANCHES = ("sequence", "structure", "conservation")


@dataclass(frozen=True)
class RealDataset:
    """A dataset file made of real exons, introns and intergenic stretches."""

    path: Path
    result: PreprocessResult


@dataclass(frozen=True)
class TrainedModel:
    """A small network that was trained on the real dataset."""

    path: Path
    history: Path
    result: object  # TrainingResult; naming it would import TensorFlow


@pytest.fixture(scope="session")
def class_files() -> list[ClassFile]:
    return [ClassFile(name, REAL_DATA / f"{name}.bed") for name in CLASSES]


@pytest.fixture(scope="session")
def references() -> References:
    return References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",))


@pytest.fixture(scope="session")
def real_dataset(
    class_files: list[ClassFile], references: References, tmp_path_factory: pytest.TempPathFactory
) -> RealDataset:
    path = tmp_path_factory.mktemp("dataset") / "dataset.h5"
    result = preprocess(
        class_files,
        references,
        PreprocessSpec(branches=BRANCHES, window=51, seed=3),
        for_report=True,
        output=path,
        execution=ExecutionSpec(threads=1),
    )
    return RealDataset(path, result)


@pytest.fixture(scope="session")
def small_network() -> NetworkSpec:
    """Every kind of layer, each as small as it can be and still learn."""
    convolutions = (
        ConvolutionLayer(filters=8, kernel=6, batch_normalization=True, dropout=0.1),
        ConvolutionLayer(filters=8, kernel=4),
    )
    return NetworkSpec(
        branches=dict.fromkeys(BRANCHES, convolutions),
        common=(
            RecurrentLayer(type="gru", units=6, bidirectional=True),
            DenseLayer(type="dense", units=12, dropout=0.1),
        ),
    )


@pytest.fixture(scope="session")
def trained(
    real_dataset: RealDataset, small_network: NetworkSpec, tmp_path_factory: pytest.TempPathFactory
) -> TrainedModel:
    from enngene_core.training.train import train

    folder = tmp_path_factory.mktemp("model")
    result = train(
        real_dataset.path,
        TrainingSpec(
            epochs=6,
            batch_size=32,
            learning_rate=0.005,
            schedule="constant",
            warmup=0,
            label_smoothing=0,  # so that the loss is that of the probabilities
            seed=2,
        ),
        network=small_network,
        output=folder / "model.zip",
        history=folder / "history.tsv",
    )
    return TrainedModel(folder / "model.zip", folder / "history.tsv", result)
