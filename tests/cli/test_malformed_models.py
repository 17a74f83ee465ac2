"""Malformed models, and malformed files of classes for `evaluate`: a line each, nothing written."""

import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from enngene_core.specs.network import NetworkSpec
from tests.cli.in_turn import Told, assert_one_line, run_in_turn
from tests.corpus.case import Case, Refused
from tests.corpus.commands import write_good
from tests.corpus.malformed import CASES
from tests.models import bundles, keras_models

Spoil = Callable[[Path], object]
SCRIPT = "<script>alert(1)</script>"


class Touch:
    """Makes a file when it is unpickled."""

    def __reduce__(self) -> tuple:
        return Path.touch, (Path("escaped"),)


def content(of: bytes) -> Spoil:
    return lambda path: path.write_bytes(of)


def cut(share: float) -> Spoil:
    return lambda path: path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def added(name: str) -> Spoil:
    def add(path: Path) -> None:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, "x")

    return add


def h5(change: Callable[[h5py.File], object]) -> Spoil:
    def spoil(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            change(file)

    return spoil


def keras_config(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """A `.keras` file with other layers."""

    def spoil(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        config = json.loads(members["config.json"])
        change(config["config"]["layers"])
        members["config.json"] = json.dumps(config).encode()
        keras_models.pack(path, members)

    return spoil


def kernel(file: h5py.File) -> h5py.Dataset:
    return file["model_weights/dense/good/dense/kernel"]


def nan_weight(file: h5py.File) -> None:
    kernel(file)[0, 0] = np.nan


def huge_shape(file: h5py.File) -> None:
    name = kernel(file).name
    del file[name]
    file.create_dataset(name, shape=(1 << 40, 1 << 20), dtype="f4", chunks=(1024, 1024))


def lambda_layer(layers_: Any) -> None:
    layers_[1].update(class_name="Lambda", config={"name": "x", "function": ["4wEAAAA=", None]})


EVERYWHERE: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "empty": (content(b""), ()),
    "text": (content(b"hello\n"), ()),
    "a pickle": (content(pickle.dumps(Touch())), ()),
    "a web page": (content(f"<html>{SCRIPT}</html>".encode()), ()),
    "an empty zip": (content(b"PK\5\6" + bytes(18)), ()),
    "no file": (Path.unlink, ("no such file",)),
    "its first half": (cut(0.5), ()),
    "all but its end": (cut(0.99), ()),
}
#: What is imported, by the ending of the good file that is spoiled.
IMPORTED: dict[str, dict[str, tuple[Spoil, tuple[str, ...]]]] = {
    "h5": {
        **EVERYWHERE,
        "weights that are NaN": (h5(nan_weight), ("dense", "finite")),
        "weights of a huge shape": (h5(huge_shape), ("kernel",)),
        "no weights": (h5(lambda file: file.pop("model_weights/dense")), ("dense",)),
        "no layers": (h5(lambda file: file.attrs.pop("model_config")), ("model_config",)),
    },
    "keras": {
        **EVERYWHERE,
        "a Lambda layer": (keras_config(lambda_layer), ("(Lambda)", "list of layers")),
        "a layer of a huge size": (
            keras_config(lambda found: found[-1]["config"].update(units=10**9)), ("1000000000",)
        ),
        "a layer with a script as class": (
            keras_config(lambda found: found[1].update(class_name=SCRIPT)), ("list of layers",)
        ),
    },
}  # fmt: skip
BUNDLES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    **EVERYWHERE,
    "a path with ..": (added("../escaped"), ("../escaped",)),
    "a pickle in the zip": (added("model.pkl"), ("model.pkl",)),
    "a script in the zip": (added(f"{SCRIPT}.html"), ("<script>",)),
    "weights that are NaN": (
        lambda path: bundles.with_tensors(path, lambda t: t["logits/kernel"].fill(np.nan)),
        ("logits/kernel", "finite"),
    ),
    "weights of another shape": (
        lambda path: bundles.with_tensors(path, lambda t: t.update({"logits/bias": np.zeros(9)})),
        ("logits/bias",),
    ),
    "a window of a huge size": (
        lambda path: bundles.with_config(path, lambda c: c["dataset"].update(window=10**9)),
        ("window", "1000000000"),
    ),
    "a layer with a script as type": (
        lambda path: bundles.with_config(
            path, lambda c: c["network"].update(common=[{"type": SCRIPT}])
        ),
        ("network.common.0", "<script>"),
    ),
}
#: Files of a class, as the other commands refuse them; not those that want a process of their own.
OF_CLASSES: dict[str, Case] = {
    case.name: case
    for case in CASES
    if case.kind in ("intervals", "sequences")
    and isinstance(case.outcome, Refused)
    and not case.flags
    and not any(word in case.name for word in ("bomb", "endless", "empty members"))
}
#: Other words of `evaluate`.
MISUSED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a class that the model has not": (
        ("--intervals", f"{SCRIPT}={{good}}/exons.bed"), (f"found class {SCRIPT}", "class0, class1")
    ),
    "a class twice": (
        ("--intervals", "class0={good}/exons.bed", "--intervals", "class0={good}/introns.bed"),
        ("class0",),
    ),
    "no name": (("--intervals", "{good}/exons.bed"), ("expected NAME=FILE",)),
    "no file": (("--intervals", "class0=none.bed"), ("class class0: none.bed: no such file",)),
    "no files": ((), ("give either --dataset, or files",)),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """All commands, in one process."""
    good = tmp_path_factory.mktemp("good")
    write_good(good)
    network = NetworkSpec(branches={"sequence": ()})
    bundles.write(good / "model.zip", bundles.bundle_of(network, width=60, n_classes=2))
    before = [keras.Input((24, 4)), layers.Conv1D(3, 4), layers.Flatten()]
    model = keras.Sequential(before, name="good")
    model.add(layers.Dense(2, "softmax", name="dense"))
    for ending in ("h5", "keras"):
        model.save(good / f"model.{ending}")

    commands: dict[str, tuple[Path, list[str]]] = {}

    def add(name: str, *words: str) -> Path:
        folder = tmp_path_factory.mktemp("spoiled")
        commands[name] = (folder, [word.replace("{good}", str(good)) for word in words])
        return folder

    for ending, spoiled in IMPORTED.items():
        for name, (spoil, _) in spoiled.items():
            words = ("--model", "bad", "--classes", "a,b", "--output", "model.zip")
            folder = add(f"import-model {ending}: {name}", "import-model", *words)
            spoil(shutil.copy(good / f"model.{ending}", folder / "bad"))
    files = ("--intervals", "class0={good}/exons.bed", "--fasta", "{good}/genome.fa")
    bad = ("--model", "bad", "--output", "output")
    # `evaluate` comes first: it says how many threads TensorFlow gets, before it begins to work.
    for words in (("evaluate", *bad, *files), ("export-model", *bad)):
        for name, (spoil, _) in BUNDLES.items():
            spoil(shutil.copy(good / "model.zip", add(f"{words[0]}: {name}", *words) / "bad"))
    output = ("evaluate", "--model", "{good}/model.zip", "--output", "output")
    fasta = ("--fasta", "{good}/genome.fa")
    for name, case in OF_CLASSES.items():
        flags = ("--sequences", f"class0={case.file}")
        if case.kind == "intervals":
            flags = ("--intervals", f"class0={case.file}", *fasta)
        folder = add(f"evaluate files: {name}", *output, *flags, "--rejected", "rejected.tsv")
        if case.content is not None:
            (folder / case.file).write_bytes(case.content)
        if case.prepare is not None:
            case.prepare(folder / case.file)
    for name, (flags, _) in MISUSED.items():
        add(f"evaluate words: {name}", *output, *flags, *fasta)
    names = sorted(commands, key=lambda name: name.startswith("export-model"))
    return dict(zip(names, run_in_turn(commands[name] for name in names), strict=True))


