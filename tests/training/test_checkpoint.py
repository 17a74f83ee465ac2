"""A run that is killed and started again ends with the weights that it would have had."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors
import safetensors.numpy

from enngene_core.errors import BundleError, SpecError
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.checkpoint import FILE
from enngene_core.training.train import train
from tests.core_fixtures import RealDataset
from tests.refusal import refused

ENNGENE = str(Path(sys.executable).with_name("enngene"))
#: Every source of chance, and every state that an optimizer or a schedule may have.
OPTIONS = {
    "epochs": 4,
    "batch-size": 16,
    "optimizer": "adamw",
    "learning-rate": 0.01,
    "schedule": "cosine",
    "warmup": 0.25,
    "label-smoothing": 0.05,
    "class-weights": "balanced",
    "shift": 4,
    "seed": 9,
    "threads": 2,
}
ONE_FILTER = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=2, kernel=3),)})
SHORT = TrainingSpec(epochs=2, batch_size=64)


def _words(dataset: Path, network: Path, folder: Path, *, checkpoint: Path | None) -> list[str]:
    words = [ENNGENE, "train", "--dataset", str(dataset), "--network", str(network)]
    for name, value in OPTIONS.items():
        words += [f"--{name}", str(value)]
    words += ["--output", str(folder / "model.zip"), "--history", str(folder / "history.tsv")]
    return words if checkpoint is None else [*words, "--checkpoint", str(checkpoint)]


def _killed_after(words: list[str], n_epochs: int) -> None:
    """Kill the run in the epoch after these."""
    run = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert run.stdout is not None
    assert any(line.startswith(f"epoch {n_epochs}/") for line in run.stdout)
    os.killpg(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL


def test_a_killed_run_ends_with_the_same_bytes(
    real_dataset: RealDataset, small_network: NetworkSpec, tmp_path: Path
) -> None:
    network = tmp_path / "network.json"
    network.write_text(small_network.model_dump_json())  # it has dropout and batch normalisation
    once, again = tmp_path / "once", tmp_path / "again"
    once.mkdir()
    again.mkdir()
    arguments = (real_dataset.path, network)
    subprocess.run(_words(*arguments, once, checkpoint=None), check=True, capture_output=True)

    words = _words(*arguments, again, checkpoint=tmp_path / "state")
    for n_epochs in (1, 3):
        _killed_after(words, n_epochs)
        assert not (again / "model.zip").exists()
    finished = subprocess.run(words, check=True, capture_output=True, text=True)
    told = [line for line in finished.stdout.splitlines() if line.startswith("epoch ")]
    assert len(told) == 1 and told[0].startswith("epoch 4/4")
    for name in ("model.zip", "history.tsv"):
        assert (again / name).read_bytes() == (once / name).read_bytes()


@pytest.fixture
def run(real_dataset: RealDataset, tmp_path: Path) -> Callable[..., bytes]:
    def run(
        spec: TrainingSpec = SHORT,
        network: NetworkSpec = ONE_FILTER,
        dataset: Path = real_dataset.path,
    ) -> bytes:
        output = tmp_path / "model.zip"
        train(dataset, spec, network=network, output=output, checkpoint=tmp_path / "state")
        return output.read_bytes()

    return run


def test_a_finished_run_writes_its_bundle_again(run: Callable[..., bytes], tmp_path: Path) -> None:
    first = run()
    before = (tmp_path / "state" / FILE).read_bytes()
    assert run() == first
    assert (tmp_path / "state" / FILE).read_bytes() == before
    assert [path.name for path in (tmp_path / "state").iterdir()] == [FILE]


def test_a_run_that_stopped_early_stays_so(run: Callable[..., bytes], tmp_path: Path) -> None:
    spec = TrainingSpec(epochs=40, batch_size=16, learning_rate=0.3, patience=1, seed=4)
    first = run(spec)
    assert run(spec) == first


def test_another_run_is_refused(
    run: Callable[..., bytes], real_dataset: RealDataset, tmp_path: Path
) -> None:
    run()
    (tmp_path / "model.zip").unlink()
    state = tmp_path / "state" / FILE
    copy = tmp_path / "copy.h5"
    copy.write_bytes(real_dataset.path.read_bytes() + b"\0")
    network = NetworkSpec(branches={"sequence": ()})
    with refused(SpecError, state, "another dataset"):
        run(dataset=copy)
    with refused(SpecError, state, "another network"):
        run(network=network)
    with refused(SpecError, state, "seed 1 (now 2)"):
        run(TrainingSpec(epochs=2, batch_size=64, seed=2))
    assert not (tmp_path / "model.zip").exists()


def _rewrite(path: Path, change: Callable[[dict, dict], None]) -> None:
    tensors = safetensors.numpy.load_file(path)
    with safetensors.safe_open(path, "numpy") as file:
        metadata = file.metadata()
    change(tensors, metadata)
    safetensors.numpy.save_file(tensors, path, metadata)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tensors, _: tensors.pop("state/00000"), "not the state of this network"),
        (
            lambda tensors, _: tensors.update({"best/00000": tensors["best/00000"][:1]}),
            "not the state of this network",
        ),
        (lambda _, metadata: metadata.update(epochs="[[1, 2"), "damaged"),
        (lambda _, metadata: metadata.update(epochs=json.dumps([1, 2])), "damaged"),
        (lambda _, metadata: metadata.update(best_epoch="7"), "damaged"),
        (lambda _, metadata: metadata.update(made_from="[1]"), "damaged"),
        (lambda _, metadata: metadata.update(format="other"), "not a checkpoint"),
    ],
)
def test_a_changed_checkpoint_is_refused(
    run: Callable[..., bytes], tmp_path: Path, change: Callable[[dict, dict], None], words: str
) -> None:
    run()
    state = tmp_path / "state" / FILE
    _rewrite(state, change)
    with refused(BundleError, state, words):
        run()


def test_a_checkpoint_that_is_cut_short_or_too_large_is_refused(
    run: Callable[..., bytes], tmp_path: Path
) -> None:
    run()
    state = tmp_path / "state" / FILE
    whole = state.read_bytes()
    state.write_bytes(whole[: len(whole) // 2])
    with refused(BundleError, state, "damaged"):
        run()
    state.write_bytes(whole)
    os.truncate(state, 1 << 30)
    with refused(BundleError, state):
        run()


def test_a_folder_that_cannot_be_is_refused(real_dataset: RealDataset, tmp_path: Path) -> None:
    for folder in (real_dataset.path, tmp_path / "none" / "state"):
        with refused(SpecError, f"--checkpoint {folder}"):
            train(
                real_dataset.path,
                SHORT,
                network=ONE_FILTER,
                output=tmp_path / "model.zip",
                checkpoint=folder,
            )
