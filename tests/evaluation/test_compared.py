"""Numbers, differences and families of tests, of predictions that are made up."""

import numpy as np
import pytest

from enngene_core.errors import InsufficientMemoryError
from enngene_core.evaluation.compared import compared
from enngene_core.evaluation.comparison import BY_CLASS, OVERALL, Judged
from enngene_core.evaluation.measures import Measures
from enngene_core.specs.comparison import ComparisonSpec
from enngene_core.specs.execution import ExecutionSpec
from tests.plots.compared import ONE_CORE, comparison_result, predicted
from tests.refusal import refused

FEW = ComparisonSpec(resamples=200)


def test_differences_are_those_of_the_numbers() -> None:
    result = comparison_result(("x", "y", "z"), ("a", "b", "c"), 150)
    for model in result.models:
        measures = Measures(result.y_true, model.judged.probabilities, result.classes)
        expected = dict(zip(measures.names, measures.values()[0], strict=True))
        assert {key: item.value for key, item in model.numbers.items()} == expected
        for item in model.numbers.values():
            assert item.low <= item.value <= item.high
    numbers = {model.name: model.numbers for model in result.models}
    for item in result.comparisons:
        key = (item.metric, item.of_class)
        expected = numbers[item.model][key].value - numbers[item.reference][key].value
        assert item.difference == pytest.approx(expected, abs=1e-12)
        assert item.p_value <= item.p_adjusted <= 1
        if item.test != "mcnemar":
            assert item.low <= item.difference <= item.high
            # What the interval says of 0 is what the test says.
            is_beyond = item.low > 0 or item.high < 0
            assert is_beyond == (item.p_value < 0.05) or abs(item.p_value - 0.05) < 0.02, item


def test_every_pair_is_compared_by_every_number() -> None:
    result = comparison_result(("x", "y", "z"), ("a", "b", "c"), 60)
    found = [(item.metric, item.of_class, item.test) for item in result.comparisons]
    wanted = {
        (m, of_class, "delong" if m == "auroc" else "bootstrap")
        for m, of_class in [
            *OVERALL.items(),
            *((m, name) for m in BY_CLASS for name in result.classes),
        ]
    }
    wanted.add(("accuracy", "all", "mcnemar"))
    assert {key: found.count(key) for key in found} == dict.fromkeys(wanted, 3)
    pairs = {(item.model, item.reference) for item in result.comparisons}
    assert pairs == {("y", "x"), ("z", "x"), ("z", "y")}
    first = comparison_result(("x", "y", "z"), ("a", "b", "c"), 60, against="first")
    assert {(item.model, item.reference) for item in first.comparisons} == {("y", "x"), ("z", "x")}


def test_a_family_is_one_number_by_one_test() -> None:
    """Overall numbers over the pairs; those of classes over pairs and classes."""
    result = comparison_result(("x", "y", "z"), ("a", "b", "c"), 60)
    for item in result.comparisons:
        is_overall = item.of_class == OVERALL[item.metric]
        assert item.n_tests == (3 if is_overall else 9)
    overall = [item for item in result.comparisons if item[:2] == ("auroc", "macro average")]
    smallest = min(overall, key=lambda item: item.p_value)
    assert smallest.p_adjusted == pytest.approx(min(1, 3 * smallest.p_value))
    pair = comparison_result(("x", "y"), ("a", "b", "c"), 60)
    for item in pair.comparisons:
        if item.of_class == OVERALL[item.metric]:
            assert item.p_adjusted == item.p_value  # one test needs no correction
    sharper = comparison_result(
        ("x", "y", "z"), ("a", "b", "c"), 60, correction="benjamini-hochberg"
    )
    both = list(zip(sharper.comparisons, result.comparisons, strict=True))
    assert all(one.p_adjusted <= other.p_adjusted for one, other in both)
    assert any(one.p_adjusted < other.p_adjusted for one, other in both)


def test_of_two_classes_auroc_is_tested_once() -> None:
    result = comparison_result(("x", "y"), ("a", "b"), 60)
    assert [item.of_class for item in result.comparisons if item.metric == "auroc"] == [
        "macro average"
    ]


