from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.encode import check_memory
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.errors import (
    BundleError,
    DatasetError,
    InsufficientMemoryError,
    IntervalError,
    SpecError,
)
from enngene_core.evaluation.evaluate import LabelledFiles, evaluate
from enngene_core.evaluation.result import EvaluationResult, score
from enngene_core.models.inference import predict_probabilities
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from enngene_core.specs.preprocess import PreprocessSpec
from tests.core_fixtures import CLASSES, REAL_DATA, RealDataset, TrainedModel
from tests.models.bundles import bundle_of, write
from tests.refusal import refused

TEST = EvaluationSpec(split="test")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@pytest.fixture(scope="module")
def result(trained: TrainedModel, real_dataset: RealDataset, tables: Path) -> EvaluationResult:
    return evaluate(
        trained.path,
        real_dataset.path,
        TEST,
        output=tables / "metrics.tsv",
        predictions=tables / "predictions.tsv",
        thresholds=tables / "thresholds.tsv",
    )


def test_only_the_dataset_of_training_is_known_to_be_new(
    trained: TrainedModel, real_dataset: RealDataset, result: EvaluationResult, tmp_path: Path
) -> None:
    assert result.is_own_dataset
    other = tmp_path / "other.h5"
    other.write_bytes(real_dataset.path.read_bytes())
    with h5py.File(other, "a") as file:
        file["windows/split"][...] = file["windows/split"][...][::-1]
    assert not evaluate(trained.path, other, TEST).is_own_dataset


def test_too_little_memory_is_refused(trained: TrainedModel, real_dataset: RealDataset) -> None:
    spec = trained.result.bundle.config.dataset.model_copy(update={"window": 1})
    with refused(InsufficientMemoryError, "1,000,000 windows", "2 MiB, but 1 MiB"):
        check_memory(10**6, spec, ("sequence",), ExecutionSpec(memory=1))
    with refused(InsufficientMemoryError, "6 MiB, but 1 MiB"):  # float32
        check_memory(10**6, spec, ("sequence", "conservation"), ExecutionSpec(memory=1))
    check_memory(10**5, spec, ("sequence",), ExecutionSpec(memory=1))
    enough = ExecutionSpec(memory=100)
    assert len(evaluate(trained.path, real_dataset.path, TEST, execution=enough).y_true)


def test_numbers_are_those_of_the_predictions(result: EvaluationResult) -> None:
    y_true, probabilities = result.y_true, result.probabilities
    predicted = probabilities.argmax(axis=1)
    assert result.metric("windows") == len(y_true)
    assert result.metric("accuracy") == sklearn_metrics.accuracy_score(y_true, predicted)
    one_hot = np.eye(len(CLASSES))[y_true]
    for average in ("macro", "micro"):
        assert result.metric("auroc", f"{average} average") == pytest.approx(
            sklearn_metrics.roc_auc_score(one_hot, probabilities, average=average), abs=1e-12
        )
    for name, curves in result.curves.items():  # what the figures tell is what the table tells
        assert result.metric("auroc", name) == pytest.approx(curves.auroc, abs=1e-12)
        assert result.metric("average_precision", name) == pytest.approx(
            curves.average_precision, abs=1e-12
        )
    np.testing.assert_array_equal(
        result.confusion, sklearn_metrics.confusion_matrix(y_true, predicted)
    )


def test_each_number_has_its_interval(result: EvaluationResult) -> None:
    windows, *numbers = result.metrics
    assert np.isnan([windows.low, windows.high]).all()
    for item in numbers:
        assert item.low <= item.value <= item.high, item
        assert result.interval(item.metric, item.of_class) == (item.low, item.high)
    low, high = result.interval("accuracy")
    assert 0.05 < high - low < 0.3  # of 104 windows


def test_no_resamples_no_intervals(
    trained: TrainedModel, real_dataset: RealDataset, result: EvaluationResult
) -> None:
    spec = EvaluationSpec(split="test", resamples=0)
    found = evaluate(trained.path, real_dataset.path, spec)
    assert [item[:3] for item in found.metrics] == [item[:3] for item in result.metrics]
    assert np.isnan([item[3:] for item in found.metrics]).all()


def test_metrics_are_a_table(result: EvaluationResult, tables: Path) -> None:
    header, *rows = (tables / "metrics.tsv").read_text().splitlines()
    assert header == "metric\tclass\tvalue\tlow\thigh"
    cells = [row.split("\t") for row in rows]
    assert [tuple(row[:2]) for row in cells] == [item[:2] for item in result.metrics]
    for row, item in zip(cells, result.metrics, strict=True):
        found = [float(cell) for cell in row[2:]]
        assert found == pytest.approx(list(item[2:]), rel=1e-5, nan_ok=True)


