"""A model of tracks, padded windows and probabilities, from intervals to attributions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.errors import SpecError
from enngene_core.evaluation.evaluate import evaluate
from enngene_core.interpretation.interpret import interpret
from enngene_core.models.bundle import read_bundle
from enngene_core.models.inference import predict_probabilities
from enngene_core.prediction.predict import predict
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.interpretation import InterpretationSpec
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.train import train
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused

ONE_CORE = ExecutionSpec(threads=1)
WIDTH = 30
BRANCHES = ("structure", "scores", "coding")
REFERENCES = References(
    REAL_DATA / "genome.fa",
    tracks={"scores": REAL_DATA / "phyloP.bw", "coding": REAL_DATA / "exons.bed"},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of two classes, and a network that was trained on it for a moment."""
    folder = tmp_path_factory.mktemp("tracks")
    (folder / "exons.bed").write_text(
        "chr_10\t0\t2\tfirst\t0\t+\nchr_11\t159995\t160000\tlast\t0\t-\n"
        + (REAL_DATA / "exons.bed").read_text()
    )
    preprocess(
        [ClassFile("exons", folder / "exons.bed"), ClassFile("rest", REAL_DATA / "intergenic.bed")],
        REFERENCES,
        PreprocessSpec(
            branches="structure",
            structure="unpaired",
            structure_flank=10,
            window=WIDTH,
            edge="pad",
            ratio=(2, 1, 1),
        ),
        output=folder / "dataset.h5",
        execution=ONE_CORE,
    )
    network = NetworkSpec(
        branches=dict.fromkeys(BRANCHES, (ConvolutionLayer(filters=4, kernel=3),))
    )
    train(
        folder / "dataset.h5",
        TrainingSpec(epochs=8, batch_size=16, learning_rate=0.01),
        network=network,
        output=folder / "model.zip",
    )
    return folder


def test_the_dataset_and_new_intervals_are_predicted_alike(folder: Path) -> None:
    found = predict(folder / "model.zip", folder / "exons.bed", REFERENCES, execution=ONE_CORE)
    with Dataset(folder / "dataset.h5") as dataset:
        rows = np.flatnonzero(dataset.label == 0)
        windows = dataset.windows(rows)
        branches = {name: dataset.branch(name, rows) for name in BRANCHES}
    assert np.count_nonzero(windows.pad_left + windows.pad_right) == 2
    expected = predict_probabilities(read_bundle(folder / "model.zip").model, branches)
    np.testing.assert_allclose(found.probabilities[windows.source_row - 1], expected, atol=1e-5)
    # Exons themselves are one of the tracks: nothing is easier.
    test = EvaluationSpec(split="test")
    result = evaluate(folder / "model.zip", folder / "dataset.h5", test)
    assert result.metric("auroc", "exons") > 0.95


def test_a_padded_position_has_no_place(folder: Path) -> None:
    table, spec = folder / "table.tsv", InterpretationSpec()
    few = folder / "few.bed"
    few.write_text("".join((folder / "exons.bed").read_text().splitlines(keepends=True)[:4]))
    result = interpret(
        folder / "model.zip",
        few,
        REFERENCES,
        spec,
        output=folder / "attributions.h5",
        table=table,
        execution=ONE_CORE,
    )
    header, *rows = [line.split("\t") for line in table.read_text().splitlines()]
    assert header[-6:] == [f"{name}{end}" for name in BRANCHES for end in ("", "_attribution")]
    assert len(rows) == 4 * WIDTH
    first, last = rows[:WIDTH], rows[WIDTH : 2 * WIDTH]
    # chr_10:1 is the middle; 14 positions lie before the chromosome, and 16 on it.
    assert [row[1:3] for row in first] == [["NA", "NA"]] * 14 + [
        [str(i), str(i + 1)] for i in range(16)
    ]
    # chr_11:159997 is the middle; read backwards, 12 positions lie beyond the end.
    assert [row[1:3] for row in last] == [["NA", "NA"]] * 12 + [
        [str(i), str(i + 1)] for i in reversed(range(159_982, 160_000))
    ]
    for name in BRANCHES:
        assert (result.branches[name][0, :14] == 0).all()
        assert (result.attributions.branches[name][0, :14] == 0).all()
    np.testing.assert_allclose(result.attributions.total, result.attributions.difference, atol=0.05)


def test_a_track_that_is_not_given_is_named(folder: Path) -> None:
    references = replace(REFERENCES, tracks={"coding": REAL_DATA / "exons.bed"})
    with refused(SpecError, "scores", "--track scores=FILE"):
        predict(folder / "model.zip", folder / "exons.bed", references)
