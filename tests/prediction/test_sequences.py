"""Ready sequences, predicted and explained as the same bases on a genome are."""

import gzip
import json
from pathlib import Path

import h5py
import numpy as np
import pyfaidx
import pytest

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.errors import SpecError
from enngene_core.interpretation.interpret import interpret
from enngene_core.plots.attributions import AttributionsDisplay
from enngene_core.prediction.predict import predict
from enngene_core.report.interpretation import interpretation_report
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.interpretation import InterpretationSpec
from enngene_core.specs.network import ConvolutionLayer, DenseLayer, NetworkSpec
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.train import train
from tests.core_fixtures import REAL_DATA, TrainedModel
from tests.refusal import refused
from tests.report.reading import table_of, text_of

ONE_CORE = ExecutionSpec(threads=1)
GENOME = References(REAL_DATA / "genome.fa")
WIDTH = 40

PREDICTED = ["name", "length", "exons", "introns", "predicted_class", "confidence"]
UNLIKE = ("unlike_training", "unlike_distance")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exons and introns, told apart by sequence and structure; windows are padded at ends."""
    folder = tmp_path_factory.mktemp("sequences")
    preprocess(
        [ClassFile(name, REAL_DATA / f"{name}.bed") for name in ("exons", "introns")],
        GENOME,
        PreprocessSpec(
            branches=("sequence", "structure"), structure="unpaired", window=WIDTH, edge="pad"
        ),
        output=folder / "dataset.h5",
        execution=ONE_CORE,
    )
    layers = (ConvolutionLayer(filters=6, kernel=5),)
    train(
        folder / "dataset.h5",
        TrainingSpec(epochs=3, batch_size=32, learning_rate=0.01),
        network=NetworkSpec(
            branches={"sequence": layers, "structure": layers},
            common=(DenseLayer(type="dense", units=8),),
        ),
        output=folder / "model.zip",
    )
    return folder / "model.zip"


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Bases of the windows on the first intervals of new.bed, on their own strands."""
    genome = pyfaidx.Fasta(str(REAL_DATA / "genome.fa"), rebuild=False)
    found = []
    for line in (REAL_DATA / "new.bed").read_text().splitlines():
        chrom, start, end, _, _, strand = line.split("\t")
        # An even width around the middle lies one base off on the other strand.
        first = int(start) + (int(end) - int(start)) // 2 - WIDTH // 2
        stretch = genome[chrom][first : first + WIDTH]
        found.append(str(-stretch if strand == "-" else stretch))
    return found


def test_sequences_are_predicted_as_the_intervals_that_they_are(
    model: Path, bases: list[str], tmp_path: Path
) -> None:
    expected = predict(model, REAL_DATA / "new.bed", GENOME, execution=ONE_CORE)
    records = [f">same\n{text[:30]}\n{text[30:]}\n" for text in bases]
    fasta, rna, pasted = (tmp_path / name for name in ("new.fa", "rna.fa.gz", "pasted.txt"))
    fasta.write_text("".join(records))
    rna.write_bytes(gzip.compress("".join(records).lower().replace("t", "u").encode()))
    pasted.write_text("\n".join(bases))
    for path in (fasta, pasted):
        found = predict(model, path, kind="sequences", execution=ONE_CORE)
        np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)
        assert not found.rejections
    text = rna.read_bytes()
    rna.write_bytes(gzip.compress(gzip.decompress(text).replace(b">uame", b">same")))
    found = predict(model, rna, kind="sequences", execution=ONE_CORE)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)


def test_every_sequence_has_a_row_with_its_name_and_length(
    model: Path, bases: list[str], tmp_path: Path
) -> None:
    path, output, rejected = (tmp_path / name for name in ("new.fa", "out.tsv", "rejected.tsv"))
    middle = bases[0]
    path.write_text(
        f">=1+1 first\n{middle}\n>long\nAA{middle}AA\n>short\n{middle[4:-4]}\n>long\nA\n"
    )
    result = predict(
        model, path, kind="sequences", output=output, rejected=rejected, execution=ONE_CORE
    )
    header, *rows = [line.split("\t") for line in output.read_text().splitlines()]
    assert header == [
        "name",
        "length",
        "exons",
        "introns",
        "predicted_class",
        "confidence",
        *UNLIKE,
    ]
    assert [row[:2] for row in rows] == [
        ["'=1+1", "40"], ["long", "44"], ["short", "32"], ["long", "1"],
    ]  # fmt: skip
    # The middle of a longer one is read; a shorter one is padded.
    assert rows[0][2:] == rows[1][2:]
    for row, values in zip(rows, result.probabilities, strict=True):
        np.testing.assert_allclose(np.float64(row[2:4]), values, atol=1e-6)
        assert row[4] == ("exons", "introns")[values.argmax()]
    assert rejected.read_text() == "line\ttext\treason\n"