def test_equal_models_differ_in_nothing() -> None:
    y_true, (probabilities,) = predicted(("a", "b", "c"), 60, [1.0])
    models = [Judged("x", probabilities), Judged("y", probabilities.copy())]
    result = compared(models, y_true, ("a", "b", "c"), FEW, execution=ONE_CORE)
    for item in result.comparisons:
        assert (item.difference, item.p_value, item.p_adjusted) == (0, 1, 1), item
        if item.test != "mcnemar":
            assert (item.low, item.high) == (0, 0)


def test_the_order_of_models_changes_only_signs() -> None:
    y_true, probabilities = predicted(("a", "b", "c"), 90, [1.0, 1.4])
    models = [Judged(name, found) for name, found in zip("xy", probabilities, strict=True)]
    there = compared(models, y_true, ("a", "b", "c"), FEW, execution=ONE_CORE)
    back = compared(models[::-1], y_true, ("a", "b", "c"), FEW, execution=ONE_CORE)
    assert [m.numbers for m in back.models] == [m.numbers for m in there.models[::-1]]
    for one, other in zip(there.comparisons, back.comparisons, strict=True):
        assert one.p_value == other.p_value
        found = (-other.difference, -other.high, -other.low)
        assert (one.difference, one.low, one.high) == pytest.approx(found, nan_ok=True, abs=1e-12)


def test_a_perfect_and_a_collapsed_model() -> None:
    """AUROC 1 against a model that says the same of every window: no variance, and so no test."""
    y_true = np.arange(40) % 2
    perfect = np.where(np.eye(2)[y_true] > 0, 0.9, 0.1).astype(np.float32)
    models = [Judged("x", perfect), Judged("y", np.full((40, 2), 0.5, np.float32))]
    result = compared(models, y_true, ("a", "b"), FEW, execution=ONE_CORE)
    auroc = result.between("auroc", "x", "y")
    assert auroc is not None and auroc.difference == pytest.approx(0.5)
    assert np.isnan([auroc.p_value, auroc.p_adjusted, auroc.low, auroc.high]).all()
    assert auroc.n_tests == 0
    accuracy = result.between("accuracy", "x", "y")
    assert accuracy is not None
    assert (accuracy.low, accuracy.high, accuracy.test) == (0.5, 0.5, "bootstrap")
    assert accuracy.p_value == pytest.approx(2 / 201)
    assert result.ranked("auroc")[0].name == "x"


def test_classes_without_or_with_one_window() -> None:
    y_true, probabilities = predicted(("a", "b", "c", "d"), 40, [1.0, 1.5])
    y_true = np.where(y_true == 3, 0, y_true)
    y_true[y_true == 2] = 1
    y_true[7] = 2
    models = [Judged(name, found) for name, found in zip("xy", probabilities, strict=True)]
    result = compared(models, y_true, ("a", "b", "c", "d"), FEW, execution=ONE_CORE)
    for of_class in ("c", "d", "macro average"):  # c has one window, d none
        item = result.between("auroc", "y", "x", of_class)
        assert item is not None and np.isnan(item.p_value)
    for of_class in ("a", "b"):
        item = result.between("auroc", "y", "x", of_class)
        assert item is not None and item.p_value <= 1 and item.n_tests == 2
    one_class = compared(models, np.zeros(40, int), ("a", "b", "c", "d"), FEW, execution=ONE_CORE)
    assert one_class.main == "accuracy"
    assert one_class.ranked("auroc") == []


def test_without_resamples_exact_tests_are_left() -> None:
    result = comparison_result(("x", "y"), ("a", "b", "c"), 60, resamples=0)
    assert {item.test for item in result.comparisons} == {"delong", "mcnemar"}
    assert np.isnan(result.models[0].overall("accuracy").low)


def test_a_seed_gives_the_same_comparison() -> None:
    one, again, other = (
        str(comparison_result(("x", "y"), ("a", "b"), 80, seed=seed).comparisons)
        for seed in (3, 3, 4)
    )
    assert one == again
    assert one != other


def test_draws_that_do_not_fit_are_refused() -> None:
    y_true, probabilities = predicted(("a", "b"), 20, [1.0] * 20)
    models = [Judged(str(number), found) for number, found in enumerate(probabilities)]
    spec = ComparisonSpec(resamples=20_000)
    with refused(InsufficientMemoryError, "20,000 resamples of 20 models", "--resamples"):
        compared(models, y_true, ("a", "b"), spec, execution=ExecutionSpec(memory=20))
