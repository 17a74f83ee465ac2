"""What `enngene compare` refuses: a line each, nothing written."""

import json
from pathlib import Path

import pytest

from tests.cli.in_turn import Told, assert_one_line, run_in_turn

DATA = Path(__file__).parents[2] / "test-data"
A, B = f"a={DATA}/model.zip", f"b={DATA}/model_sequence.zip"
TABLES = ("--predictions", f"a={DATA}/predictions_model.tsv", "--predictions")
DATASET = ("--dataset", f"{DATA}/dataset.h5")
INTERVALS = ("--intervals", f"exons={DATA}/exons.bed")
BOTH = ("--model", A, "--model", B)
SCRIPT = "<script>alert(1)</script>"


def models(*names: str, kind: str = "bundles", **more: str) -> str:
    listed = [{"name": name, "path": str(DATA / "model.zip")} for name in names]
    return json.dumps({"kind": kind, "models": listed, **more})


#: Words, words of the line, and the file of models. Those that need no model come first.
LIGHT: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "no model": (DATASET, ("SpecError: found 0 models; expected from 2 to 20",), ""),
    "one model": (("--model", A, *DATASET), ("found 1 models",), ""),
    "one table": (TABLES[:2], ("found 1 models",), ""),
    "21 models": (
        ("--models", "models.json", *DATASET),
        ("found 21 models",),
        models(*(f"m{number}" for number in range(21))),
    ),
    "the same name twice": (
        (*BOTH, "--model", A, *DATASET),
        ("the name a is given to 2 models; expected different names",),
        "",
    ),
    "the same name but for its suffix": (
        ("--models", "models.json", *DATASET),
        (f"the name {SCRIPT} is given to 2 models",),
        models(f"{SCRIPT}.zip", SCRIPT),
    ),
    "no name": (("--model", A, "--model", "model.zip", *DATASET), ("expected NAME=FILE",), ""),
    "models and tables": ((*BOTH, *TABLES, A), ("by one of --model, --predictions",), ""),
    "models in two ways": (
        (*BOTH, "--models", "models.json"), ("by one of --model",), models("x", "y")
    ),
    "no list of models": (("--models", "models.json", *DATASET), ("models.json: not JSON",), "["),
    "a list of something else": (
        ("--models", "models.json", *DATASET), ("models.json: models",), '{"models": [{"x": 1}]}'
    ),
    "an unknown kind": (
        ("--models", "models.json", *DATASET), ("models.json: kind",), models("x", kind="pickles")
    ),
    "models without windows": (BOTH, ("give either --dataset, or files",), ""),
    "windows in two ways": (
        (*BOTH, *DATASET, *INTERVALS), ("give either --dataset, or files",), ""
    ),
    "tables and a dataset": ((*TABLES, B, *DATASET), ("have their windows",), ""),
    "tables and a genome": (
        (*TABLES, B, "--fasta", "genome.fa"), ("are for files of classes",), ""
    ),
    "a dataset and rejected rows": (
        (*BOTH, *DATASET, "--rejected", "rejected.tsv"), ("are for files of classes",), ""
    ),
    "an unknown correction": (
        (*BOTH, *DATASET, "--correction", "none"), ("--correction", "holm"), ""
    ),
    "a model that is no table": (
        (*TABLES, B), ("DatasetError: model b: ", "model_sequence.zip"), ""
    ),
    "a table that is not there": (
        (*TABLES, "b=none.tsv"), ("DatasetError: model b: none.tsv: no such file",), ""
    ),
    "a table of other windows": (
        (*TABLES, f"b={DATA}/splits.tsv"),
        ("DatasetError: model b: ", "splits.tsv, line 1", "enngene evaluate --predictions"),
        "",
    ),
}  # fmt: skip
HEAVY: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "a model that is not there": (
        ("--model", A, "--model", "b=none.zip", *DATASET),
        ("BundleError: model b: none.zip: no such file",),
        "",
    ),
    "a model that is none": (
        ("--model", A, "--model", f"b={DATA}/exons.bed", *DATASET),
        ("BundleError: model b: ", "not a zip file"),
        "",
    ),
    "a model of other windows": (
        ("--model", A, "--model", f"b={DATA}/model_tracks.zip", *DATASET),
        ("DatasetError: model b: ", "has windows of 60 nt; the model reads 40"),
        "",
    ),
    "a class that the models have not": (
        (*BOTH, "--intervals", f"{SCRIPT}={DATA}/exons.bed"),
        (f"SpecError: model a: found class {SCRIPT}",),
        "",
    ),
    "a split without windows": (
        (*BOTH, *DATASET, "--split", "blackbox"), ("no windows in the blackbox split",), ""
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """All commands, in one process."""
    commands = []
    for words, _, listed in (LIGHT | HEAVY).values():
        folder = tmp_path_factory.mktemp("comparison")
        if listed:
            (folder / "models.json").write_text(listed)
        outputs = ("--output", "numbers.tsv", "--comparisons", "comparisons.tsv")
        commands.append((folder, ("compare", *words, *outputs, "--report", "report.html")))
    return dict(zip(LIGHT | HEAVY, run_in_turn(commands), strict=True))


@pytest.mark.parametrize("name", LIGHT | HEAVY)
def test_it_is_refused_in_one_line(told: dict[str, Told], name: str) -> None:
    assert_one_line(told[name], *(LIGHT | HEAVY)[name][1])


@pytest.mark.parametrize("name", LIGHT)
def test_it_is_refused_without_tensorflow(told: dict[str, Told], name: str) -> None:
    assert not {"tensorflow", "keras"} & set(told[name].heavy)