def test_too_short_a_sequence_is_rejected_where_windows_are_dropped(
    tmp_path: Path, bases: list[str]
) -> None:
    preprocess(
        [ClassFile(name, REAL_DATA / f"{name}.bed") for name in ("exons", "introns")],
        GENOME,
        PreprocessSpec(branches=("sequence",), window=WIDTH, edge="drop"),
        output=tmp_path / "dataset.h5",
        execution=ONE_CORE,
    )
    network = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=2, kernel=5),)})
    model = tmp_path / "model.zip"
    train(tmp_path / "dataset.h5", TrainingSpec(epochs=1), network=network, output=model)
    path, output, rejected = (tmp_path / name for name in ("new.txt", "out.tsv", "rejected.tsv"))
    path.write_text(f"{bases[0]}\nACGU\n")
    predict(model, path, kind="sequences", output=output, rejected=rejected, execution=ONE_CORE)
    rows = [line.split("\t") for line in output.read_text().splitlines()]
    assert rows[2] == ["line_2", "4"] + ["NA"] * 6
    assert rows[1][4] in ("exons", "introns")
    line = rejected.read_text().splitlines()[1].split("\t")
    assert line[:2] == ["2", "ACGU"]
    assert "its window of 40 nt reaches past an end" in line[2]


def test_a_model_that_reads_the_genome_refuses_sequences(trained: TrainedModel) -> None:
    with refused(SpecError, "conservation", "--intervals instead of --sequences"):
        predict(trained.path, REAL_DATA / "exons.fa.gz", kind="sequences")


def test_references_are_not_for_sequences(model: Path) -> None:
    with refused(SpecError, "--fasta", "--sequences"):
        predict(model, REAL_DATA / "exons.fa.gz", GENOME, kind="sequences")


def test_sequences_are_explained_in_their_own_places(
    model: Path, bases: list[str], tmp_path: Path
) -> None:
    path, output, table = (tmp_path / name for name in ("new.fa", "out.h5", "out.tsv"))
    middle = bases[0]
    path.write_text(f">=1+1 first\n{middle}\n>long\nAA{middle}AA\n>short\n{middle[4:-4]}\n")
    result = interpret(
        model,
        path,
        spec=InterpretationSpec(steps=20, target="exons"),
        kind="sequences",
        output=output,
        table=table,
        rejected=tmp_path / "rejected.tsv",
        execution=ONE_CORE,
    )
    header, *rows = [line.split("\t") for line in table.read_text().splitlines()]
    assert header == [
        *("name", "start", "end", "window", "position", "target_class", "probability"),
        *("completeness_error", "steps"),
        *("sequence", "sequence_attribution", "structure", "structure_attribution"),
    ]
    first, long, short = rows[:WIDTH], rows[WIDTH : 2 * WIDTH], rows[2 * WIDTH :]
    assert "".join(row[9] for row in first) == middle
    assert {row[0] for row in first} == {"'=1+1"}
    assert [row[1:3] for row in first] == [[str(i), str(i + 1)] for i in range(WIDTH)]
    assert [row[1:3] for row in long] == [[str(i + 2), str(i + 3)] for i in range(WIDTH)]
    assert [row[4:] for row in first] == [row[4:] for row in long]
    padding = [["NA", "NA"]] * 4
    assert [row[1:3] for row in short] == [
        *padding, *([str(i), str(i + 1)] for i in range(WIDTH - 8)), *padding
    ]  # fmt: skip
    with h5py.File(output) as file:
        assert file.attrs["places"] == "sequences"
        assert json.loads(file.attrs["classes"]) == ["exons", "introns"]
        assert set(file["windows"]) == {"name", "start", "end", "pad_left", "pad_right"}
        assert file["windows/name"][:].tolist() == [b"=1+1", b"long", b"short"]
        assert file["windows/start"][:].tolist() == [0, 2, 0]
    assert (tmp_path / "rejected.tsv").read_text() == "line\ttext\treason\n"
    titles = {
        text.get_text().split("   ")[0] for text in AttributionsDisplay(result, 0).plot().ax.texts
    }
    assert {"=1+1", "long", "short"} <= titles
    report = interpretation_report(result)
    assert "3 windows of ready sequences" in text_of(report)
    numbers = table_of(report, "attributions_1")
    assert tuple(numbers.columns[:5]) == ("rank", "name", "start", "end", "position")


def test_an_ensemble_tells_how_far_its_members_lie_apart(tmp_path: Path) -> None:
    output = tmp_path / "out.tsv"
    result = predict(
        REAL_DATA / "model_sequences.zip", REAL_DATA / "new.fa.gz", kind="sequences", output=output
    )
    header, *rows = [line.split("\t") for line in output.read_text().splitlines()]
    assert header == [
        "name",
        "length",
        "exons",
        "introns",
        "predicted_class",
        "confidence",
        "spread",
        *UNLIKE,
    ]
    assert result.spread is not None and len(rows) == 36
    np.testing.assert_allclose([float(row[6]) for row in rows], result.spread, atol=1e-6)
    # Both members' probabilities, at the mean less or more the spread, lie between 0 and 1.
    assert (result.spread > 0).all()
    assert (result.spread <= result.probabilities.min(axis=1)).all()
