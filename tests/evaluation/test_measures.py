"""Numbers equal those of scikit-learn, once each and for every weighting of the windows."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from enngene_core.evaluation.bootstrap import intervals, multiplicities, resampled
from enngene_core.evaluation.measures import Measures

Numbers = dict[tuple[str, str], float]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn tells of each share of nothing
        yield


def names(n_classes: int) -> tuple[str, ...]:
    return tuple(f"class_{index}" for index in range(n_classes))


def made_up(
    n_windows: int, n_classes: int, *, seed: int, steps: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """True classes, all of which occur, and probabilities; with few `steps` many are tied."""
    rng = np.random.default_rng(seed)
    y_true = np.append(np.arange(n_classes), rng.integers(0, n_classes, n_windows - n_classes))
    scores = rng.random((n_windows, n_classes))
    scores[np.arange(n_windows), y_true] += 0.3
    if steps:
        scores = np.floor(scores * steps) + 1
    return y_true, scores / scores.sum(axis=1, keepdims=True)


def by_scikit_learn(y_true: np.ndarray, probabilities: np.ndarray, weight: np.ndarray) -> Numbers:
    """The same numbers, by their definitions or by scikit-learn."""
    n_classes = probabilities.shape[1]
    labels, one_hot = np.arange(n_classes), np.eye(n_classes)[y_true]
    predicted = probabilities.argmax(axis=1)
    hard = {"y_true": y_true, "y_pred": predicted, "sample_weight": weight}
    soft = {"y_true": y_true, "y_proba": probabilities, "sample_weight": weight, "labels": labels}
    found: Numbers = {
        ("accuracy", "all"): sklearn_metrics.accuracy_score(**hard),
        ("balanced_accuracy", "all"): sklearn_metrics.balanced_accuracy_score(**hard),
        ("mcc", "all"): sklearn_metrics.matthews_corrcoef(**hard),
        ("log_loss", "all"): sklearn_metrics.log_loss(**soft),
        ("brier_score", "all"): sklearn_metrics.brier_score_loss(**soft),
        ("expected_calibration_error", "all"): calibration_error(y_true, probabilities, weight),
    }
    for metric, function in {
        "f1": sklearn_metrics.f1_score,
        "precision": sklearn_metrics.precision_score,
        "recall": sklearn_metrics.recall_score,
    }.items():
        each = {"labels": labels, "zero_division": np.nan, **hard}
        values = function(**each, average=None)
        found |= {
            (metric, name): value for name, value in zip(names(n_classes), values, strict=True)
        }
        found[metric, "macro average"] = function(**each, average="macro")
    for metric, function in {
        "auroc": sklearn_metrics.roc_auc_score,
        "average_precision": sklearn_metrics.average_precision_score,
    }.items():
        for index, name in enumerate(names(n_classes)):
            found[metric, name] = function(
                one_hot[:, index], probabilities[:, index], sample_weight=weight
            )
        found[metric, "macro average"] = np.mean([found[metric, n] for n in names(n_classes)])
        found[metric, "micro average"] = function(
            one_hot.ravel(), probabilities.ravel(), sample_weight=np.repeat(weight, n_classes)
        )
    return found


def calibration_error(y_true: np.ndarray, probabilities: np.ndarray, weight: np.ndarray) -> float:
    """A loop over 15 bins, open below and closed above."""
    confidence, error = probabilities.max(axis=1), 0.0
    is_right = probabilities.argmax(axis=1) == y_true
    for index in range(15):
        inside = (confidence > index / 15) & (confidence <= (index + 1) / 15)
        if weight[inside].sum():
            share = weight[inside].sum() / weight.sum()
            mean = np.average(confidence[inside], weights=weight[inside])
            right = np.average(is_right[inside], weights=weight[inside])
            error += share * abs(mean - right)
    return error


def assert_equal(measures: Measures, values: np.ndarray, expected: Numbers) -> None:
    assert set(measures.names) == set(expected)
    for key, value in zip(measures.names, values, strict=True):
        assert value == pytest.approx(expected[key], abs=1e-12, nan_ok=True), key


@settings(deadline=None, max_examples=40)
@given(
    n_windows=st.integers(2, 80),
    steps=st.sampled_from([None, 1, 2, 6]),
    seed=st.integers(0, 10**6),
)
def test_two_classes_with_and_without_ties(n_windows: int, steps: int | None, seed: int) -> None:
    y_true, probabilities = made_up(n_windows, 2, seed=seed, steps=steps)
    measures = Measures(y_true, probabilities, names(2))
    expected = by_scikit_learn(y_true, probabilities, np.ones(n_windows))
    assert_equal(measures, measures.values()[0], expected)


@pytest.mark.parametrize("steps", [None, 1, 5])
@pytest.mark.parametrize(("n_windows", "n_classes"), [(60, 3), (400, 30), (30, 30)])
def test_many_classes_with_and_without_ties(
    n_windows: int, n_classes: int, steps: int | None
) -> None:
    y_true, probabilities = made_up(n_windows, n_classes, seed=3, steps=steps)
    measures = Measures(y_true, probabilities, names(n_classes))
    expected = by_scikit_learn(y_true, probabilities, np.ones(n_windows))
    assert_equal(measures, measures.values()[0], expected)


@pytest.mark.parametrize("steps", [None, 4])
@pytest.mark.parametrize(("n_windows", "n_classes"), [(40, 2), (3, 2), (50, 4), (120, 30)])
def test_each_resample_is_that_of_scikit_learn(
    n_windows: int, n_classes: int, steps: int | None
) -> None:
    y_true, probabilities = made_up(n_windows, n_classes, seed=5, steps=steps)
    measures = Measures(y_true, probabilities, names(n_classes))
    weights = multiplicities(measures.class_sizes, 8, np.random.default_rng(1))
    for drawn, values in zip(weights, measures.values(weights), strict=True):
        weight = np.empty(n_windows)
        weight[measures.order] = drawn
        assert_equal(measures, values, by_scikit_learn(y_true, probabilities, weight))


def test_four_windows_by_hand() -> None:
    y_true = np.array([0, 0, 0, 1])
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    measures = Measures(y_true, probabilities, ("a", "b"))
    found = dict(zip(measures.names, measures.values()[0], strict=True))
    assert found["accuracy", "all"] == 0.75
    assert found["balanced_accuracy", "all"] == pytest.approx((2 / 3 + 1) / 2)
    assert found["precision", "b"] == 0.5
    assert found["recall", "a"] == pytest.approx(2 / 3)
    assert found["f1", "b"] == pytest.approx(2 / 3)
    assert found["auroc", "b"] == pytest.approx(2 / 3)  # .7 of the class a is above .6
    assert found["average_precision", "b"] == 0.5
    assert found["brier_score", "all"] == pytest.approx((0.01 + 0.04 + 0.49 + 0.16) / 4)
    expected = -np.log([0.9, 0.8, 0.3, 0.6]).mean()
    assert found["log_loss", "all"] == pytest.approx(expected)
    # Bins of 1/15: .9, .8, .7 and .6 stand alone.
    error = (0.1 + 0.2 + 0.7 + 0.4) / 4
    assert found["expected_calibration_error", "all"] == pytest.approx(error)


def test_what_is_not_defined_is_not_a_number() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]], np.float32)
    measures = Measures(np.array([0, 1, 0]), probabilities, ("a", "b", "c"))
    found = dict(zip(measures.names, measures.values()[0], strict=True))
    for metric in ("f1", "precision", "recall", "auroc", "average_precision"):
        assert np.isnan(found[metric, "c"])
        assert found[metric, "macro average"] == 1
    ends = intervals(measures, resamples=50, seed=1)
    assert np.isnan(ends[measures.names.index(("auroc", "c"))]).all()
    one = Measures(np.array([0, 0]), probabilities[:2], ("a", "b", "c")).values()[0]
    found = dict(zip(measures.names, one, strict=True))
    assert np.isnan(found["auroc", "macro average"])
    assert found["mcc", "all"] == 0
    assert found["accuracy", "all"] == 0.5


def test_probabilities_of_zero_have_a_finite_loss() -> None:
    probabilities = np.array([[1, 0], [1, 0]], np.float32)
    measures = Measures(np.array([0, 1]), probabilities, ("a", "b"))
    loss = measures.values()[0, measures.names.index(("log_loss", "all"))]
    assert loss == pytest.approx(-np.log(np.finfo(np.float32).eps) / 2, rel=1e-6)


def test_draws_keep_the_size_of_each_class() -> None:
    sizes = np.array([3, 0, 1, 40])
    found = multiplicities(sizes, 200, np.random.default_rng(0))
    assert found.shape == (200, 44)
    assert (found[:, :3].sum(axis=1) == 3).all()
    assert (found[:, 3] == 1).all()
    assert (found[:, 4:].sum(axis=1) == 40).all()
    assert found[:, 4:].mean(axis=0) == pytest.approx(1, abs=0.4)
    assert found[:, 4:].var() == pytest.approx(1 - 1 / 40, rel=0.1)  # of a binomial (40, 1/40)


def test_a_seed_gives_the_same_intervals_with_any_number_of_threads() -> None:
    y_true, probabilities = made_up(500, 3, seed=2)
    measures = Measures(y_true, probabilities, names(3))
    one = intervals(measures, resamples=400, seed=7)
    np.testing.assert_array_equal(one, intervals(measures, resamples=400, seed=7, n_threads=3))
    assert (one != intervals(measures, resamples=400, seed=8)).any()


def test_intervals_hold_the_number_and_narrow_with_the_windows() -> None:
    widths = []
    for n_windows in (100, 2500):
        y_true, probabilities = made_up(n_windows, 3, seed=4)
        measures = Measures(y_true, probabilities, names(3))
        ends = intervals(measures, resamples=500, seed=1)
        values = measures.values()[0]
        assert (ends[:, 0] <= values).all() and (values <= ends[:, 1]).all()
        widths.append(ends[:, 1] - ends[:, 0])
    # A fifth for 25 times as many, but for the calibration error.
    error = measures.names.index(("expected_calibration_error", "all"))
    ratio = np.delete(widths[0] / widths[1], error)
    assert ratio.min() > 3 and ratio.max() < 8


def test_the_interval_of_accuracy_is_that_of_its_binomials() -> None:
    """Stratified: the variance is the sum of the classes' own."""
    y_true = np.repeat([0, 1], [400, 100])
    is_right = np.append(np.arange(400) < 360, np.arange(100) < 50)
    p = np.where(is_right == (y_true == 0), 0.8, 0.2)
    measures = Measures(y_true, np.stack([p, 1 - p], axis=1), ("a", "b"))
    drawn = resampled(measures, resamples=4000, seed=1)[:, 0]
    expected = np.sqrt(400 * 0.9 * 0.1 + 100 * 0.5 * 0.5) / 500
    assert drawn.mean() == pytest.approx(0.82, abs=0.002)
    assert drawn.std() == pytest.approx(expected, rel=0.05)
    low, high = intervals(measures, resamples=4000, seed=1)[0]
    assert (low, high) == pytest.approx((0.82 - 1.96 * expected, 0.82 + 1.96 * expected), abs=0.004)