def test_thresholds_are_a_table(result: EvaluationResult, tables: Path) -> None:
    header, *rows = (tables / "thresholds.tsv").read_text().splitlines()
    assert header == "class\tbest_by\tvalue\tthreshold\tprecision\trecall\tspecificity"
    cells = [row.split("\t") for row in rows]
    expected = [[name, best_by] for name in CLASSES for best_by in ("f1", "mcc", "youden_j")]
    assert [row[:2] for row in cells] == expected
    # The table of predictions, cut at the threshold, gives the recall that is told.
    written = (tables / "predictions.tsv").read_text().splitlines()[1:]
    windows = [line.split("\t") for line in written]
    for name, _, _, threshold, _, recall, _ in cells:
        column = 6 + CLASSES.index(name)
        taken = [float(w[column]) >= float(threshold) for w in windows if w[5] == name]
        assert np.mean(taken) == pytest.approx(float(recall), abs=1e-5)


def test_predictions_are_a_table(
    result: EvaluationResult, real_dataset: RealDataset, tables: Path
) -> None:
    header, *rows = (tables / "predictions.tsv").read_text().splitlines()
    assert header.split("\t") == [
        "chrom", "start", "end", "name", "strand", "true_class", *CLASSES, "predicted_class"
    ]  # fmt: skip
    with Dataset(real_dataset.path) as dataset:
        windows = dataset.windows(dataset.rows("test"))
    assert len(rows) == len(windows)
    for index, row in enumerate(rows):
        chrom, start, end, name, strand, true_class, *values, predicted = row.split("\t")
        assert (chrom, int(start), int(end), name, strand) == windows.locus(index)
        assert true_class == CLASSES[windows.label[index]]
        assert predicted == CLASSES[result.probabilities[index].argmax()]
        np.testing.assert_allclose(np.float64(values), result.probabilities[index], atol=1e-6)
        assert sum(map(float, values)) == pytest.approx(1, abs=1e-5)


def test_training_data_are_told_better_than_by_guessing(
    trained: TrainedModel, real_dataset: RealDataset
) -> None:
    told = []
    on_train = evaluate(
        trained.path,
        real_dataset.path,
        EvaluationSpec(split="train"),
        on_progress=lambda done, all_: told.append((done, all_)),
    )
    assert on_train.metric("auroc", "macro average") > 0.7
    assert told[-1] == (len(on_train.y_true),) * 2


def test_windows_of_files_are_judged_as_those_of_a_dataset(
    trained: TrainedModel,
    real_dataset: RealDataset,
    class_files: list[ClassFile],
    references: References,
    tmp_path: Path,
) -> None:
    expected = {}
    with Dataset(real_dataset.path) as dataset:
        for split in ("train", "validation", "test"):
            found = evaluate(trained.path, real_dataset.path, EvaluationSpec(split=split))
            windows = dataset.windows(dataset.rows(split))
            for row, probabilities in enumerate(found.probabilities):
                expected[windows.label[row], windows.source_row[row]] = probabilities
    bad = tmp_path / "introns.bed"
    bad.write_text((REAL_DATA / "introns.bed").read_text() + "nowhere\t1\t50\n")
    # In another order than the model's.
    files = [class_files[2], class_files[0], ClassFile("introns", bad)]
    table, rejected = tmp_path / "predictions.tsv", tmp_path / "rejected.tsv"
    result = evaluate(trained.path, LabelledFiles(files, references, rejected), predictions=table)
    assert result.split is None and not result.is_own_dataset
    assert len(result.rejections) == 1
    header, row = rejected.read_text().splitlines()
    assert header == "class\tfile\tline\ttext\treason"
    assert row.startswith("introns\tintrons.bed\t264\tnowhere 1 50\t")
    assert np.bincount(result.y_true).tolist() == [361, 263, 411]
    n_lines = {name: iter(range(1, 10**6)) for name in CLASSES}
    compared = 0
    for line, probabilities in zip(
        table.read_text().splitlines()[1:], result.probabilities, strict=True
    ):
        name = line.split("\t")[5]
        key = CLASSES.index(name), next(n_lines[name])
        if key in expected:  # a dataset has no repeated windows
            np.testing.assert_allclose(probabilities, expected[key], atol=1e-6)
            compared += 1
    assert compared == len(expected)


