"""The paired bootstrap, McNemar's test, and the correction for several tests."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from enngene_core.evaluation.bootstrap import multiplicities
from enngene_core.evaluation.measures import Measures
from enngene_core.evaluation.multiplicity import adjusted
from enngene_core.evaluation.paired import bootstrap_tests, mcnemar_test, resampled_together
from enngene_core.seeding import named_rng
from tests.plots.compared import predicted

CLASSES = ("a", "b", "c")


def measures_of(n_windows: int, n_models: int) -> list[Measures]:
    y_true, probabilities = predicted(CLASSES, n_windows, [1.0] * n_models)
    # Not one class after the other, so that places matter.
    order = np.random.default_rng(2).permutation(n_windows)
    return [Measures(y_true[order], of_model[order], CLASSES) for of_model in probabilities]


def test_every_model_sees_the_same_draws() -> None:
    """Each draw again, window by window: weights of one draw give all models' numbers."""
    models = measures_of(40, 3)
    drawn = resampled_together(models, resamples=30, seed=5)
    assert drawn.shape == (3, 30, len(models[0].names))
    # A copy of a model has its numbers in each draw, wherever it stands.
    again = resampled_together([models[2], models[0], models[2]], resamples=30, seed=5)
    np.testing.assert_array_equal(again, drawn[[2, 0, 2]])


def test_a_draw_is_an_evaluation_of_the_drawn_windows() -> None:
    """The slow way: windows are written as often as they were drawn, and judged again."""
    y_true, probabilities = predicted(CLASSES, 60, [1.0, 1.5])
    order = np.random.default_rng(3).permutation(60)
    y_true, probabilities = y_true[order], [found[order] for found in probabilities]
    models = [Measures(y_true, found, CLASSES) for found in probabilities]
    drawn = resampled_together(models, resamples=5, seed=9)
    counts = multiplicities(models[0].class_sizes, 5, named_rng(9, "resamples from 0"))
    by_class = np.argsort(y_true, kind="stable")
    for draw, times in enumerate(counts):
        rows = np.repeat(by_class, times)
        for model, found in enumerate(probabilities):
            expected = Measures(y_true[rows], found[rows], CLASSES).values()[0]
            np.testing.assert_allclose(drawn[model, draw], expected, atol=1e-12)


def test_draws_are_of_windows_and_not_of_places() -> None:
    """Two models that are right about the same windows have one accuracy in each draw."""
    y_true = np.array([0, 1, 0, 1, 0, 1, 1, 0])
    right = np.array([1, 1, 0, 1, 0, 0, 1, 1], bool)
    of_label = np.where(right, y_true, 1 - y_true)
    sure = np.where(np.eye(2)[of_label] > 0, 0.9, 0.1)
    rising = np.linspace(0.95, 0.6, 8)[:, None]  # other bins, and so another order
    unsure = np.where(np.eye(2)[of_label] > 0, rising, 1 - rising)
    models = [Measures(y_true, p, ("a", "b")) for p in (sure, unsure)]
    assert (models[0].order != models[1].order).any()
    first, second = resampled_together(models, resamples=50, seed=1)
    at = models[0].names.index(("accuracy", "all"))
    np.testing.assert_array_equal(first[:, at], second[:, at])
    assert len(np.unique(first[:, at])) > 2
    loss = models[0].names.index(("log_loss", "all"))
    assert (first[:, loss] != second[:, loss]).any()


def test_a_seed_gives_the_same_draws_with_any_number_of_threads() -> None:
    models = measures_of(500, 2)
    one = resampled_together(models, resamples=300, seed=7)
    np.testing.assert_array_equal(
        one, resampled_together(models, resamples=300, seed=7, n_threads=3)
    )
    assert (one != resampled_together(models, resamples=300, seed=8)).any()


def test_p_values_of_draws_by_hand() -> None:
    drawn = np.array([[-1.0, 0, 1, np.nan], [1, 0, 2, np.nan], [2, 0, 3, 1], [3, 0, 4, 2]])
    found = bootstrap_tests(np.array([1.0, 0, 2.5, np.nan]), drawn, np.zeros(4, bool))
    assert found[0].p_value == 2 * (1 + 1) / 5
    assert (found[1].p_value, found[1].low, found[1].high) == (1, 0, 0)  # equal in all draws
    assert found[2].p_value == 2 * (0 + 1) / 5  # never 0
    assert np.isnan([found[3].p_value, found[3].low, found[3].high]).all()
    assert found[0].low == pytest.approx(np.quantile(drawn[:, 0], 0.025))
    # Rounding is no difference.
    assert bootstrap_tests(np.zeros(1), np.full((4, 1), 1e-16), np.zeros(1, bool))[0].p_value == 1
    # A number that draws are too high in: mirrored at what was found.
    biased = bootstrap_tests(np.array([-2.0]), drawn[:, :1], np.ones(1, bool))[0]
    assert biased.low == pytest.approx(-4 - np.quantile(drawn[:, 0], 0.975))
    assert biased.p_value == 2 * (0 + 1) / 5  # mirrored draws: -3, -5, -6, -7


def test_mcnemar_is_the_sign_test_of_what_only_one_gets_right() -> None:
    right = np.array([1] * 9 + [1, 0, 0], bool)
    reference = np.array([1] * 4 + [0] * 5 + [0, 1, 0], bool)  # 6 to 1
    found = mcnemar_test(right, reference)
    assert found.difference == pytest.approx(5 / 12)
    assert found.p_value == pytest.approx(2 * (comb(7, 0) + comb(7, 1)) / 2**7)
    assert np.isnan([found.low, found.high]).all()
    assert mcnemar_test(right, right).p_value == 1


def test_holm_by_hand() -> None:
    p_values = np.array([0.01, np.nan, 0.04, 0.03, 0.005])
    found = adjusted(p_values, correction="holm")
    np.testing.assert_allclose(found, [0.03, np.nan, 0.06, 0.06, 0.02])
    assert len(adjusted(np.array([]), correction="holm")) == 0
    assert np.isnan(adjusted(np.array([np.nan]), correction="benjamini-hochberg")).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_corrections_keep_order_and_never_make_smaller(p_values: list[float]) -> None:
    p = np.array(p_values)
    holm, hochberg = (adjusted(p, correction=c) for c in ("holm", "benjamini-hochberg"))
    np.testing.assert_allclose(hochberg, false_discovery_control(p), rtol=1e-9)
    assert (p <= hochberg + 1e-15).all() and (hochberg <= holm + 1e-15).all()
    assert (holm <= np.minimum(p * len(p), 1) + 1e-15).all()  # Bonferroni is never sharper
    order = np.argsort(p, kind="stable")
    assert (np.diff(holm[order]) >= 0).all()
