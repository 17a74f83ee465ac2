import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from enngene_core.evaluation.thresholds import best_thresholds


def test_six_windows_by_hand() -> None:
    y_true = np.array([0, 1, 0, 0, 1, 1])
    of_first = np.array([0.9, 0.8, 0.7, 0.6, 0.3, 0.2])
    probabilities = np.stack([of_first, 1 - of_first], axis=1)
    f1, mcc, youden = best_thresholds(y_true, probabilities, ("a", "b"))[:3]
    for found in (f1, mcc, youden):  # three of three are found, and one other
        assert (found.of_class, found.threshold, found.recall) == ("a", 0.6, 1)
        assert (found.precision, found.specificity) == pytest.approx((3 / 4, 2 / 3))
    assert (f1.best_by, f1.value) == ("f1", pytest.approx(6 / 7))
    assert (mcc.best_by, mcc.value) == ("mcc", pytest.approx(6 / np.sqrt(4 * 2 * 3 * 3)))
    assert (youden.best_by, youden.value) == ("youden_j", pytest.approx(2 / 3))


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 40), st.sampled_from([3, 1000]), st.integers(0, 10**6))
def test_no_threshold_is_better(n_windows: int, steps: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y_true = np.append([0, 1], rng.integers(0, 2, n_windows - 2))
    of_first = rng.integers(1, steps, n_windows) / steps
    probabilities = np.stack([of_first, 1 - of_first], axis=1)
    measures = {
        "f1": sklearn_metrics.f1_score,
        "mcc": sklearn_metrics.matthews_corrcoef,
        "youden_j": lambda t, p: sklearn_metrics.balanced_accuracy_score(t, p) * 2 - 1,
    }
    for found in best_thresholds(y_true, probabilities, ("a", "b"))[:3]:
        of = measures[found.best_by]
        tried = {t: of(y_true == 0, of_first >= t) for t in np.unique(of_first)}
        assert found.value == pytest.approx(max(tried.values()), abs=1e-12)
        assert found.value == pytest.approx(tried[found.threshold], abs=1e-12)
        taken = of_first >= found.threshold
        assert found.precision == pytest.approx((y_true[taken] == 0).mean())
        assert found.recall == pytest.approx(taken[y_true == 0].mean())
        assert found.specificity == pytest.approx(1 - taken[y_true == 1].mean())


def test_a_class_of_all_or_none_has_no_thresholds() -> None:
    for found in best_thresholds(np.zeros(3, int), np.full((3, 2), 0.5), ("a", "b")):
        assert np.isnan([found.value, found.threshold, found.precision]).all()
