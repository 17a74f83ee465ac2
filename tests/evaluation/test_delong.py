"""DeLong's test against its definition, window pair by window pair, and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from enngene_core.evaluation.delong import Areas, areas_of_classes


def plain_delong(is_positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Areas and their covariance as DeLong et al. define them: every pair is looked at."""
    m, n = int(is_positive.sum()), int((~is_positive).sum())
    positives, negatives = scores[:, is_positive], scores[:, ~is_positive]
    psi = (positives[:, :, None] > negatives[:, None, :]) + 0.5 * (
        positives[:, :, None] == negatives[:, None, :]
    )
    v10, v01 = psi.mean(axis=2), psi.mean(axis=1)
    return psi.mean(axis=(1, 2)), np.cov(v10) / m + np.cov(v01) / n


def made_up(
    n: int, n_models: int, *, seed: int, steps: int | None
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    is_positive = rng.random(n) < 0.4
    is_positive[:2], is_positive[2:4] = True, False  # two of each at least
    scores = rng.random((n_models, n)) + 0.4 * is_positive * rng.random((n_models, 1))
    return is_positive, np.floor(scores * steps) if steps else scores


@settings(max_examples=40)
@given(
    n=st.integers(4, 60),
    n_models=st.integers(2, 4),
    steps=st.sampled_from([None, 2, 5]),
    seed=st.integers(0, 10**6),
)
def test_the_fast_way_gives_what_the_definition_gives(
    n: int, n_models: int, steps: int | None, seed: int
) -> None:
    is_positive, scores = made_up(n, n_models, seed=seed, steps=steps)
    expected, covariance = plain_delong(is_positive, scores)
    found = Areas.of_class(is_positive, scores)
    assert found is not None
    np.testing.assert_allclose(found.areas, expected, atol=1e-12)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    test = found.compared(1, 0)
    assert test.difference == pytest.approx(expected[1] - expected[0], abs=1e-12)
    if variance > 1e-20:
        z = test.difference / math.sqrt(variance)
        assert test.p_value == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), abs=1e-9)
        reach = 1.959963984540054 * math.sqrt(variance)
        assert test.high == pytest.approx(min(1, test.difference + reach), abs=1e-9)
        assert test.low == pytest.approx(max(-1, test.difference - reach), abs=1e-9)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_the_other_way_round_only_the_sign_differs(seed: int) -> None:
    is_positive, scores = made_up(30, 2, seed=seed, steps=6)
    found = Areas.of_class(is_positive, scores)
    assert found is not None
    there, back = found.compared(1, 0), found.compared(0, 1)
    assert (back.difference, back.low, back.high) == (-there.difference, -there.high, -there.low)
    assert there.p_value == back.p_value


def test_five_windows_by_hand() -> None:
    """Positives .9 .6 .3 and negatives .5 .1: five of six pairs are right; the other has all."""
    is_positive = np.array([True, True, True, False, False])
    scores = np.array([[0.9, 0.6, 0.3, 0.5, 0.1], [0.9, 0.8, 0.7, 0.2, 0.1]])
    found = Areas.of_class(is_positive, scores)
    assert found is not None
    np.testing.assert_allclose(found.areas, [5 / 6, 1])
    # Of the first, V10 = 1, 1, 1/2 and V01 = 2/3, 1; of the second all are 1, without variance.
    np.testing.assert_allclose(found.components[0] * [3, 3, 3, 2, 2], [1, 1, 1 / 2, 2 / 3, 1])
    variance = (1 / 12) / 3 + (1 / 18) / 2
    test = found.compared(1, 0)
    assert test.difference == pytest.approx(1 / 6)
    assert test.low == pytest.approx(1 / 6 - 1.959964 * math.sqrt(variance), abs=1e-6)
    assert test.p_value == pytest.approx(math.erfc(1 / 6 / math.sqrt(2 * variance)))


def test_ties_count_half() -> None:
    is_positive = np.array([True, True, False, False])
    found = Areas.of_class(is_positive, np.array([[1, 0, 1, 0], [0, 0, 0, 0]]))
    assert found is not None
    np.testing.assert_allclose(found.areas, [0.5, 0.5])
    np.testing.assert_allclose(found.components[0] * 2, [0.75, 0.25, 0.25, 0.75])


