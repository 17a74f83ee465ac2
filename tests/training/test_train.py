import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.errors import DatasetError, InsufficientMemoryError, SpecError
from enngene_core.models.bundle import read_bundle, weights
from enngene_core.models.inference import predict_probabilities
from enngene_core.report.description import Warning
from enngene_core.report.training import training_report
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import ConvolutionLayer, DenseLayer, NetworkSpec
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.recorder import HISTORY_COLUMNS, TrainingProgress
from enngene_core.training.train import train
from tests.core_fixtures import REAL_DATA, RealDataset, TrainedModel
from tests.refusal import refused

ONE_FILTER = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=2, kernel=3),)})
SHORT = TrainingSpec(epochs=1, batch_size=64)
#: Products of many layers grow without bound once the steps are large.
OVERFLOWING = NetworkSpec(
    branches={"sequence": (ConvolutionLayer(filters=16, kernel=8),) * 2},
    common=(DenseLayer(type="dense", units=64),) * 4,
)


def bundle_losses(dataset: Path, model: Path, split: str) -> tuple[float, float]:
    """Cross-entropy and accuracy, worked out from the saved bundle."""
    bundle = read_bundle(model)
    with Dataset(dataset) as opened:
        rows = opened.rows(split)
        branches = {name: opened.branch(name, rows) for name in bundle.config.network.branches}
        y_true = opened.label[rows]
    found = predict_probabilities(bundle.model, branches).astype(float)
    chosen = found[np.arange(len(y_true)), y_true]
    return float(-np.log(chosen).mean()), float((found.argmax(axis=1) == y_true).mean())


def test_the_bundle_keeps_the_weights_of_the_best_epoch(
    real_dataset: RealDataset, trained: TrainedModel
) -> None:
    result = trained.result
    validation_losses = [row[3] for row in result.fits[0].history]
    assert result.fits[0].best_epoch == 1 + int(np.argmin(validation_losses))
    best = result.fits[0].history[result.fits[0].best_epoch - 1]
    loss, accuracy = bundle_losses(real_dataset.path, trained.path, "validation")
    assert loss == pytest.approx(best[3], rel=1e-4)
    assert accuracy == pytest.approx(best[4], rel=1e-5)
    metrics = read_bundle(trained.path).config.metrics
    assert metrics["epoch"] == result.fits[0].best_epoch
    assert metrics["validation_loss"] == best[3]


def test_history_is_a_table_of_epochs(trained: TrainedModel) -> None:
    header, *rows = trained.history.read_text().splitlines()
    assert header.split("\t") == list(HISTORY_COLUMNS)
    found = np.array([[float(value) for value in row.split("\t")] for row in rows])
    np.testing.assert_allclose(found, trained.result.fits[0].history, rtol=1e-5)
    assert found[:, 0].tolist() == list(range(1, len(rows) + 1))
    np.testing.assert_array_equal(trained.result.counts.sum(axis=1) > 0, True)


def test_real_exons_are_told_from_intergenic_stretches(tmp_path: Path) -> None:
    classes = [ClassFile(name, REAL_DATA / f"{name}.bed") for name in ("exons", "intergenic")]
    spec = PreprocessSpec(branches="sequence,conservation", window=60)
    references = References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",))
    dataset, model = tmp_path / "dataset.h5", tmp_path / "model.zip"
    preprocess(classes, references, spec, output=dataset)
    convolutions = (ConvolutionLayer(filters=12, kernel=6, batch_normalization=True),)
    network = NetworkSpec(
        branches=dict.fromkeys(spec.branches, convolutions),
        common=(DenseLayer(type="dense", units=16),),
    )
    training = TrainingSpec(epochs=8, batch_size=32, learning_rate=0.005)
    train(dataset, training, network=network, output=model)
    _, accuracy = bundle_losses(dataset, model, "train")
    assert accuracy > 0.75  # guessing the larger class gives .53


