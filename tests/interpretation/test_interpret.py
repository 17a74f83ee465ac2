import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from enngene_core.branches.codes import decode
from enngene_core.dataset.sources import References
from enngene_core.errors import SpecError
from enngene_core.interpretation.interpret import interpret
from enngene_core.interpretation.result import InterpretationResult
from enngene_core.prediction.predict import predict
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.interpretation import InterpretationSpec
from tests.core_fixtures import BRANCHES, CLASSES, REAL_DATA, TrainedModel
from tests.refusal import refused

ONE_CORE = ExecutionSpec(threads=1)
UNUSABLE = "chrUn\t1\t50\tunknown\t0\t+\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BED file of real intervals of all classes, and one that is unusable."""
    folder = tmp_path_factory.mktemp("interpretation")
    lines = [UNUSABLE, "chr_10\t700\t760\t=1+1\t0\t-\n"]
    for name in CLASSES:
        lines += (REAL_DATA / f"{name}.bed").read_text().splitlines(keepends=True)[100:106]
    (folder / "new.bed").write_text("".join(lines))
    return folder


@pytest.fixture(scope="module")
def result(trained: TrainedModel, references: References, folder: Path) -> InterpretationResult:
    return interpret(
        trained.path,
        folder / "new.bed",
        references,
        InterpretationSpec(steps=100, top=3),
        output=folder / "attributions.h5",
        table=folder / "attributions.tsv",
        execution=ONE_CORE,
    )


def test_each_window_is_explained_by_its_predicted_class(
    result: InterpretationResult, trained: TrainedModel, references: References, folder: Path
) -> None:
    predicted = predict(trained.path, folder / "new.bed", references, execution=ONE_CORE)
    np.testing.assert_allclose(result.probabilities, predicted.probabilities[1:], atol=1e-6)
    np.testing.assert_array_equal(result.target, predicted.probabilities[1:].argmax(axis=1))
    assert result.rejections.line.tolist() == [1]


def test_attributions_of_a_trained_network_are_complete(result: InterpretationResult) -> None:
    attributions = result.attributions
    assert tuple(result.branches) == BRANCHES
    for name in BRANCHES:
        assert attributions.branches[name].shape == result.branches[name].shape
        assert np.abs(attributions.branches[name]).max() > 0
    scale = np.abs(attributions.difference).max()
    np.testing.assert_allclose(attributions.total, attributions.difference, atol=0.03 * scale)


def test_a_named_class_is_explained_everywhere(
    trained: TrainedModel, references: References, folder: Path
) -> None:
    spec = InterpretationSpec(target="introns", steps=5)
    result = interpret(trained.path, folder / "new.bed", references, spec, execution=ONE_CORE)
    assert set(result.target.tolist()) == {CLASSES.index("introns")}


def test_an_unknown_class_is_named(
    trained: TrainedModel, references: References, folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "attributions.h5"
    with refused(SpecError, "--target exon:", "exons, introns, intergenic"):
        interpret(
            trained.path,
            folder / "new.bed",
            references,
            InterpretationSpec(target="exon"),
            output=output,
        )
    assert not output.exists()


def test_the_highest_scoring_windows_come_first(result: InterpretationResult) -> None:
    for label in range(len(CLASSES)):
        top = result.top(label)
        explained = np.flatnonzero(result.target == label)
        assert len(top) == min(3, len(explained))
        scores = result.probabilities[top, label]
        assert (np.diff(scores) <= 0).all()
        rest = np.setdiff1d(explained, top)
        assert not len(rest) or result.probabilities[rest, label].max() <= scores[-1]


def test_the_file_holds_what_was_found(result: InterpretationResult, folder: Path) -> None:
    with h5py.File(folder / "attributions.h5") as file:
        assert file.attrs["format"] == "enngene-attributions"
        assert json.loads(file.attrs["classes"]) == list(CLASSES)
        assert [file.attrs[name] for name in ("method", "of", "baseline")] == [
            "integrated-gradients",
            "logits",
            "uniform",
        ]
        attributions = result.attributions
        np.testing.assert_array_equal(file["completeness_error"], attributions.completeness_error)
        np.testing.assert_array_equal(file["is_complete"], attributions.completeness_error <= 0.01)
        np.testing.assert_array_equal(file["steps"], attributions.steps)
        np.testing.assert_array_equal(file["target"][:], result.target)
        np.testing.assert_array_equal(file["probabilities"][:], result.probabilities)
        np.testing.assert_array_equal(file["windows/start"][:], result.windows.start)
        assert file["windows/name"][:].tolist() == result.windows.name.tolist()
        assert file["windows/chrom"][:].tolist() == result.windows.chrom_names.tolist()
        for name in BRANCHES:
            np.testing.assert_array_equal(file[f"branches/{name}"][:], result.branches[name])
            np.testing.assert_array_equal(
                file[f"attributions/{name}"][:], result.attributions.branches[name]
            )


def test_the_table_has_a_row_for_each_position(result: InterpretationResult, folder: Path) -> None:
    header, *rows = [
        line.split("\t") for line in (folder / "attributions.tsv").read_text().splitlines()
    ]
    assert header[:11] == [
        "chrom", "start", "end", "name", "strand", "window", "position", "target_class",
        "probability", "completeness_error", "steps",
    ]  # fmt: skip
    assert header[11:] == [word for name in BRANCHES for word in (name, f"{name}_attribution")]
    windows, n_windows, width = result.windows, len(result.windows), 51
    assert len(rows) == n_windows * width
    shown = {
        name: decode(result.branches[name], result.config.dataset.encodings[name])
        for name in ("sequence", "structure")
    }
    assert {b"+", b"-"} <= set(windows.strand.tolist())
    for index in range(n_windows):
        of_window = rows[index * width : (index + 1) * width]
        assert [row[6] for row in of_window] == [str(i + 1) for i in range(width)]
        starts = list(range(int(windows.start[index]), int(windows.end[index])))
        if windows.is_minus[index]:  # as the network read it
            starts.reverse()
        assert [(int(row[1]), int(row[2])) for row in of_window] == [(s, s + 1) for s in starts]
        assert "".join(row[11] for row in of_window) == shown["sequence"][index]
        assert "".join(row[13] for row in of_window) == shown["structure"][index]
        assert {row[7] for row in of_window} == {CLASSES[result.target[index]]}
        for column, name in ((12, "sequence"), (14, "structure"), (16, "conservation")):
            np.testing.assert_allclose(
                [float(row[column]) for row in of_window],
                result.attributions.branches[name][index],
                rtol=1e-5,
            )
    assert rows[0][3] == "'=1+1"
