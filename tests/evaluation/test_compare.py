"""Model bundles and tables of predictions, compared on real and on small data."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.sources import References
from enngene_core.errors import DatasetError, SpecError
from enngene_core.evaluation.compare import compare
from enngene_core.evaluation.comparison import COMPARISON_COLUMNS, NUMBER_COLUMNS, ComparisonResult
from enngene_core.evaluation.evaluate import LabelledFiles, evaluate
from enngene_core.evaluation.prediction_tables import compare_predictions, read_predictions
from enngene_core.specs.comparison import ComparisonSpec
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from tests.core_fixtures import REAL_DATA
from tests.models.bundles import bundle_of, with_config, with_tensors, write
from tests.refusal import refused

FEW = ComparisonSpec(resamples=100)
DATASET = REAL_DATA / "dataset.h5"
BOTH, SEQUENCE = REAL_DATA / "model.zip", REAL_DATA / "model_sequence.zip"
BUNDLES = [("both", BOTH), ("sequence", SEQUENCE)]
TABLES = [(name, REAL_DATA / f"predictions_{path.stem}.tsv") for name, path in BUNDLES]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@pytest.fixture(scope="module")
def result(written: Path) -> ComparisonResult:
    output, comparisons = written / "numbers.tsv", written / "comparisons.tsv"
    return compare(BUNDLES, DATASET, FEW, output=output, comparisons=comparisons)


def test_numbers_are_those_of_evaluate(result: ComparisonResult) -> None:
    assert (result.split, len(result.y_true), result.n_left_out) == ("test", 49, 0)
    assert all(model.judged.is_own_dataset for model in result.models)
    for model, (_, path) in zip(result.models, BUNDLES, strict=True):
        alone = evaluate(path, DATASET, EvaluationSpec(resamples=0))
        np.testing.assert_array_equal(model.judged.probabilities, alone.probabilities)
        for key, item in model.numbers.items():
            assert item.value == alone.metric(*key)


def test_results_are_tables(result: ComparisonResult, written: Path) -> None:
    header, *rows = (written / "numbers.tsv").read_text().splitlines()
    assert tuple(header.split("\t")) == NUMBER_COLUMNS
    assert rows[0] == "both\twindows\tall\t49\tnan\tnan"
    assert len(rows) == 2 * (1 + len(result.models[0].numbers))
    header, *rows = (written / "comparisons.tsv").read_text().splitlines()
    assert tuple(header.split("\t")) == COMPARISON_COLUMNS
    assert len(rows) == len(result.comparisons)
    first = rows[0].split("\t")
    assert first[:4] == ["auroc", "macro average", "sequence", "both"]
    assert float(first[4]) == pytest.approx(result.comparisons[0].difference, rel=1e-5)


def test_predictions_give_what_their_models_give(result: ComparisonResult) -> None:
    found = compare_predictions(TABLES, FEW)
    assert found.classes == result.classes
    np.testing.assert_array_equal(found.y_true, result.y_true)
    for one, other in zip(found.comparisons, result.comparisons, strict=True):
        assert one[:4] == other[:4]
        # Six decimals; of a number with bins, a window may change its bin.
        assert one.difference == pytest.approx(other.difference, abs=1e-4), one
        assert one.p_value == pytest.approx(other.p_value, abs=0.03), one


def test_classes_may_have_another_order(tmp_path: Path) -> None:
    """The same model with its classes, and its outputs, the other way round."""
    turned = Path(shutil.copy(BOTH, tmp_path / "turned.zip"))
    with_config(turned, lambda config: config["dataset"]["classes"].reverse())
    with_tensors(
        turned,
        lambda tensors: tensors.update(
            {
                name: np.ascontiguousarray(tensors[name][..., ::-1])
                for name in ("logits/kernel", "logits/bias")
            }
        ),
    )
    result = compare([("as trained", BOTH), ("turned", turned)], DATASET, FEW)
    assert result.classes == ("exons", "introns")
    first, second = (model.judged.probabilities for model in result.models)
    np.testing.assert_allclose(first, second, atol=1e-6)
    auroc = result.between("auroc", "turned", "as trained")
    assert auroc is not None and abs(auroc.difference) < 0.01
    lines = TABLES[0][1].read_text().splitlines()
    table = tmp_path / "turned.tsv"
    cells = [line.split("\t") for line in lines]
    table.write_text("".join("\t".join([*c[:6], c[7], c[6], *c[8:]]) + "\n" for c in cells))
    found = compare_predictions([TABLES[0], ("turned", table)], FEW)
    assert {item.p_value for item in found.comparisons} == {1}


def test_what_one_model_cannot_use_is_left_out_for_all(tmp_path: Path) -> None:
    """Sequences of 20, 10 and 20 bases: windows of 12 can't be made of the second."""
    network = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=4, kernel=3),)})
    models = []
    for width in (12, 8):
        bundle = bundle_of(network, width=width, n_classes=2)
        path = write(tmp_path / f"{width}.zip", bundle)
        with_config(path, lambda config: config["dataset"].update(edge="drop"))
        models.append((f"of {width}", path))
    first, second = bundle.config.dataset.classes
    (tmp_path / "one.fa").write_text(f">1\n{'ACGTA' * 4}\n>2\n{'ACGTA' * 2}\n>3\n{'GGCAT' * 4}\n")
    (tmp_path / "two.fa").write_text(f">4\n{'TTCCA' * 4}\n>5\nACG\n>6\n{'CATGC' * 4}\n")
    files = LabelledFiles(
        [
            ClassFile(first, tmp_path / "one.fa", "sequences"),
            ClassFile(second, tmp_path / "two.fa", "sequences"),
        ],
        References(),
        tmp_path / "rejected.tsv",
    )
    result = compare(models, files, FEW)
    assert result.split is None
    assert result.y_true.tolist() == [0, 0, 1, 1]
    assert result.n_left_out == 1  # record 5 is too short for both
    assert [model.judged.n_rejected for model in result.models] == [2, 1]
    header, *rows = (tmp_path / "rejected.tsv").read_text().splitlines()
    assert header == "model\tclass\tfile\tline\ttext\treason"
    assert [row.split("\t")[:2] for row in rows] == [
        ["of 12", first],
        ["of 12", second],
        ["of 8", second],
    ]
    # What is left are the same sequences, in the same order, for both.
    for model, (_, path) in zip(result.models, models, strict=True):
        alone = evaluate(path, files, EvaluationSpec(resamples=0))
        wanted = [0, 1, 2, 3] if model.name == "of 12" else [0, 2, 3, 4]
        np.testing.assert_allclose(model.judged.probabilities, alone.probabilities[wanted])


