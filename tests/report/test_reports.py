"""What the reports say, and that they warn where they must."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from enngene_core.evaluation.result import score
from enngene_core.report.description import Figure, Report
from enngene_core.report.evaluation import evaluation_report
from enngene_core.report.interpretation import interpretation_report
from enngene_core.report.interpretation_figures import MOST_FIGURES
from enngene_core.report.preprocess import preprocess_report
from enngene_core.report.split import split_report
from enngene_core.report.training import training_report
from enngene_core.report.words import listed, wilson
from enngene_core.specs.evaluation import EvaluationSpec
from tests.plots.results import (
    config,
    evaluation_result,
    interpretation_result,
    mutagenesis_result,
    names,
    preprocess_result,
    split_result,
    training_result,
    with_difference,
    with_fit,
    with_schedule,
)
from tests.report.reading import table_of, text_of, warnings_of

HEADINGS = [
    "What was done",
    "How good it is",
    "How far test results can be trusted",
    "What to be careful about",
    "Figures",
    "Tables",
    "How to run it again",
]


PLENTY = np.full((2, 4), 500)


@pytest.mark.parametrize(
    "make",
    [
        lambda: preprocess_report(preprocess_result(("a", "b"), PLENTY)),
        lambda: split_report(split_result(("a", "b"), PLENTY)),
        lambda: training_report(training_result()),
        lambda: evaluation_report(evaluation_result(("a", "b"), 200)),
        lambda: interpretation_report(interpretation_result()),
    ],
)
def test_reports_have_the_same_order(make: Callable[[], Report]) -> None:
    report = make()
    headings = [section.heading for section in report.sections]
    assert headings == [heading for heading in HEADINGS if heading in headings]
    assert {"What was done", "Figures", "How to run it again"} <= set(headings)
    assert ("seed of preprocessing", "7") in report.sections[-1].blocks[1].rows
    assert table_of(report, "inputs").rows[0] == ("intervals:a", "ab12" * 16)


def test_training_tells_the_kept_epoch_and_its_numbers() -> None:
    text = text_of(training_report(training_result()))
    assert "epoch 2, where the validation loss was lowest" in text
    assert "accuracy on validation windows: 80.0 %" in text
    assert "accuracy of always naming the most frequent class: 60.0 %" in text
    assert "The test windows were not looked at" in text


def test_training_warns() -> None:
    result = training_result()
    falling = with_fit(result, history=result.fits[0].history[:2])
    assert "still falling" in warnings_of(training_report(falling))
    assert "still falling" not in warnings_of(training_report(result))
    assert "still falling" not in warnings_of(training_report(with_schedule(falling, "cosine")))
    blind = with_fit(result, history=[(1, 0.6, 0.9, 0.7, 0.6)], best_epoch=1, stopped_early=True)
    warnings = warnings_of(training_report(blind))
    assert "no better than always naming the most frequent class (60.0 %)" in warnings
    assert "it overfits" in warnings
    unused = replace(result, unused_branches=("structure",))
    assert "structure too, which the network doesn't read" in warnings_of(training_report(unused))


def test_evaluation_gives_accuracy_with_its_interval() -> None:
    result = evaluation_result(("a", "b", "c"), 90)
    report = evaluation_report(result)
    right = int(np.trace(result.confusion))
    low, high = result.interval("accuracy")
    assert low < right / 90 < high
    assert (
        f"accuracy: {100 * right / 90:.1f} % ({right} of 90 windows; 95 % interval "
        f"{100 * low:.1f} % to {100 * high:.1f} %)"
    ) in text_of(report)
    assert "Only 90 windows were evaluated" in warnings_of(report)


def test_evaluation_gives_each_number_with_its_interval() -> None:
    result = evaluation_result(("a", "b", "c"), 90)
    report = evaluation_report(result)

    def told(metric: str, of_class: str = "all", *, digits: int = 3) -> str:
        numbers = (result.metric(metric, of_class), *result.interval(metric, of_class))
        return "{} ({} to {})".format(*(f"{number:.{digits}f}" for number in numbers))

    assert f"AUROC, mean of the classes: {told('auroc', 'macro average')}" in text_of(report)
    assert "The range behind a number is its 95 % interval" in text_of(report)
    assert "drawn 50 times from themselves" in text_of(report)
    assert ("Matthews correlation", told("mcc")) in [
        row[:2] for row in table_of(report, "numbers").rows
    ]
    row = table_of(report, "classes").rows[0]
    assert row[:4] == ("a", 30, int(result.confusion[:, 0].sum()), told("recall", "a", digits=2))
    assert row[5] == told("auroc", "a", digits=2)
    name, f1, *others = table_of(report, "thresholds").rows[0]
    assert (name, len(others)) == ("a", 2)
    assert f1 == f"{result.thresholds[0].threshold:.4f}"


def test_evaluation_without_resamples_has_the_interval_of_a_share() -> None:
    result = evaluation_result(("a", "b", "c"), 90, resamples=0)
    report = evaluation_report(result)
    low, high = wilson(int(np.trace(result.confusion)), 90)
    assert f"95 % interval {100 * low:.1f} % to {100 * high:.1f} %" in text_of(report)
    assert "The range behind a number" not in text_of(report)
    assert table_of(report, "classes").rows[0][3] == f"{result.metric('recall', 'a'):.2f}"


def test_evaluation_without_a_mistake_is_not_sure() -> None:
    """All draws of right predictions are right: Wilson's interval still tells how few they are."""
    y_true = np.arange(20) % 2
    probabilities = np.where(np.eye(2)[y_true] > 0, 0.9, 0.1)
    made = config(("a", "b"))
    result = score(made, "test", y_true, probabilities, spec=EvaluationSpec(resamples=20))
    assert result.interval("accuracy") == (1, 1)
    low, high = wilson(20, 20)
    assert low < 0.9
    expected = f"95 % interval {100 * low:.1f} % to {100 * high:.1f} %"
    assert expected in text_of(evaluation_report(result))