def test_equal_models_differ_by_nothing() -> None:
    is_positive, scores = made_up(20, 1, seed=4, steps=None)
    # A rising function of the scores ranks as they do.
    found = Areas.of_class(is_positive, np.vstack([scores, np.exp(scores)]))
    assert found is not None
    test = found.compared(1, 0)
    assert (test.difference, test.low, test.high, test.p_value) == (0, 0, 0, 1)


def test_two_perfect_models_differ_by_nothing() -> None:
    is_positive = np.array([True, True, False, False])
    found = Areas.of_class(is_positive, np.array([[4, 3, 2, 1], [3, 4, 1, 2]]))
    assert found is not None
    np.testing.assert_array_equal(found.areas, [1, 1])
    assert found.compared(0, 1).p_value == 1


def test_a_difference_without_variance_has_no_test() -> None:
    """A perfect model and one that says the same of all windows."""
    is_positive = np.array([True, True, False, False])
    found = Areas.of_class(is_positive, np.array([[4, 3, 2, 1], [1, 1, 1, 1]]))
    assert found is not None
    test = found.compared(0, 1)
    assert test.difference == 0.5
    assert np.isnan([test.low, test.high, test.p_value]).all()


def test_a_class_with_one_window_has_no_test() -> None:
    is_positive = np.array([True, False, False, False])
    found = Areas.of_class(is_positive, np.array([[3, 4, 2, 1], [4, 3, 2, 1]]))
    assert found is not None
    test = found.compared(1, 0)
    assert test.difference == pytest.approx(1 / 3)
    assert np.isnan([test.low, test.high, test.p_value]).all()
    assert Areas.of_class(np.zeros(4, bool), np.zeros((2, 4))) is None


@pytest.mark.parametrize("n_classes", [2, 3, 6])
def test_areas_of_classes_are_those_of_scikit_learn(n_classes: int) -> None:
    rng = np.random.default_rng(n_classes)
    y_true = rng.integers(0, n_classes, 80)
    probabilities = [rng.dirichlet(np.ones(n_classes), 80) for _ in range(3)]
    found = dict(areas_of_classes(y_true, probabilities))
    assert list(found) == [*range(n_classes), None]
    one_hot = np.eye(n_classes)[y_true]
    for label in range(n_classes):
        for area, of_model in zip(found[label].areas, probabilities, strict=True):
            expected = roc_auc_score(one_hot[:, label], of_model[:, label])
            assert area == pytest.approx(expected, abs=1e-12)
    for area, of_model in zip(found[None].areas, probabilities, strict=True):
        assert area == pytest.approx(roc_auc_score(one_hot, of_model, average="macro"), abs=1e-12)


def test_the_mean_of_two_classes_is_tested_as_each() -> None:
    rng = np.random.default_rng(1)
    y_true = rng.integers(0, 2, 50)
    first = np.round(rng.random((2, 50)), 1)  # ties, in both classes alike
    probabilities = [np.stack([score, 1 - score], axis=1) for score in first]
    found = dict(areas_of_classes(y_true, probabilities))
    for label in (1, None):
        test, expected = found[label].compared(1, 0), found[0].compared(1, 0)
        assert test.p_value == pytest.approx(expected.p_value, abs=1e-9)
        assert test.low == pytest.approx(expected.low, abs=1e-9)


def test_the_mean_of_classes_varies_as_its_test_says() -> None:
    """Many draws of windows: the spread of differences is that which each draw estimates."""
    rng = np.random.default_rng(3)
    y_true = np.repeat([0, 1, 2], [40, 60, 30])
    differences, reaches, n_sure = [], [], 0
    for _ in range(400):
        shared = rng.normal(size=(130, 3)) + np.eye(3)[y_true]
        probabilities = []
        for _model in range(2):
            scores = np.exp(shared + 0.7 * rng.normal(size=(130, 3)))
            probabilities.append(scores / scores.sum(axis=1, keepdims=True))
        test = dict(areas_of_classes(y_true, probabilities))[None].compared(1, 0)
        differences.append(test.difference)
        reaches.append((test.high - test.low) / 2 / 1.959964)
        n_sure += test.p_value <= 0.05
    assert np.mean(reaches) == pytest.approx(np.std(differences), rel=0.1)
    assert 8 <= n_sure <= 34  # 5 % of 400, of equally good models
