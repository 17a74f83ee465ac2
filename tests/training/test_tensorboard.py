"""What TensorBoard itself reads of a run's logs is the run's history."""

import zipfile
from pathlib import Path

import pytest
from tensorboard.backend.event_processing import event_accumulator

from enngene_core.specs.members import MembersSpec
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.fitted import Fitted
from enngene_core.training.tensorboard import write_tensorboard
from enngene_core.training.train import train
from tests.core_fixtures import RealDataset, TrainedModel

ONE_FILTER = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=2, kernel=3),)})


def read(logs: Path, folder: Path) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Steps and values by folder and tag."""
    with zipfile.ZipFile(logs) as archive:
        archive.extractall(folder)
    return read_folder(folder)


def read_folder(folder: Path) -> dict[str, dict[str, list[tuple[int, float]]]]:
    found = {}
    for name in ("train", "validation"):
        events = event_accumulator.EventAccumulator(str(folder / name))
        events.Reload()
        tags = events.Tags()["scalars"]
        found[name] = {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in tags}
    return found


def assert_same(found: dict, fitted: Fitted, rates: list[float]) -> None:
    numbers = [row[0] for row in fitted.history]
    columns = list(zip(*fitted.history, strict=True))
    expected = {
        "train": {
            "epoch_loss": columns[1],
            "epoch_accuracy": columns[2],
            "epoch_learning_rate": rates,
        },
        "validation": {"epoch_loss": columns[3], "epoch_accuracy": columns[4]},
    }
    assert {name: set(tags) for name, tags in found.items()} == {
        name: set(tags) for name, tags in expected.items()
    }
    for name, tags in expected.items():
        for tag, values in tags.items():
            steps, read_values = zip(*found[name][tag], strict=True)
            assert list(steps) == numbers
            assert read_values == pytest.approx(values, rel=1e-6)


def test_tensorboard_reads_the_history(trained: TrainedModel, tmp_path: Path) -> None:
    logs = tmp_path / "logs.zip"
    write_tensorboard(logs, trained.result)
    assert [path.name for path in tmp_path.iterdir()] == ["logs.zip"]
    with zipfile.ZipFile(logs) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert_same(
        read(logs, tmp_path / "logs"),
        trained.result.fits[0],
        list(trained.result.fits[0].learning_rates),
    )


def test_a_run_that_went_on_logs_all_its_epochs(real_dataset: RealDataset, tmp_path: Path) -> None:
    spec = TrainingSpec(epochs=3, batch_size=64, schedule="cosine", learning_rate=0.01)
    results = [
        train(
            real_dataset.path,
            spec,
            network=ONE_FILTER,
            output=tmp_path / "model.zip",
            checkpoint=tmp_path / "state",
        )
        for _ in range(2)  # the second finds all epochs in the checkpoint
    ]
    write_tensorboard(tmp_path / "logs.zip", results[1])
    first = results[0].fits[0]
    rates = list(first.learning_rates)
    assert len(set(rates)) == 3
    assert_same(read(tmp_path / "logs.zip", tmp_path / "logs"), first, rates)


def test_each_of_several_networks_has_its_curves(real_dataset: RealDataset, tmp_path: Path) -> None:
    result = train(
        real_dataset.path,
        TrainingSpec(epochs=2, batch_size=64, schedule="constant", warmup=0, learning_rate=0.003),
        network=ONE_FILTER,
        members=MembersSpec(members=2),
        output=tmp_path / "model.zip",
    )
    write_tensorboard(tmp_path / "logs.zip", result)
    with zipfile.ZipFile(tmp_path / "logs.zip") as archive:
        archive.extractall(tmp_path / "logs")
    for number, fitted in enumerate(result.fits, start=1):
        assert_same(read_folder(tmp_path / "logs" / f"member_{number}"), fitted, [0.003] * 2)
