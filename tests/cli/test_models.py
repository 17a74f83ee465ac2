"""`enngene import-model` and `enngene export-model`, and what the other commands do with them."""

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from tests.core_fixtures import RealDataset, TrainedModel

ROOT = Path(__file__).parents[2]
DATA = ROOT / "test-data"
ENNGENE = str(Path(sys.executable).with_name("enngene"))


def enngene(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ENNGENE, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=300
    )


def refused(folder: Path, *words: str | Path, told: tuple[str, ...]) -> None:
    before = sorted(folder.rglob("*"))
    finished = enngene(folder, *words)
    assert finished.returncode == 1, finished
    assert finished.stderr.count("\n") == 1, finished.stderr
    for text in told:
        assert text in finished.stderr, finished.stderr
    assert sorted(folder.rglob("*")) == before


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Keras model of another's making, and its bundle."""
    folder = tmp_path_factory.mktemp("foreign")
    model = keras.Sequential([keras.Input((51, 4)), layers.Conv1D(6, 5, activation="relu")])
    model.add(layers.GlobalMaxPooling1D())
    model.add(layers.Dense(1, "sigmoid"))
    model.save(folder / "model.keras")
    words = ("--model", "model.keras", "--classes", "introns,exons", "--output", "bundle.zip")
    finished = enngene(folder, "import-model", *words)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == "imported 4 layers with 135 parameters, for windows of 51 nt\n"
    return folder


def test_an_imported_model_predicts_new_intervals(foreign: Path) -> None:
    fasta = ("--fasta", DATA / "genome.fa")
    words = ("--model", "bundle.zip", "--intervals", DATA / "exons.bed", *fasta)
    finished = enngene(foreign, "predict", *words, "--output", "predictions.tsv")
    assert finished.returncode == 0, finished.stderr
    with open(foreign / "predictions.tsv") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    found = np.array([[float(row["introns"]), float(row["exons"])] for row in rows[:50]])
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)

    # The same windows, from the attributions' own record of their bases.
    finished = enngene(foreign, "interpret", *words, "--steps", "5", "--output", "scores.h5")
    assert finished.returncode == 0, finished.stderr
    with h5py.File(foreign / "scores.h5") as file:
        codes = file["branches/sequence"][:50]
        assert np.nanmedian(file["completeness_error"][:]) < 0.1  # five steps are few
    one_hot = np.vstack([np.eye(4), np.zeros((1, 4))]).astype(np.float32)[codes]
    model = keras.models.load_model(foreign / "model.keras")
    np.testing.assert_allclose(np.asarray(model(one_hot))[:, 0], found[:, 1], atol=1e-5)


def test_sequences_are_given_instead_of_intervals(foreign: Path, tmp_path: Path) -> None:
    model, sequences = ("--model", "bundle.zip"), ("--sequences", DATA / "exons.fa.gz")
    table, rejected = tmp_path / "predictions.tsv", tmp_path / "rejected.tsv"
    outputs = ("--output", table, "--rejected", rejected)
    finished = enngene(foreign, "predict", *model, *sequences, *outputs)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.endswith("\n120 sequences, 0 of them unusable (NA)\n")
    assert table.read_text().startswith(
        "name\tlength\tintrons\texons\tpredicted_class\tconfidence\nchr_10:"
    )
    assert rejected.read_text() == "line\ttext\treason\n"
    for given in ((), (*sequences, "--intervals", DATA / "exons.bed")):
        finished = enngene(foreign, "predict", *model, *given, *outputs)
        assert finished.returncode != 0
        assert "give either --intervals or --sequences" in finished.stderr


@pytest.mark.parametrize("kind", ["keras", "savedmodel"])
def test_an_imported_model_is_exported_again(foreign: Path, kind: str, tmp_path: Path) -> None:
    output = tmp_path / "out"
    words = ("--model", "bundle.zip", "--format", kind, "--output", output)
    finished = enngene(foreign, "export-model", *words)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == (
        "input sequence: float32 (windows, 51, 4), one-hot ACGT on the window's own strand; N is "
        "all zeros\noutput: float32 (windows, 2), probability of introns, exons\n"
    )
    assert zipfile.is_zipfile(output)
    assert [found.name for found in tmp_path.iterdir()] == ["out"]


def test_a_trained_model_is_exported_to_onnx(trained: TrainedModel, tmp_path: Path) -> None:
    words = ("--model", trained.path, "--format", "onnx", "--output", tmp_path / "model.onnx")
    finished = enngene(tmp_path, "export-model", *words)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [line.split(":")[0] for line in finished.stdout.splitlines()][-1] == "output"
    assert [found.name for found in tmp_path.iterdir()] == ["model.onnx"]


def test_what_can_not_be_imported_is_one_line(foreign: Path, tmp_path: Path) -> None:
    shutil.copy(foreign / "model.keras", tmp_path)
    model = ("import-model", "--model", "model.keras", "--output", "bundle.zip")
    refused(tmp_path, *model, "--classes", "a,b,c", told=("BundleError", "2 classes", "names 3"))
    refused(tmp_path, *model, "--classes", "a", told=("UsageError", "--classes"))
    refused(tmp_path, *model, told=("UsageError", "classes"))
    refused(tmp_path, *model, "--classes", "a,b", "--alphabet", "ACG", told=("--alphabet",))
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["config"]["layers"][1]["class_name"] = "Lambda"
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    refused(tmp_path, *model, "--classes", "a,b", told=("(Lambda)", "list of layers"))


def test_what_can_not_be_exported_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(b"no")
    words = ("export-model", "--model", "bundle.zip", "--output", "model.keras")
    refused(tmp_path, *words, told=("BundleError", "bundle.zip"))
    refused(tmp_path, *words, "--format", "pickle", told=("UsageError", "--format"))


def test_an_imported_model_is_evaluated(real_dataset: RealDataset, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((51, 4)), layers.LSTM(4), layers.Dense(3, "softmax")])
    model.save(tmp_path / "model.h5")
    classes = ",".join(real_dataset.result.spec.classes)
    words = ("--model", "model.h5", "--classes", classes, "--output", "bundle.zip")
    assert enngene(tmp_path, "import-model", *words).returncode == 0
    words = ("--model", "bundle.zip", "--dataset", real_dataset.path, "--output", "metrics.tsv")
    files = ("--predictions", "predictions.tsv", "--report", "report.html")
    options = ("--thresholds", "thresholds.tsv", "--resamples", "20", "--seed", "3")
    finished = enngene(tmp_path, "evaluate", *words, *files, *options)
    assert finished.returncode == 0, finished.stderr
    with open(tmp_path / "predictions.tsv") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    assert classes.split(",")[0] in rows[0]
    assert "20, seed 3" in (tmp_path / "report.html").read_text()
    thresholds = (tmp_path / "thresholds.tsv").read_text().splitlines()
    assert len(thresholds) == 1 + 3 * len(classes.split(","))
