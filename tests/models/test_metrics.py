import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from enngene_core.models.metrics import class_curves, confusion, curves_by_class, micro_average


def test_four_windows_by_hand() -> None:
    curves = class_curves(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.4, 0.1]))
    assert curves.auroc == 0.75  # three of the four pairs stand in the right order
    assert curves.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert curves.prevalence == 0.5
    assert (curves.false_positive_rate[0], curves.true_positive_rate[-1]) == (0, 1)


@pytest.mark.parametrize("is_positive", [True, False])
def test_a_class_of_all_or_none_has_no_curves(is_positive: bool) -> None:
    assert class_curves(np.full(3, is_positive), np.array([0.1, 0.2, 0.3])) is None


def test_confusion_by_hand() -> None:
    probabilities = np.array([[0.6, 0.3, 0.1], [0.1, 0.6, 0.3], [0.2, 0.7, 0.1], [0.4, 0.4, 0.2]])
    found = confusion(np.array([0, 1, 0, 0]), probabilities)
    assert found.tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]  # the first of equals is taken


def test_many_classes_and_ties_as_scikit_learn_has_them() -> None:
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 5, 300)
    probabilities = rng.integers(1, 9, (300, 5)) / 10  # many ties
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    one_hot = np.eye(5)[y_true]
    curves = curves_by_class(y_true, probabilities, tuple("abcde"))
    for index, name in enumerate("abcde"):
        pair = one_hot[:, index], probabilities[:, index]
        assert curves[name].auroc == pytest.approx(sklearn_metrics.roc_auc_score(*pair), abs=1e-12)
        assert curves[name].average_precision == pytest.approx(
            sklearn_metrics.average_precision_score(*pair), abs=1e-12
        )
    micro = micro_average(y_true, probabilities)
    expected = sklearn_metrics.roc_auc_score(one_hot, probabilities, average="micro")
    assert micro.auroc == pytest.approx(expected, abs=1e-12)
    expected = sklearn_metrics.average_precision_score(one_hot, probabilities, average="micro")
    assert micro.average_precision == pytest.approx(expected, abs=1e-12)
