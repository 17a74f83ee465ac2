"""`enngene evaluate` and `enngene train`, given again by what their parameters.yaml says."""

import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from tests.cli.command import run
from tests.core_fixtures import REAL_DATA

FILES = ("model.zip", "dataset.h5", "labelled.tsv", "genome.fa", "phyloP.bw", "network.json")
CALIBRATED = ("--calibrate", "isotonic", "--resamples", "50", "--seed", "7")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(REAL_DATA / name, tmp_path)
    return tmp_path


def again(folder: Path, parameters: str) -> None:
    """Run the line of the YAML, as a shell would take it apart."""
    line = yaml.safe_load((folder / parameters).read_text())["again"]
    program, *words = shlex.split(line)
    assert program == "enngene"
    finished = run(folder, *words)
    assert finished.code == 0, finished.stderr


def test_an_evaluation_is_given_again(folder: Path) -> None:
    model, data = ("--model", "model.zip"), ("--dataset", "dataset.h5")
    outputs = ("--output", "first.tsv", "--calibrated-model", "first.zip", "--curves", "curves")
    finished = run(
        folder, "evaluate", *model, *data, *CALIBRATED, *outputs, "--parameters", "p.yaml"
    )
    assert finished.code == 0, finished.stderr
    assert "calibrated: log_loss 0.4681 -> 0.4780\n" in finished.stdout
    assert len(list((folder / "curves").iterdir())) == 8
    again(folder, "p.yaml")
    assert (folder / "metrics.tsv").read_bytes() == (folder / "first.tsv").read_bytes()
    assert (folder / "calibrated.zip").read_bytes() == (folder / "first.zip").read_bytes()


def test_an_evaluation_on_a_labelled_file_is_given_again(folder: Path) -> None:
    references = ("--fasta", "genome.fa", "--conservation", "phyloP.bw")
    words = ("--model", "model.zip", "--labelled", "labelled.tsv", *references)
    finished = run(
        folder, "evaluate", *words, "--output", "first.tsv", "--resamples", "9",
        "--parameters", "p.yaml",
    )  # fmt: skip
    assert finished.code == 0, finished.stderr
    again(folder, "p.yaml")
    assert (folder / "metrics.tsv").read_bytes() == (folder / "first.tsv").read_bytes()


def test_a_training_is_given_again(folder: Path) -> None:
    words = ("--dataset", "dataset.h5", "--network", "network.json", "--epochs", "2")
    shutil.move(folder / "model.zip", folder / "other.zip")
    finished = run(folder, "train", *words, "--output", "first.zip", "--parameters", "p.yaml")
    assert finished.code == 0, finished.stderr
    again(folder, "p.yaml")
    assert (folder / "model.zip").read_bytes() == (folder / "first.zip").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--labelled", "labelled.tsv", "--dataset", "dataset.h5"), "give either --dataset"),
        ((), "give either --dataset"),
        (
            ("--labelled", "labelled.tsv", "--calibrated-model", "c.zip"),
            "--calibrated-model needs --dataset",
        ),
        (("--dataset", "dataset.h5", "--calibrated-model", "c.zip"), "--calibrate other than none"),
        (("--labelled", "labelled.tsv", "--calibrate", "temperature"), "fitted to validation"),
        (("--dataset", "dataset.h5", "--calibrate", "platt"), "--calibrate"),
    ],
)
def test_what_does_not_go_together_is_refused(
    folder: Path, words: tuple[str, ...], told: str
) -> None:
    before = sorted(folder.rglob("*"))
    finished = run(folder, "evaluate", "--model", "model.zip", *words, "--output", "m.tsv")
    assert finished.code == 1 and finished.stderr.count("\n") == 1
    assert told in finished.stderr
    assert sorted(folder.rglob("*")) == before