def test_training_stops_early_and_says_so(real_dataset: RealDataset, tmp_path: Path) -> None:
    told: list[TrainingProgress] = []
    result = train(
        real_dataset.path,
        TrainingSpec(
            epochs=40,
            batch_size=16,
            optimizer="adam",
            learning_rate=0.3,
            schedule="constant",
            warmup=0,
            label_smoothing=0,
            patience=2,
            precision="float32",
            seed=4,
        ),
        network=ONE_FILTER,
        output=tmp_path / "model.zip",
        on_progress=told.append,
        each_batch=True,
    )
    assert result.fits[0].stopped_early
    assert len(result.fits[0].history) == result.fits[0].best_epoch + 2 < 40
    # The bundle is that of the best epoch, which was not the last.
    loss, _ = bundle_losses(real_dataset.path, tmp_path / "model.zip", "validation")
    assert loss == pytest.approx(result.fits[0].history[result.fits[0].best_epoch - 1][3], rel=1e-4)
    assert loss != pytest.approx(result.fits[0].history[-1][3], rel=1e-3)
    assert result.unused_branches == ("structure", "conservation")
    n_batches = -(-int(result.counts[:, 0].sum()) // 16)
    finished = [progress for progress in told if progress.is_finished]
    assert [progress.epoch for progress in finished] == list(
        range(1, len(result.fits[0].history) + 1)
    )
    first = [p.batch for p in told if p.epoch == 1 and not p.is_finished]
    assert first == sorted(set(first)) and first[-1] == n_batches
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(finished[0].metrics)


TRAIN_AGAIN = """
import sys
from pathlib import Path
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.train import train
dataset, output, network, spec = sys.argv[1:]
train(Path(dataset), TrainingSpec.model_validate_json(spec),
      network=NetworkSpec.model_validate_json(network), output=Path(output))
"""


def test_the_same_seed_gives_the_same_bundle_in_another_process(
    real_dataset: RealDataset, small_network: NetworkSpec, tmp_path: Path
) -> None:
    spec = TrainingSpec(epochs=1, batch_size=64, seed=5)
    here, there = tmp_path / "here.zip", tmp_path / "there.zip"
    train(real_dataset.path, spec, network=small_network, output=here)
    texts = (small_network.model_dump_json(), spec.model_dump_json())
    arguments = [sys.executable, "-c", TRAIN_AGAIN, real_dataset.path, there, *texts]
    subprocess.run(arguments, check=True, capture_output=True)
    assert here.read_bytes() == there.read_bytes()


def test_another_seed_gives_other_weights(real_dataset: RealDataset, tmp_path: Path) -> None:
    kernels = []
    for seed in (5, 5, 6):
        spec = SHORT.model_copy(update={"seed": seed})
        train(real_dataset.path, spec, network=ONE_FILTER, output=tmp_path / "model.zip")
        kernels.append(weights(read_bundle(tmp_path / "model.zip").model)["sequence_1/kernel"])
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert (kernels[0] != kernels[2]).any()


def test_memory_changes_the_buffer_and_too_little_is_refused(
    real_dataset: RealDataset, tmp_path: Path
) -> None:
    output = tmp_path / "model.zip"
    train(
        real_dataset.path,
        SHORT,
        network=ONE_FILTER,
        output=output,
        execution=ExecutionSpec(memory=1),
    )
    output.unlink()
    with refused(InsufficientMemoryError, "2000 windows", "1 MiB", "--batch-size"):
        train(
            real_dataset.path,
            TrainingSpec(batch_size=2000),
            network=ONE_FILTER,
            output=output,
            execution=ExecutionSpec(memory=1),
        )
    assert not output.exists()


@pytest.fixture
def copied(real_dataset: RealDataset, tmp_path: Path) -> Path:
    path = tmp_path / "copy.h5"
    path.write_bytes(real_dataset.path.read_bytes())
    return path


def test_an_empty_validation_split_is_named(copied: Path, tmp_path: Path) -> None:
    with h5py.File(copied, "r+") as file:
        split = file["windows/split"][:]
        file["windows/split"][:] = np.where(split == 1, 2, split)
    with refused(DatasetError, copied, "no windows in the validation split", "validation 0"):
        train(copied, SHORT, network=ONE_FILTER, output=tmp_path / "model.zip")


def test_a_class_without_training_windows_is_named(copied: Path, tmp_path: Path) -> None:
    with h5py.File(copied, "r+") as file:
        split = file["windows/split"][:]
        file["windows/split"][:] = np.where(file["windows/label"][:] == 1, 2, split)
    with refused(DatasetError, copied, "'introns'", "no training windows"):
        train(copied, SHORT, network=ONE_FILTER, output=tmp_path / "model.zip")


def test_a_branch_that_the_dataset_lacks_is_named(copied: Path, tmp_path: Path) -> None:
    with h5py.File(copied, "r+") as file:
        file.attrs["spec"] = file.attrs["spec"].replace(',"conservation"', "")
    network = NetworkSpec(branches={"conservation": ()})
    with refused(SpecError, copied, "conservation", "found sequence, structure"):
        train(copied, SHORT, network=network, output=tmp_path / "model.zip")


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_bad_value_is_named_from_within_training(
    copied: Path, tmp_path: Path, split: str
) -> None:
    with Dataset(copied) as dataset:
        row = int(dataset.rows(split)[0])
    with h5py.File(copied, "r+") as file:
        file["branches/sequence"][row, 4] = 9
    with refused(DatasetError, copied, f"row {row}", "position 4", "found 9"):
        train(copied, SHORT, network=ONE_FILTER, output=tmp_path / "model.zip")
    assert not (tmp_path / "model.zip").exists()


def test_a_loss_that_is_not_finite_is_told(copied: Path, tmp_path: Path) -> None:
    with h5py.File(copied, "r+") as file:
        scores = file["branches/conservation"]
        scores[:] = np.full(scores.shape, 3e38, np.float32)
    network = NetworkSpec(branches={"conservation": (ConvolutionLayer(filters=4, kernel=9),)})
    with refused(SpecError, "not finite", "epoch 1", "--learning-rate"):
        train(copied, SHORT, network=network, output=tmp_path / "model.zip")
    assert not (tmp_path / "model.zip").exists()


def test_a_loss_that_is_no_longer_finite_leaves_the_best_model(
    real_dataset: RealDataset, tmp_path: Path
) -> None:
    output = tmp_path / "model.zip"
    result = train(
        real_dataset.path,
        # After an epoch of warm-up the steps are so large that the numbers overflow.
        TrainingSpec(
            epochs=30,
            batch_size=4,
            optimizer="sgd",
            learning_rate=1,
            schedule="constant",
            warmup=2 / 3,
            label_smoothing=0,
            patience=30,
        ),
        network=OVERFLOWING,
        output=output,
    )
    assert result.fits[0].not_finite is not None
    assert result.fits[0].not_finite == len(result.fits[0].history) + 1 <= 30
    assert not result.fits[0].stopped_early
    loss, _ = bundle_losses(real_dataset.path, output, "validation")
    assert loss == pytest.approx(result.fits[0].history[result.fits[0].best_epoch - 1][3], rel=1e-4)
    blocks = training_report(result).sections[0].blocks
    warnings = [block.text for block in blocks if isinstance(block, Warning)]
    assert any(f"In epoch {result.fits[0].not_finite} the loss" in text for text in warnings)


def test_a_collapsed_network_is_told_on_top(copied: Path, tmp_path: Path) -> None:
    with h5py.File(copied, "r+") as file:  # nothing to learn from, and one class is the largest
        file["branches/sequence"][:] = 0
    result = train(copied, SHORT, network=ONE_FILTER, output=tmp_path / "model.zip")
    largest = int(result.counts[:, 0].argmax())
    assert result.fits[0].only_class == result.bundle.config.dataset.classes[largest]
    (warning, *_) = training_report(result).sections[0].blocks
    assert isinstance(warning, Warning)
    assert "collapsed" in warning.text and result.fits[0].only_class in warning.text


def test_a_network_that_tells_classes_apart_has_not_collapsed(trained: TrainedModel) -> None:
    assert trained.result.fits[0].only_class is None
    assert trained.result.fits[0].not_finite is None
    assert len(trained.result.fits[0].seconds) == len(trained.result.fits[0].history)
    assert not isinstance(training_report(trained.result).sections[0].blocks[0], Warning)


def test_a_learning_rate_that_changes_is_a_column(
    real_dataset: RealDataset, tmp_path: Path
) -> None:
    history = tmp_path / "history.tsv"
    spec = TrainingSpec(
        epochs=3, batch_size=64, learning_rate=0.1, warmup=2 / 3, schedule="constant"
    )
    output = tmp_path / "model.zip"
    result = train(real_dataset.path, spec, network=ONE_FILTER, output=output, history=history)
    header, *rows = history.read_text().splitlines()
    assert header.split("\t") == [*HISTORY_COLUMNS, "learning_rate"]
    assert [float(row.split("\t")[-1]) for row in rows] == pytest.approx([0.05, 0.1, 0.1])
    assert result.fits[0].learning_rates == pytest.approx((0.05, 0.1, 0.1))


def test_a_model_that_may_not_be_repeatable_says_so(
    real_dataset: RealDataset, tmp_path: Path
) -> None:
    output = tmp_path / "model.zip"
    for deterministic, expected in (("on", None), ("off", {"weights"})):
        spec = SHORT.model_copy(update={"deterministic": deterministic})
        train(real_dataset.path, spec, network=ONE_FILTER, output=output)
        told = read_bundle(output).config.provenance.get("repeatable")
        assert (told and set(told)) == expected


def test_smallest_falls_do_not_count_for_patience(
    real_dataset: RealDataset, tmp_path: Path
) -> None:
    spec = TrainingSpec(epochs=9, batch_size=64, learning_rate=1e-5, patience=2, min_delta=1)
    result = train(real_dataset.path, spec, network=ONE_FILTER, output=tmp_path / "model.zip")
    losses = [row[3] for row in result.fits[0].history]
    assert len(losses) == 3 and result.fits[0].stopped_early
    assert result.fits[0].best_epoch == 1 + int(np.argmin(losses))


def test_a_network_that_is_too_large_is_refused(copied: Path, tmp_path: Path) -> None:
    wide = (DenseLayer(type="dense", units=65_536),) * 2
    with refused(SpecError, "parameters", "50,000,000"):
        train(
            copied,
            SHORT,
            network=ONE_FILTER.model_copy(update={"common": wide}),
            output=tmp_path / "model.zip",
        )
