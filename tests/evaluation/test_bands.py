"""Bands and points of curves against plain loops over draws."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from enngene_core.evaluation.bands import GRID
from enngene_core.evaluation.bootstrap import intervals, intervals_and_bands, multiplicities
from enngene_core.evaluation.measures import MACRO, MICRO, MOST_CURVES, Measures
from enngene_core.evaluation.scratch import Scratch
from enngene_core.seeding import named_rng


def scored(n: int, n_classes: int, *, steps: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    y_true = np.arange(n) % n_classes
    scores = rng.normal(size=(n, n_classes))
    scores[np.arange(n), y_true] += 1
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    if steps:
        probabilities = np.round(probabilities * steps) / steps
    return y_true, probabilities


def measures_of(n: int, n_classes: int, *, steps: int | None = None) -> Measures:
    names = tuple(f"class_{index}" for index in range(n_classes))
    return Measures(*scored(n, n_classes, steps=steps), names)


@pytest.mark.parametrize("steps", [None, 10])
def test_curves_of_a_draw_are_those_of_its_windows(steps: int | None) -> None:
    """Few enough windows that every score is one of the points."""
    y_true, probabilities = scored(120, 3, steps=steps)
    measures = measures_of(120, 3, steps=steps)
    assert measures.curve_names == ["class_0", "class_1", "class_2"]
    weights = multiplicities(measures.class_sizes, 5, named_rng(1, "draws"))
    values, curves = measures.values_and_curves(weights, Scratch())
    np.testing.assert_allclose(values, measures.values(weights))
    for draw, weight in enumerate(weights):
        rows = np.repeat(measures.order, weight)
        for index in range(3):
            is_own, score = y_true[rows] == index, probabilities[rows, index]
            false, true, _ = roc_curve(is_own, score, drop_intermediate=False)
            np.testing.assert_allclose(
                curves[draw, index, 0], np.interp(GRID, false, true), atol=1e-6
            )
            precision, recall, _ = precision_recall_curve(is_own, score)
            # The first point above recall 0 holds there too; the artificial one is left out.
            precision, recall = precision[:-1][::-1], recall[:-1][::-1]
            first = int((recall > 0).argmax())
            precision[:first] = precision[first]
            expected = np.interp(GRID, np.append(0, recall), np.append(precision[0], precision))
            np.testing.assert_allclose(curves[draw, index, 1], expected, atol=1e-6)


def test_bands_are_percentiles_of_the_draws_and_intervals_stay() -> None:
    measures = measures_of(200, 2)
    ends, bands = intervals_and_bands(measures, resamples=100, seed=3)
    np.testing.assert_array_equal(ends, intervals(measures, resamples=100, seed=3))
    again = intervals_and_bands(measures, resamples=100, seed=3, n_threads=2)[1]
    for name in ("class_0", "class_1"):
        for kind in ("roc", "precision_recall"):
            band = getattr(bands, kind)[name]
            np.testing.assert_array_equal(band.low, getattr(again, kind)[name].low)
            assert (band.low <= band.high).all() and 0 <= band.low.min() <= band.high.max() <= 1
    assert bands.roc["class_0"].high[-1] == bands.roc["class_0"].low[-1] == 1
    # Half-way between two places of the grid, on a straight line.
    low, high = bands.roc["class_0"].at(np.array([0.505]))
    band = bands.roc["class_0"]
    assert low[0] == pytest.approx((band.low[50] + band.low[51]) / 2)
    assert high[0] == pytest.approx((band.high[50] + band.high[51]) / 2)


def test_a_band_holds_the_curve_of_many_windows() -> None:
    """The curve of 4,000 windows of the same kind lies in the bands of 200 nearly everywhere."""
    y_true, probabilities = scored(4_000, 2)
    chosen = np.random.default_rng(5).choice(4_000, 200, replace=False)
    measures = Measures(y_true[chosen], probabilities[chosen], ("a", "b"))
    bands = intervals_and_bands(measures, resamples=400, seed=1)[1]
    false, true, _ = roc_curve(y_true == 0, probabilities[:, 0])
    truth = np.interp(GRID, false, true)
    band = bands.roc["a"]
    assert ((band.low <= truth) & (truth <= band.high)).mean() > 0.8
    assert np.median(band.high - band.low) < 0.3


def test_of_many_classes_the_averages_have_bands() -> None:
    n_classes = MOST_CURVES + 1
    measures = measures_of(400, n_classes)
    bands = intervals_and_bands(measures, resamples=20, seed=1)[1]
    assert list(bands.roc) == list(bands.precision_recall) == [MACRO, MICRO]
    y_true, probabilities = scored(400, n_classes)
    _, curves = measures.values_and_curves(np.ones((1, 400), np.int32), Scratch())
    mean = np.trapezoid(curves[0, 0, 1], GRID)
    each = [average_precision_score(y_true == k, probabilities[:, k]) for k in range(n_classes)]
    assert mean == pytest.approx(np.mean(each), abs=0.02)


def test_one_class_alone_has_no_bands() -> None:
    measures = Measures(np.zeros(5, int), np.full((5, 2), 0.5), ("a", "b"))
    assert measures.curve_names == []
    ends, bands = intervals_and_bands(measures, resamples=10, seed=1)
    assert bands.roc == {} and len(ends) == len(measures.names)