def test_ready_sequences_are_judged(tmp_path: Path) -> None:
    network = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=4, kernel=3),)})
    bundle = bundle_of(network, width=12, n_classes=2)
    model = write(tmp_path / "model.zip", bundle)
    first, second = bundle.config.dataset.classes
    (tmp_path / "one.fa").write_text(">1\nACGUACGUACGU\n>2\nacgtnacgtacg\n")
    (tmp_path / "two.fa").write_text(">3\nTTTTACGTACGTTTTT\n")
    files = [
        ClassFile(second, tmp_path / "two.fa", "sequences"),
        ClassFile(first, tmp_path / "one.fa", "sequences"),
    ]
    result = evaluate(model, LabelledFiles(files, References()))
    codes = np.array([[0, 1, 2, 3] * 3, [0, 1, 2, 3, 4, 0, 1, 2, 3, 0, 1, 2]], np.uint8)
    codes = np.vstack([np.array([3, 3, 0, 1, 2, 3, 0, 1, 2, 3, 3, 3], np.uint8), codes])
    assert result.y_true.tolist() == [1, 0, 0]
    np.testing.assert_allclose(
        result.probabilities, predict_probabilities(bundle.model, {"sequence": codes}), atol=1e-6
    )
    with refused(SpecError, "found class three; expected the model's", first, second):
        evaluate(model, LabelledFiles([replace(files[0], name="three")], References()))
    with refused(SpecError, f"class {second} is given twice"):
        evaluate(model, LabelledFiles([files[0], files[0]], References()))
    with refused(IntervalError, f"class {first}", "no.fa", "no such file"):
        wrong = ClassFile(first, tmp_path / "no.fa", "sequences")
        evaluate(model, LabelledFiles([wrong], References()))


def test_a_class_without_windows_has_no_number(trained: TrainedModel) -> None:
    config = trained.result.bundle.config
    probabilities = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]], np.float32)
    result = score(config, "test", np.array([0, 1, 0]), probabilities)
    assert set(result.curves) == {"exons", "introns"}
    assert result.metric("auroc", "exons") == 1
    assert np.isnan(result.metric("auroc", "intergenic"))
    assert result.metric("auroc", "macro average") == 1  # of those that have one
    assert result.metric("accuracy") == 1


def test_one_class_alone_has_no_macro_average(trained: TrainedModel) -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1]], np.float32)
    result = score(trained.result.bundle.config, "test", np.array([0, 0]), probabilities)
    assert result.curves == {}
    assert np.isnan(result.metric("average_precision", "macro average"))
    assert result.metric("accuracy") == 0.5


@pytest.mark.parametrize(
    ("classes", "options", "words"),
    [
        (("exons", "introns"), {}, ("exons, introns;", "exons, introns, intergenic")),
        (CLASSES, {"window": 40}, ("40 nt", "51")),
        (CLASSES, {"branches": "sequence,conservation"}, ("lacks", "structure")),
        (
            CLASSES,
            {"branches": "sequence,structure,conservation", "structure": "elements"},
            ("branch structure", "multiloop", "dot-bracket"),
        ),
    ],
    ids=["classes", "window", "branches", "structure"],
)
def test_a_dataset_of_another_kind_is_refused(
    trained: TrainedModel,
    class_files: list[ClassFile],
    references: References,
    tmp_path: Path,
    classes: tuple[str, ...],
    options: dict,
    words: tuple[str, ...],
) -> None:
    files = {item.name: item for item in class_files}
    spec = PreprocessSpec(**{"window": 51, "branches": "sequence", **options})
    path = tmp_path / "other.h5"
    preprocess([files[name] for name in classes], references, spec, output=path)
    with refused(DatasetError, path, *words):
        evaluate(trained.path, path, TEST, output=tmp_path / "metrics.tsv")
    assert not (tmp_path / "metrics.tsv").exists()


def test_an_empty_split_is_named(
    trained: TrainedModel, real_dataset: RealDataset, tmp_path: Path
) -> None:
    path = tmp_path / "copy.h5"
    path.write_bytes(real_dataset.path.read_bytes())
    with h5py.File(path, "r+") as file:
        split = file["windows/split"][:]
        file["windows/split"][:] = np.where(split == 2, 0, split)
    with refused(DatasetError, path, "no windows in the test split"):
        evaluate(trained.path, path, TEST)


def test_files_that_were_confused_are_named(
    trained: TrainedModel, real_dataset: RealDataset
) -> None:
    with refused(BundleError, real_dataset.path, "expected a model bundle"):
        evaluate(real_dataset.path, trained.path, TEST)
    with refused(DatasetError, trained.path, "not an HDF5 file"):
        evaluate(trained.path, trained.path, TEST)