@pytest.mark.parametrize(
    ("ending", "name"), [(ending, name) for ending in IMPORTED for name in IMPORTED[ending]]
)
def test_a_keras_model_is_refused(told: dict[str, Told], ending: str, name: str) -> None:
    found = told[f"import-model {ending}: {name}"]
    assert_one_line(found, "BundleError: bad", *IMPORTED[ending][name][1])
    assert found.heavy == []


@pytest.mark.parametrize("name", BUNDLES)
@pytest.mark.parametrize("command", ["export-model", "evaluate"])
def test_a_bundle_is_refused(told: dict[str, Told], command: str, name: str) -> None:
    assert_one_line(told[f"{command}: {name}"], "BundleError: bad", *BUNDLES[name][1])


@pytest.mark.parametrize("name", OF_CLASSES)
def test_a_file_of_a_class_is_refused(told: dict[str, Told], name: str) -> None:
    outcome = OF_CLASSES[name].outcome
    assert isinstance(outcome, Refused)
    assert_one_line(told[f"evaluate files: {name}"], "class class0: ", *outcome.words)


@pytest.mark.parametrize("name", MISUSED)
def test_misused_words_are_refused(told: dict[str, Told], name: str) -> None:
    assert_one_line(told[f"evaluate words: {name}"], *MISUSED[name][1])
