"""What the report of a comparison says, and that it warns where it must."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from enngene_core.evaluation.compared import compared
from enngene_core.evaluation.comparison import Judged
from enngene_core.report.comparison import comparison_report
from enngene_core.report.comparison_words import p_value
from enngene_core.report.markdown import markdown
from enngene_core.report.write import write_report
from enngene_core.specs.comparison import ComparisonSpec
from tests.plots.compared import ONE_CORE, comparison_result, predicted
from tests.plots.results import HOSTILE, config, names
from tests.report.reading import table_of, text_of, warnings_of

CLASSES = ("a", "b", "c")


def test_the_best_is_named_with_its_leads() -> None:
    result = comparison_result(("low", "high", "near"), CLASSES, 300, skills=[0.5, 2.0, 1.85])
    text = text_of(comparison_report(result))
    best = result.ranked("auroc")[0]
    assert best.name == "high"
    value, low, high = best.overall("auroc")
    assert f"the best is high with {value:.3f} ({low:.3f} to {high:.3f})" in text
    lead = result.between("auroc", "high", "low")
    assert lead is not None
    told = f"{lead.difference:.3f} ({lead.low:.3f} to {lead.high:.3f})"
    assert f"By more than chance explains, it is better than low (lead {told}, adj" in text
    assert "do not show that it is better than near (lead " in text
    assert "As 3 pairs of models were compared" in text
    assert "adjusted by Holm's method" in text


def test_one_pair_needs_no_word_of_corrections() -> None:
    text = text_of(comparison_report(comparison_result(("x", "y"), CLASSES, 90)))
    assert "adjusted by" not in text
    assert "drawn 200 times" in text


def test_leaders_by_each_number_are_a_table() -> None:
    result = comparison_result(("x", "y"), CLASSES, 90)
    rows = {row[0]: row for row in table_of(comparison_report(result), "leaders").rows}
    first, second = result.ranked("log_loss")
    item = result.between("log_loss", first.name, second.name)
    assert item is not None and item.difference < 0
    assert rows["log loss"][1:] == (
        first.name,
        second.name,
        f"{item.difference:.3f} ({item.low:.3f} to {item.high:.3f})",
        p_value(item.p_adjusted),
    )
    exact = result.between("accuracy", *rows["accuracy"][1:3], test="mcnemar")
    assert exact is not None
    assert rows["accuracy, exact test"][4] == p_value(exact.p_adjusted)


def test_against_the_first_alone_says_what_was_not_compared() -> None:
    names = ("first", "best", "other")
    result = comparison_result(names, CLASSES, 90, skills=[1, 2, 1.5], against="first")
    report = comparison_report(result)
    assert "It was not compared with 1 of the others" in text_of(report)
    assert "every model was compared with first alone" in text_of(report)
    rows = {row[0]: row for row in table_of(report, "leaders").rows}
    assert rows["Matthews correlation"][1:4] == ("best", "other", "not compared")


def test_figures_have_their_numbers() -> None:
    result = comparison_result(("x", "y", "z"), CLASSES, 90)
    report = comparison_report(result)
    numbers = {row[:2]: row[2:] for row in table_of(report, "numbers").rows}
    for model in result.models:
        assert numbers[model.name, "mcc"] == model.overall("mcc")
    for metric, model, reference, *found in table_of(report, "differences").rows:
        item = result.between(metric, model, reference)
        assert item is not None and tuple(found) == item[4:9]
    for name in ("roc", "precision_recall"):
        drawn = {row[:2] for row in table_of(report, name).rows}
        assert drawn == {(m, c) for m in "xyz" for c in (*CLASSES, "mean of the classes")}


def test_seen_windows_and_few_windows_are_warned_of() -> None:
    seen = warnings_of(
        comparison_report(comparison_result(("x", "y"), ("a", "b"), 200, split="train"))
    )
    assert "the one that remembers best" in seen
    assert "Only" not in seen.replace("Only predictions", "")
    few = warnings_of(comparison_report(comparison_result(("x", "y"), ("a", "b"), 12)))
    assert "Only 12 windows were judged" in few
    assert "Fewer than 10 windows stand behind the numbers of a (6) and b (6)" in few
    assert "the windows for independent of each other" in few


def test_whoever_may_have_seen_the_windows_is_named() -> None:
    made = config(CLASSES)
    own = comparison_result(
        ("x", "y"), CLASSES, 200, judged={"config": made, "is_own_dataset": True}
    )
    told = warnings_of(comparison_report(own))
    assert "advantage" not in told
    assert "This dataset was divided at random" in told
    models = [
        own.models[0],
        replace(own.models[1], judged=replace(own.models[1].judged, is_own_dataset=False)),
    ]
    told = warnings_of(comparison_report(replace(own, models=models)))
    assert "not of the dataset that y was trained on, but of that of the other models" in told
    none = comparison_result(("x", "y"), CLASSES, 200, judged={"config": made})
    assert "any of the models was trained on" in warnings_of(comparison_report(none))
    unknown = comparison_result(("x", "y"), CLASSES, 200)
    assert "Only predictions were compared" in warnings_of(comparison_report(unknown))
    rows = table_of(comparison_report(own), "networks").rows
    assert rows[0][:4] == ("x", "sequence, structure and conservation", 20, 1)


def test_too_few_resamples_for_so_many_tests() -> None:
    result = comparison_result(names(6), CLASSES, 60, resamples=200)
    told = warnings_of(comparison_report(result))
    assert "gives no p-value below 0.01" in told
    assert "up to 45 tests" in told  # 15 pairs, 3 classes
    enough = comparison_result(("x", "y"), CLASSES, 60, resamples=200)
    assert "gives no p-value" not in warnings_of(comparison_report(enough))


def test_perfection_is_not_trusted() -> None:
    y_true = np.arange(40) % 2
    perfect = np.where(np.eye(2)[y_true] > 0, 0.9, 0.1).astype(np.float32)
    _, (other,) = predicted(("a", "b"), 40, [1.0])
    models = [Judged("x", perfect), Judged("y", other)]
    spec = ComparisonSpec(resamples=50)
    result = compared(models, y_true, ("a", "b"), spec, execution=ONE_CORE)
    told = warnings_of(comparison_report(result))
    assert "An interval without width, as of x, does not mean" in told
    usual = comparison_result(("x", "y"), CLASSES, 60)
    assert "without width" not in warnings_of(comparison_report(usual))


def test_what_was_left_out_is_counted() -> None:
    made = {"config": config(CLASSES)}
    result = comparison_result(("x", "y"), CLASSES, 60, split=None, n_left_out=3, judged=made)
    report = comparison_report(result)
    assert "3 intervals or sequences" in warnings_of(report)
    assert "made as those of its own training data" in text_of(report)


@pytest.mark.parametrize("resamples", [0, 50])
def test_degenerate_comparisons_have_a_report(tmp_path: Path, resamples: int) -> None:
    """One class alone; equal models; a class with one window."""
    y_true, (first, second) = predicted(CLASSES, 30, [1.0, 2.0])
    single = np.where(y_true == 2, 0, y_true)
    single[5] = 2
    for number, (labels, other) in enumerate(
        [(np.zeros(30, int), second), (y_true, first), (single, second)]
    ):
        models = [Judged("x", first), Judged("y", other)]
        spec = ComparisonSpec(resamples=resamples)
        result = compared(models, labels, CLASSES, spec, execution=ONE_CORE)
        page = tmp_path / f"{number}.html"
        write_report(comparison_report(result), html=page, markdown=None, figures=None)
        assert "Which is the best" in page.read_text()
    assert math.isnan(result.models[0].overall("auroc").value) is False


def test_hostile_names_come_out_as_they_are(tmp_path: Path) -> None:
    result = comparison_result(HOSTILE, HOSTILE[:3], 60, resamples=50)
    report = comparison_report(result)
    page, folder = tmp_path / "page.html", tmp_path / "figures"
    write_report(report, html=page, markdown=None, figures=folder)
    assert "<script>" not in page.read_text()
    cells = {line.split("\t")[0] for line in (folder / "roc.tsv").read_text().splitlines()}
    assert not any(cell.startswith("=") for cell in cells)
    made = markdown(report)
    assert len(made.encode()) <= 10 * 1024
    assert made.count("```galaxy\n") == 4


def test_twenty_models_and_thirty_classes_fit(tmp_path: Path) -> None:
    result = comparison_result(names(20), names(30), 300, resamples=20)
    report = comparison_report(result)
    assert {row[2] for row in table_of(report, "differences").rows} < set(names(20))
    assert len({row[1:3] for row in table_of(report, "differences").rows}) == 19
    assert {row[1] for row in table_of(report, "roc").rows} == {"mean of the classes"}
    assert len(markdown(report).encode()) <= 10 * 1024
