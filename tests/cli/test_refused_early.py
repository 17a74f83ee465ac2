"""`enngene train` refuses what it can know from specs and dataset before TensorFlow is loaded."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import safetensors.numpy

from enngene_core.specs.presets import PRESETS
from enngene_core.specs.splitting import SPLITS
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.checkpoint import FILE, FORMAT
from enngene_core.training.checks import made_from
from tests.cli.in_turn import Told, assert_one_line, run_in_turn

DATASET = Path(__file__).parents[2] / "test-data" / "dataset.h5"
ENNGENE = str(Path(sys.executable).with_name("enngene"))


@dataclass(frozen=True)
class Mistake:
    """One wrong argument.

    Attributes
    ----------
    words : tuple of str
        What the line on standard error holds.
    flags : tuple of str
        Words of the command beside the usual ones.
    network : str or None
        Text of the file of layers.
    dataset : callable or None
        Spoils the dataset.
    prepare : callable or None
        Makes other files in the folder.
    """

    words: tuple[str, ...]
    flags: tuple[str, ...] = ()
    network: str | None = None
    dataset: Callable[[Path], object] | None = None
    prepare: Callable[[Path], object] | None = None


def layers(*of_sequence: dict[str, Any], common: tuple[dict[str, Any], ...] = ()) -> str:
    return json.dumps({"branches": {"sequence": of_sequence}, "common": common})


def h5(change: Callable[[h5py.File], object]) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            change(file)

    return spoil


def without(split: str, label: int | None = None) -> Callable[[Path], object]:
    """The windows of a split, or those of one class, are test windows."""

    def change(file: h5py.File) -> None:
        found = file["windows/split"][:]
        is_moved = found == SPLITS.index(split)
        if label is not None:
            is_moved &= file["windows/label"][:] == label
        file["windows/split"][:] = np.where(is_moved, SPLITS.index("test"), found)

    return h5(change)


def newer(file: h5py.File) -> None:
    file.attrs["format-version"] = file.attrs["format-version"] + 1


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def checkpoint_of(place: str, spec: TrainingSpec) -> Callable[[Path], object]:
    """State of a run of the default network with other settings."""

    def write(folder: Path) -> None:
        network = PRESETS["residual"].network(("sequence", "conservation"))
        metadata = {"format": FORMAT, "made_from": json.dumps(made_from(network, spec))}
        (folder / place).mkdir(parents=True)
        arrays = {"x": np.zeros(1)}
        safetensors.numpy.save_file(arrays, folder / place / FILE, metadata)

    return write


def damaged_checkpoint(folder: Path) -> None:
    (folder / "state").mkdir()
    (folder / "state" / FILE).write_bytes(b"x" * 100)


CONVOLUTION = {"type": "convolution"}
LARGEST = {"type": "convolution", "filters": 4096, "kernel": 1000}
MISTAKES = {
    "unknown layer": Mistake(
        ("SpecError: network.json: branches.sequence.0", "'attention'; expected one of"),
        network=layers({"type": "attention"}),
    ),
    "kernel 0": Mistake(
        ("SpecError: network.json", "kernel", "found 0", "greater than or equal to 1"),
        network=layers({"type": "convolution", "kernel": 0}),
    ),
    "a billion filters": Mistake(
        ("SpecError: network.json", "filters", "found 1000000000", "less than or equal to 4096"),
        network=layers({"type": "convolution", "filters": 10**9}),
    ),
    "too many parameters": Mistake(
        ("SpecError: the network would have", "parameters", "convolution 4096 x 1000"),
        network=layers(LARGEST, LARGEST),
    ),
    "too many activations": Mistake(
        ("SpecError: the network would have", "numbers for each window"),
        network=layers(*[{"type": "convolution", "filters": 4096, "kernel": 1, "pooling": 1}] * 2
                       + [{"type": "convolution", "filters": 1, "kernel": 1000, "dilation": 1024}]),
    ),
    "dropout 1": Mistake(
        ("SpecError: network.json", "dropout", "found 1", "less than 1"),
        network=layers({"type": "convolution", "dropout": 1}),
    ),
    "dense before convolution": Mistake(
        ("SpecError: network.json: branch sequence, layer 2 (convolution) follows a dense layer",),
        network=layers({"type": "dense"}, CONVOLUTION),
    ),
    "a branch that the dataset lacks": Mistake(
        ("SpecError: the network reads the branch structure", "lacks (found sequence, conserv"),
        network=json.dumps({"branches": {"structure": [CONVOLUTION]}}),
    ),
    "layers and a preset": Mistake(
        ("SpecError: --preset and --network were both given",),
        flags=("--preset", "enngene"),
        network=layers(CONVOLUTION),
    ),
    "an unknown preset": Mistake(
        ("UsageError: --preset: found \"best\"", "'residual'"), flags=("--preset", "best")
    ),
    "layers that are not JSON": Mistake(("SpecError: network.json: not JSON",), network="{"),
    "epochs 0": Mistake(("--epochs: found", "0"), ("--epochs", "0")),
    "learning rate nan": Mistake(("--learning-rate: found",), ("--learning-rate", "nan")),
    "a shift of the whole window": Mistake(
        ("SpecError: --shift 60", "60 nt wide"), ("--shift", "60")
    ),
    "reverse complement of stranded windows": Mistake(
        ("SpecError: --reverse-complement on", "--strand ignore"), ("--reverse-complement", "on")
    ),
    "members that are too large together": Mistake(
        ("SpecError: 20 networks of",),
        ("--members", "20"),
        network=layers({"type": "convolution", "filters": 4096, "kernel": 1},
                       {"type": "convolution", "filters": 4096, "kernel": 1}),
    ),
    "no such dataset": Mistake(("DatasetError: dataset.h5: no such file",), dataset=Path.unlink),
    "no training windows": Mistake(
        ("DatasetError: dataset.h5: no windows in the train split",), dataset=without("train")
    ),
    "no validation windows": Mistake(
        ("DatasetError: dataset.h5: no windows in the validation split",),
        dataset=without("validation"),
    ),
    "one class in training": Mistake(
        ("DatasetError: dataset.h5: class 'introns' has no training windows",),
        dataset=without("train", 1),
    ),
    "a newer dataset": Mistake(
        ("DatasetError: dataset.h5: format version 2", "a newer enngene-core"), dataset=h5(newer)
    ),
    "a dataset without a branch": Mistake(
        ("DatasetError: dataset.h5: /branches/conservation is missing",),
        dataset=h5(lambda file: file.pop("branches/conservation")),
    ),
    "a truncated dataset": Mistake(
        ("DatasetError: dataset.h5: not an HDF5 file, or cut short",), dataset=truncate
    ),
    "the checkpoint of another run": Mistake(
        (f"SpecError: state/{FILE}: of a run with seed 7 (now 1)",),
        ("--checkpoint", "state", "--precision", "float32"),
        prepare=checkpoint_of("state", TrainingSpec(seed=7, precision="float32")),
    ),
    "the checkpoint of another ensemble": Mistake(
        (f"SpecError: state/member_1/{FILE}: of a run with seed 7 (now 1)",),
        ("--checkpoint", "state", "--members", "2", "--precision", "float32"),
        prepare=checkpoint_of("state/member_1", TrainingSpec(seed=7, precision="float32")),
    ),
    "a damaged checkpoint": Mistake(
        (f"BundleError: state/{FILE}: damaged",),
        ("--checkpoint", "state"),
        prepare=damaged_checkpoint,
    ),
    "a checkpoint that is a file": Mistake(
        ("SpecError: --checkpoint dataset.h5: a file",), ("--checkpoint", "dataset.h5")
    ),
    "two outputs of one name": Mistake(
        ("SpecError: two outputs have the same path",), ("--tensorboard", "model.zip")
    ),
    "an output in no folder": Mistake(
        ("SpecError: none/logs.zip: its folder does not exist",),
        ("--tensorboard", "none/logs.zip"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """All commands, in one process."""
    folders = {name: tmp_path_factory.mktemp("mistake") for name in MISTAKES}
    commands = []
    for name, mistake in MISTAKES.items():
        folder = folders[name]
        shutil.copy(DATASET, folder / "dataset.h5")
        words = ["train", "--dataset", "dataset.h5", "--output", "model.zip", *mistake.flags]
        if mistake.network is not None:
            (folder / "network.json").write_text(mistake.network)
            words += ["--network", "network.json"]
        for change, path in ((mistake.dataset, folder / "dataset.h5"), (mistake.prepare, folder)):
            if change is not None:
                change(path)
        commands.append((folder, words))
    return dict(zip(MISTAKES, run_in_turn(commands), strict=True))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_without_tensorflow(name: str, runs: dict[str, Told]) -> None:
    assert_one_line(runs[name], *MISTAKES[name].words)
    assert runs[name].heavy == []


def spoil_a_score(file: h5py.File) -> None:
    """A score that is no number, and a class with five training windows."""
    label, split = file["windows/label"][:], file["windows/split"][:]
    in_training = np.flatnonzero(split == SPLITS.index("train"))
    rare = in_training[label[in_training] == 1]
    split[rare[5:]] = SPLITS.index("test")
    file["windows/split"][:] = split
    file["branches/conservation"][rare[0], 7] = np.nan
    file.attrs["spoiled"] = int(rare[0])


def test_what_is_found_on_the_way_leaves_nothing_half_written(tmp_path: Path) -> None:
    dataset = tmp_path / "dataset.h5"
    shutil.copy(DATASET, dataset)
    h5(spoil_a_score)(dataset)
    with h5py.File(dataset) as file:
        row = int(file.attrs["spoiled"])
    words = [ENNGENE, "train", "--dataset", "dataset.h5", "--preset", "cnn-small"]
    words += ["--epochs", "1", "--output", "model.zip", "--history", "history.tsv"]
    words += ["--tensorboard", "logs.zip", "--report", "report.html"]
    finished = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode == 1
    assert finished.stderr == (
        f"DatasetError: dataset.h5: /branches/conservation, row {row}, position 7: found nan; "
        "expected a number\n"
    )
    # The windows of a rare class are told of before the long work.
    assert finished.stdout.startswith("Warning: Few of the windows are of the class introns (")
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.h5"]
