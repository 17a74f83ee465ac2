from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.file import Dataset
from enngene_core.dataset.sources import References
from enngene_core.errors import IntervalError, SpecError
from enngene_core.models.bundle import read_bundle
from enngene_core.models.inference import predict_probabilities
from enngene_core.prediction.predict import predict
from enngene_core.specs.execution import ExecutionSpec
from tests.core_fixtures import CLASSES, REAL_DATA, RealDataset, TrainedModel
from tests.refusal import refused

ONE_CORE = ExecutionSpec(threads=1)
PREDICTED = [*CLASSES, "predicted_class", "confidence", "unlike_training", "unlike_distance"]
HEADER = ["chrom", "start", "end", "name", "strand", *PREDICTED, "input_5"]


def bed(folder: Path, text: str) -> Path:
    path = folder / "new.bed"
    path.write_text(text)
    return path


def test_every_input_has_a_row_in_its_order(
    trained: TrainedModel, references: References, tmp_path: Path
) -> None:
    intervals = bed(
        tmp_path,
        "track name=mine\n"
        "chr_13\t500\t700\tlast\t0\t-\n"
        "chrUn\t1\t50\tunknown\t0\t+\n"
        "#chr_10\t1\t2\n"
        "chr_10\t2000\t2001\t=cmd()\t0\t.\n"
        "chr_10\t159990\t160001\tbeyond\t0\t+\n"
        "chr_13\t500\t700\tlast\t0\t-\n"
        "chr_10\t0\t3",
    )
    output = tmp_path / "predictions.tsv"
    result = predict(trained.path, intervals, references, output=output, execution=ONE_CORE)
    header, *rows = [line.split("\t") for line in output.read_text().splitlines()]
    assert header == HEADER
    assert [row[:5] for row in rows] == [
        ["chr_13", "500", "700", "last", "-"],
        ["chrUn", "1", "50", "unknown", "+"],
        ["chr_10", "2000", "2001", "'=cmd()", "."],
        ["chr_10", "159990", "160001", "beyond", "+"],
        ["chr_13", "500", "700", "last", "-"],
        ["chr_10", "0", "3", ".", "."],
    ]
    assert result.rejections.line.tolist() == [3, 6]
    assert "chrUn" in result.rejections.reason[0]
    for index, row in enumerate(rows):
        if index in (1, 3):
            assert row[5:] == ["NA"] * 7 + ["0"]
            assert np.isnan(result.probabilities[index]).all()
            continue
        values = np.float64(row[5:8])
        np.testing.assert_allclose(values, result.probabilities[index], atol=1e-6)
        assert values.sum() == pytest.approx(1, abs=1e-5)
        assert row[8:10] == [CLASSES[values.argmax()], f"{result.probabilities[index].max():.6f}"]
        assert (row[10] == "yes") == (float(row[11]) > 1)
        assert float(row[11]) == pytest.approx(result.distance[index], abs=1e-3)
    assert rows[0] == rows[4]
    assert rows[5][12] == "."


def test_the_training_data_are_predicted_as_they_were_encoded(
    trained: TrainedModel, real_dataset: RealDataset, references: References
) -> None:
    found = predict(trained.path, REAL_DATA / "introns.bed", references, execution=ONE_CORE)
    with Dataset(real_dataset.path) as dataset:
        rows = np.flatnonzero(dataset.label == 1)
        source = dataset.windows(rows).source_row
        branches = {name: dataset.branch(name, rows) for name in dataset.spec.branches}
    expected = predict_probabilities(read_bundle(trained.path).model, branches)
    np.testing.assert_allclose(found.probabilities[source - 1], expected, atol=1e-5)
    assert found.config == trained.result.bundle.config


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", IntervalError, ("empty file",)),
        ("#\n", IntervalError, ("no intervals",)),
        ("chr_10\t5\t5\n", IntervalError, ("line 1", "end 5")),
        ("chr10\t5\t9\n", SpecError, ("none of its 1", "chr10", "chr_10")),
    ],
)
def test_intervals_that_cannot_be_used_are_named(
    trained: TrainedModel,
    references: References,
    tmp_path: Path,
    text: str,
    error: type[Exception],
    words: tuple[str, ...],
) -> None:
    intervals = bed(tmp_path, text)
    with refused(error, intervals, *words):
        predict(trained.path, intervals, references, output=tmp_path / "predictions.tsv")
    assert not (tmp_path / "predictions.tsv").exists()


def test_a_model_that_reads_conservation_needs_it(
    trained: TrainedModel, references: References
) -> None:
    with refused(SpecError, "conservation", "bigWig"):
        predict(trained.path, REAL_DATA / "exons.bed", References(references.genome))


def test_columns_that_nothing_reads_are_kept(
    trained: TrainedModel, references: References, tmp_path: Path
) -> None:
    intervals = bed(
        tmp_path,
        "chr_10\t2000\t2100\tpeak\t17\t-\t-1\t=2+2\t+1.50\n"
        "chrUn\t2000\t2100\tpeak\t3\t-\t7\n" + "chr_10\t5\t9" + "\tx" * 2 + "\t+\t" + "\tx" * 90,
    )
    output, rejected = tmp_path / "predictions.tsv", tmp_path / "rejected.tsv"
    predict(trained.path, intervals, references, output=output, rejected=rejected)
    header, *rows = [line.split("\t") for line in output.read_text().splitlines()]
    assert header[:12] == HEADER[:12]
    # Of a line that is too long 64 columns are kept.
    assert header[12:] == [f"input_{n}" for n in (5, *range(7, 65))]
    assert rows[0][12:17] == ["17", "-1", "'=2+2", "1.50", "."]
    assert rows[1][5:15] == ["NA"] * 7 + ["3", "7", "."]
    assert {len(row) for row in rows} == {len(header)}
    assert rejected.read_text() == (
        "line\ttext\treason\n2\tchrUn 2000 2100 peak 3 - 7\tchromosome chrUn is not in the genome\n"
    )