def test_models_of_other_classes_are_refused_before_work(tmp_path: Path) -> None:
    network = NetworkSpec(branches={"sequence": ()})
    other = write(tmp_path / "other.zip", bundle_of(network, width=60, n_classes=2))
    with refused(SpecError, "model other tells apart class0, class1", "model both, exons, introns"):
        compare([BUNDLES[0], ("other", other)], tmp_path / "no.h5", FEW)
    with refused(SpecError, "found 1 models"):
        compare(BUNDLES[:1], DATASET, FEW)
    with refused(SpecError, "the name both is given to 2 models"):
        compare([BUNDLES[0], BUNDLES[0]], DATASET, FEW)
    with refused(DatasetError, "model tracks: ", "dataset.h5: has windows of 60", "reads 40"):
        compare([BUNDLES[0], ("tracks", REAL_DATA / "model_tracks.zip")], DATASET, FEW)


HEADER = "chrom\tstart\tend\tname\tstrand\ttrue_class\ta\tb\tpredicted_class\n"
ROW = "chr1\t5\t9\tx\t+\ta\t0.75\t0.25\ta\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ("empty",)),
        ("name\tlength\n", ("line 1", "enngene evaluate --predictions")),
        (HEADER, ("found no windows",)),
        (HEADER.replace("\tb\t", "\ta\t") + ROW, ("line 1", "different names")),
        (HEADER.replace("\ta\tb", "\ta") + ROW, ("line 1", "two or more")),
        (HEADER + ROW + "chr1\t5\n", ("line 3", "found 2 columns; expected 9")),
        (HEADER + ROW.replace("+\ta", "+\tc"), ("line 2", "found the class 'c'")),
        (HEADER + ROW.replace("0.25", "NA"), ("line 2", "NA", "which sum to 1")),
        (HEADER + ROW.replace("0.25", "nan"), ("line 2", "nan")),
        (HEADER + ROW.replace("0.25", "0.9"), ("line 2", "0.9")),
        (HEADER + ROW.replace("0.75", "1.25").replace("\t0.25", "\t-0.25"), ("line 2", "-0.25")),
        (HEADER + ROW.replace("0.25", "inf"), ("line 2", "inf")),
        (HEADER + ROW.replace("chr1", "chr2"), ("line 2", "chr2:5-9 of a", "chr1:5-9 of a")),
        (HEADER + ROW.replace("+\ta", "+\tb"), ("line 2", "chr1:5-9 of b", "chr1:5-9 of a")),
        (HEADER + ROW + ROW, ("has 2 windows", "good.tsv, 1")),
        ((HEADER + ROW).replace("\ta", "\tc"), ("has the classes c, b", "good.tsv, a, b")),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, content: str, words: tuple[str, ...]) -> None:
    good, bad = tmp_path / "good.tsv", tmp_path / "bad.tsv"
    good.write_text(HEADER + ROW)
    bad.write_text(content)
    with refused(DatasetError, "model bad: ", "bad.tsv", *words):
        compare_predictions([("good", good), ("bad", bad)], FEW)


def test_further_columns_of_a_table_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text(HEADER.replace("\n", "\tconfidence\n") + ROW.replace("\n", "\t0.75\n"))
    table = read_predictions(path)
    assert (table.classes, table.places) == (("a", "b"), ["chr1\t5\t9\tx\t+"])
    np.testing.assert_array_equal(table.probabilities, [[0.75, 0.25]])