def test_evaluation_warns_of_seen_windows_and_absent_classes() -> None:
    seen = warnings_of(evaluation_report(evaluation_result(("a", "b"), 200, split="train")))
    assert "how well it remembers" in seen
    assert "Only" not in seen
    absent = warnings_of(evaluation_report(evaluation_result(("a", "b", "c"), 2)))
    assert "There is no window of c among these" in absent


def test_evaluation_warns_when_it_is_no_better_than_the_majority() -> None:
    result = evaluation_result(("a", "b"), 200)
    confusion = np.array([[100, 0], [100, 0]])
    warnings = warnings_of(evaluation_report(replace(result, confusion=confusion)))
    assert "Accuracy (50.0 %) is no better" in warnings
    assert "No window at all was predicted to be b." in warnings


def test_numbers_of_the_confusion_matrix_leave_nothing_out() -> None:
    for n_classes in (3, 70):
        result = evaluation_result(names(n_classes), 210)
        rows = table_of(evaluation_report(result), "confusion").rows
        assert sum(row[2] for row in rows) == 210


def test_interpretation_counts_large_completeness_errors() -> None:
    result = interpretation_result()
    assert "miss the difference" not in warnings_of(interpretation_report(result))
    difference = np.full(6, -2.0, dtype=np.float32)
    difference[:2] = -2.2
    warnings = warnings_of(interpretation_report(with_difference(result, difference)))
    assert "In 2 windows of 6" in warnings
    assert "at most 9.1 %" in warnings


def test_interpretation_tells_how_exact_it_is() -> None:
    result = interpretation_result()
    text = text_of(interpretation_report(result))
    assert "6 windows of 6 are within the tolerance of 1.0 %, with 16 steps" in text
    rows = table_of(interpretation_report(result), "windows").rows
    assert [row[-2:] for row in rows] == [[0.0, 16]] * 6


def test_interpretation_tells_the_baseline_and_the_output() -> None:
    result = interpretation_result()
    spec = result.spec.model_copy(
        update={"baseline": "shuffled", "shuffles": 7, "of": "probabilities", "seed": 5}
    )
    text = text_of(interpretation_report(replace(result, spec=spec)))
    assert "the network's probability of the window's own predicted class" in text
    assert "7 shuffles of its own bases" in text
    assert "seed: 5" in text


def test_mutagenesis_says_what_it_changed() -> None:
    report = interpretation_report(mutagenesis_result())
    assert "each base of the sequence was replaced by each of the three others" in text_of(report)
    assert "structure and conservation stayed as before" in warnings_of(report)
    numbers = table_of(report, "substitutions_1")
    fourth = dict(zip(numbers.columns, numbers.rows[3], strict=True))
    assert (fourth["sequence"], fourth["to_T"], fourth["sequence_attribution"]) == ("A", -1.5, 0.5)
    assert "completeness" not in " ".join(table_of(report, "windows").columns)


def test_interpretation_shares_and_numbers() -> None:
    report = interpretation_report(interpretation_result())
    assert "sequence 100.0 %, structure 0.0 %, conservation 0.0 %" in text_of(report)
    numbers = table_of(report, "attributions_1")
    assert len(numbers.rows) == 3 * 20
    fourth = dict(zip(numbers.columns, numbers.rows[3], strict=True))
    assert (fourth["name"], fourth["position"]) == ("peak_4", 4)
    assert fourth["sequence"] in "ACGTN"
    assert fourth["sequence_attribution"] == -2.0


def test_interpretation_of_one_class_says_so() -> None:
    result = interpretation_result()
    one = replace(result, target=np.zeros(6, dtype=np.int64))
    assert "Every window was predicted to be a" in warnings_of(interpretation_report(one))


def test_interpretation_of_many_classes_draws_some() -> None:
    report = interpretation_report(interpretation_result(names(50), n_windows=100))
    figures = [b for s in report.sections for b in s.blocks if isinstance(b, Figure)]
    names_of_figures = [figure.name for figure in figures]
    assert sum(name.startswith("attributions_") for name in names_of_figures) == MOST_FIGURES
    assert sum(name.startswith("logos_") for name in names_of_figures) == MOST_FIGURES
    assert len(table_of(report, "classes").rows) == 50


def test_lists_of_names_are_short() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(names(30)).endswith("class_7 and 22 more")
    assert len(listed(["x" * 100] * 1000)) < 300


def test_wilson_interval() -> None:
    # Brown, Cai and DasGupta 2001: 0 of 10 gives 0 to 0.2775.
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)


def test_reports_start_without_tensorflow() -> None:
    modules = ("preprocess", "split", "training", "evaluation", "interpretation", "write")
    imports = "; ".join(f"import enngene_core.report.{module}" for module in modules)
    code = f"import sys; {imports}; print(sorted({{'tensorflow', 'keras'}} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
