"""Evaluation with a calibration, with one file of all classes, and its exports."""

import gzip
import shlex
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml
from sklearn.metrics import log_loss

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.sources import References
from enngene_core.errors import IntervalError, SpecError
from enngene_core.evaluation.curves import macro_precision_recall, macro_roc, write_curves
from enngene_core.evaluation.evaluate import LabelledFiles, evaluate
from enngene_core.evaluation.reliability import reliability
from enngene_core.evaluation.result import EvaluationResult
from enngene_core.models.bundle import read_bundle
from enngene_core.models.calibration import calibrated, fit_calibration
from enngene_core.models.exporting import input_lines
from enngene_core.models.inference import predict_probabilities
from enngene_core.prediction.predict import predict
from enngene_core.provenance import sha256
from enngene_core.report.calibration import calibration_tables
from enngene_core.report.evaluation import evaluation_report
from enngene_core.report.parameters import Input, write_parameters
from enngene_core.specs.evaluation import EvaluationSpec
from tests.core_fixtures import REAL_DATA
from tests.plots.results import HOSTILE, config, evaluation_result
from tests.refusal import refused
from tests.report.reading import table_of, text_of, warnings_of

MODEL, DATASET = REAL_DATA / "model.zip", REAL_DATA / "dataset.h5"
SEQUENCES = REAL_DATA / "model_sequences.zip"
TEMPERATURE = EvaluationSpec(calibrate="temperature", resamples=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calibrated")


@pytest.fixture(scope="module")
def result(folder: Path) -> EvaluationResult:
    return evaluate(
        MODEL,
        DATASET,
        TEMPERATURE,
        output=folder / "metrics.tsv",
        predictions=folder / "predictions.tsv",
        calibrated_model=folder / "model.zip",
    )


def test_validation_windows_alone_are_fitted(result: EvaluationResult, tmp_path: Path) -> None:
    bundle = read_bundle(MODEL)
    with Dataset(DATASET) as dataset:
        rows = dataset.rows("validation")
        branches = {name: dataset.branch(name, rows) for name in bundle.config.network.branches}
        label = dataset.label[rows]
    found = predict_probabilities(bundle.model, branches)
    fitted = fit_calibration("temperature", label, found, fitted_on=sha256(DATASET))
    assert result.config.calibration == fitted
    # Whatever the test windows are said to be, it stays the same.
    other = tmp_path / "other.h5"
    other.write_bytes(DATASET.read_bytes())
    with h5py.File(other, "r+") as file:
        is_test = file["windows/split"][:] == 2
        file["windows/label"][...] = np.where(is_test, 0, file["windows/label"][:])
    again = evaluate(MODEL, other, TEMPERATURE).config.calibration
    assert again is not None
    assert again.model_copy(update={"fitted_on": fitted.fitted_on}) == fitted


def test_both_are_told(result: EvaluationResult, folder: Path) -> None:
    raw = evaluate(MODEL, DATASET, EvaluationSpec(resamples=0))
    assert raw.uncalibrated is None
    assert result.uncalibrated is not None
    np.testing.assert_array_equal(result.uncalibrated.probabilities, raw.probabilities)
    np.testing.assert_array_equal(
        result.probabilities, calibrated(result.config.calibration, raw.probabilities)
    )
    for name in ("log_loss", "brier_score", "expected_calibration_error"):
        assert result.metric(name, "uncalibrated") == raw.metric(name)
    expected = log_loss(result.y_true, result.probabilities.astype(float))
    assert result.metric("log_loss") == pytest.approx(expected, abs=1e-6)
    assert result.metric("accuracy") == raw.metric("accuracy")
    last = (folder / "metrics.tsv").read_text().splitlines()[-3:]
    assert [line.split("\t")[:2] for line in last] == [
        [name, "uncalibrated"] for name in ("log_loss", "brier_score", "expected_calibration_error")
    ]


def test_a_calibrated_model_gives_calibrated_probabilities(
    result: EvaluationResult, folder: Path, tmp_path: Path
) -> None:
    model = folder / "model.zip"
    again = evaluate(model, DATASET, EvaluationSpec(resamples=0))
    np.testing.assert_array_equal(again.probabilities, result.probabilities)
    assert again.uncalibrated is not None
    references = References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",))
    raw = predict(MODEL, REAL_DATA / "new.bed", references)
    table = tmp_path / "predictions.tsv"
    new = predict(model, REAL_DATA / "new.bed", references, output=table)
    np.testing.assert_array_equal(
        new.probabilities, calibrated(result.config.calibration, raw.probabilities)
    )
    rows = [line.split("\t") for line in table.read_text().splitlines()[1:]]
    confidence = [float(row[8]) for row in rows]
    np.testing.assert_allclose(confidence, new.probabilities.max(axis=1), atol=1e-6)
    assert input_lines(read_bundle(model))[-1].endswith("; without the bundle's calibration")
    assert input_lines(read_bundle(MODEL))[-1].endswith("introns")


def test_files_are_calibrated_by_what_the_model_has(folder: Path, result: object) -> None:
    files = LabelledFiles(
        (), References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",)),
        labelled=REAL_DATA / "labelled.tsv",
    )  # fmt: skip
    with refused(SpecError, "fitted to validation windows", "it has none"):
        evaluate(MODEL, files, TEMPERATURE)
    with refused(SpecError, "it has temperature"):
        evaluate(folder / "model.zip", files, EvaluationSpec(calibrate="isotonic"))
    with refused(SpecError, "--calibrated-model needs"):
        evaluate(folder / "model.zip", files, TEMPERATURE, calibrated_model=folder / "no.zip")
    with refused(SpecError, "--calibrated-model needs"):
        evaluate(MODEL, DATASET, calibrated_model=folder / "no.zip")
    plain = EvaluationSpec(resamples=20)
    one, two = (evaluate(folder / "model.zip", files, spec) for spec in (TEMPERATURE, plain))
    assert one.metrics == two.metrics
    assert one.uncalibrated is not None and len(one.y_true) == 24


def test_one_file_of_all_classes_is_as_one_of_each(tmp_path: Path) -> None:
    tables = []
    for name in ("one", "each"):
        labelled = REAL_DATA / "labelled.fa" if name == "one" else None
        classes = [
            ClassFile(c, REAL_DATA / f"{c}.fa.gz", "sequences") for c in ("exons", "introns")
        ]
        files = LabelledFiles([] if labelled else classes, References(), None, labelled)
        tables.append(tmp_path / f"{name}.tsv")
        evaluate(SEQUENCES, files, EvaluationSpec(resamples=0), predictions=tables[-1])
    assert tables[0].read_bytes() == tables[1].read_bytes()


def test_rows_of_one_file_that_become_no_window_are_told(tmp_path: Path) -> None:
    path, rejected = tmp_path / "mine.tsv", tmp_path / "rejected.tsv"
    path.write_text((REAL_DATA / "labelled.tsv").read_text() + "exons\tchrUn\t5\t90\tx\t0\t+\n")
    references = References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",))
    result = evaluate(MODEL, LabelledFiles((), references, rejected, path))
    assert len(result.y_true) == 24
    assert rejected.read_text().splitlines()[1] == (
        "exons\tmine.tsv\t25\texons chrUn 5 90 x 0 +\tchromosome chrUn is not in the genome"
    )
    path.write_bytes(gzip.compress(b"genes\tchr_10\t5\t90\n"))
    with refused(IntervalError, "line 1: found class 'genes'; expected one of exons, introns"):
        evaluate(MODEL, LabelledFiles((), references, None, path))


def test_reliability_puts_windows_into_bins() -> None:
    probabilities = np.array([[0.95, 0.05], [0.94, 0.06], [0.45, 0.55]], np.float32)
    bins = reliability(np.array([0, 1, 1]), probabilities)
    assert bins.windows[[8, 14]].tolist() == [1, 2] and bins.windows.sum() == 3
    assert bins.share_right[14] == 0.5 and bins.share_right[8] == 1
    assert bins.confidence[14] == pytest.approx(0.945)
    assert np.isnan(bins.share_right[0])


def test_each_curve_is_a_table(tmp_path: Path) -> None:
    classes = ("a/../b", *HOSTILE[:2])
    result = evaluation_result(classes, 60)
    write_curves(tmp_path / "curves", result)
    names = sorted(path.name for path in (tmp_path / "curves").iterdir())
    assert len(names) == 2 * (3 + 2)
    assert "roc_1_a_.._b.tsv" in names and "precision_recall_micro_average.tsv" in names
    header, first, *rows = (tmp_path / "curves/roc_1_a_.._b.tsv").read_text().splitlines()
    assert header == "threshold\tfalse_positive_rate\ttrue_positive_rate"
    assert first == "inf\t0\t0"
    threshold, false, true = map(float, rows[len(rows) // 2].split("\t"))
    taken = result.probabilities[:, 0] >= threshold - 1e-6
    is_own = result.y_true == 0
    assert np.mean(taken[is_own]) == pytest.approx(true, abs=1e-5)
    assert np.mean(taken[~is_own]) == pytest.approx(false, abs=1e-5)


def test_averages_of_curves_have_the_averages_of_areas() -> None:
    result = evaluation_result(("a", "b", "c"), 600)
    false, true = macro_roc(result)
    assert np.trapezoid(true, false) == pytest.approx(
        result.metric("auroc", "macro average"), abs=0.005
    )
    recall, precision = macro_precision_recall(result)
    assert -np.trapezoid(precision, recall) == pytest.approx(
        result.metric("average_precision", "macro average"), abs=0.01
    )


def test_the_report_shows_both_and_warns(result: EvaluationResult) -> None:
    report = evaluation_report(result)
    assert "a temperature of 1.169, which makes the model less sure" in text_of(report)
    assert "fitted to 49 validation windows only" in warnings_of(report)
    table = table_of(report, "calibration")
    assert table.columns == ("number", "uncalibrated", "calibrated")
    assert table.rows[0][1].startswith("0.468 (")
    plain = evaluation_result(("a", "b"), 100)
    assert calibration_tables(plain) == []
    assert "calibrated" not in warnings_of(evaluation_report(plain))


def test_parameters_give_the_run_again(tmp_path: Path) -> None:
    odd = tmp_path / "a'; touch canary; '.bed"
    odd.write_text("x\n")
    inputs = [Input("--model", MODEL), Input("--intervals", odd, "ex ons"),
              Input("--sequences", odd, "b", "given\u202e.fa")]  # fmt: skip
    path = tmp_path / "parameters.yaml"
    model = config(("a", "b"))
    write_parameters(path, "evaluate", [EvaluationSpec()], inputs,
                     outputs={"--output": "metrics.tsv"}, model=model)  # fmt: skip
    assert path.read_bytes().isascii()
    found = yaml.safe_load(path.read_text())
    assert found["parameters"] == EvaluationSpec().model_dump()
    assert found["inputs"][0] == {"flag": "--model", "file": "model.zip", "sha256": sha256(MODEL)}
    assert found["model"]["training"]["seed"] == 11
    assert str(tmp_path) not in path.read_text()
    # A shell takes the names apart as they are.
    assert shlex.split(found["again"]) == [
        "enngene", "evaluate", "--model", "model.zip", "--intervals", f"ex ons={odd.name}",
        "--sequences", "b=given\u202e.fa", "--split", "test", "--calibrate", "none",
        "--resamples", "2000", "--seed", "1", "--output", "metrics.tsv",
    ]  # fmt: skip
