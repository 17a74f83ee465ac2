"""Numbers read off the figures of probabilities."""

from dataclasses import replace

import numpy as np
import pytest

from enngene_core.evaluation.result import Uncalibrated
from enngene_core.plots.curves import probability_limit
from enngene_core.plots.precision_recall import PrecisionRecallDisplay
from enngene_core.plots.reliability import ReliabilityDisplay, share_intervals
from enngene_core.plots.roc import RocDisplay
from enngene_core.plots.scores import ScoreDisplay, score_counts
from enngene_core.plots.thresholds import ThresholdDisplay
from enngene_core.report.words import wilson
from tests.plots.drawn import png, texts
from tests.plots.results import HOSTILE, evaluation_result, names


@pytest.mark.parametrize(("n_classes", "n_bands"), [(2, 2), (7, 7), (8, 2), (30, 2)])
def test_bands_are_drawn_of_few_classes_or_of_averages(n_classes: int, n_bands: int) -> None:
    result = evaluation_result(names(n_classes), 10 * n_classes)
    for display in (RocDisplay(result).plot(), PrecisionRecallDisplay(result).plot()):
        assert len(display.ax.collections) == n_bands
    band = result.bands.roc["class_0" if n_bands == n_classes else "macro average"]
    corners = RocDisplay(result).plot().ax.collections[0].get_paths()[0].vertices
    assert corners[:, 1].max() == pytest.approx(band.high.max())
    none = evaluation_result(names(n_classes), 10 * n_classes, resamples=0)
    assert not RocDisplay(none).plot().ax.collections


def test_reliability_draws_shares_and_numbers() -> None:
    result = evaluation_result(("a", "b"), 200)
    shares, numbers = ReliabilityDisplay(result).plot().ax
    confidence = result.probabilities.max(axis=1)
    last = confidence > 14 / 15
    right = result.probabilities.argmax(axis=1)[last] == result.y_true[last]
    x, y = shares.lines[1].get_xdata()[-1], shares.lines[1].get_ydata()[-1]
    assert (x, y) == pytest.approx((confidence[last].mean(), right.mean()), abs=1e-6)
    assert f"{int(last.sum())}" in [text.get_text() for text in numbers.texts]
    assert sum(patch.get_height() for patch in numbers.patches) == 200


def test_reliability_draws_both_of_a_calibrated_model() -> None:
    result = evaluation_result(("a", "b"), 200)
    raw = Uncalibrated(result.probabilities, [])
    shares, numbers = ReliabilityDisplay(replace(result, uncalibrated=raw)).plot().ax
    told = [text.get_text() for text in shares.get_legend().get_texts()]
    assert [text.split(":")[0] for text in told] == ["perfect", "uncalibrated", "calibrated"]
    assert sum(patch.get_height() for patch in numbers.patches) == 400


def test_intervals_of_shares_are_wilsons() -> None:
    from enngene_core.evaluation.reliability import reliability

    bins = reliability(np.array([0, 0, 1]), np.array([[0.99, 0.01]] * 3))
    low, high = share_intervals(bins)
    assert (low[-1], high[-1]) == pytest.approx(wilson(2, 3))
    assert np.isnan(low[0])


def test_scores_count_every_window_once_for_each_class() -> None:
    result = evaluation_result(names(3), 90)
    counts = score_counts(result)
    assert counts.sum(axis=(1, 2)).tolist() == [90] * 3
    assert counts[:, 0].sum(axis=1).tolist() == [30] * 3
    display = ScoreDisplay(result).plot()
    assert [label.get_text() for label in display.ax.get_yticklabels()] == list(names(3))
    medians = [line.get_xdata()[0] for line in display.ax.lines if len(set(line.get_xdata())) == 1]
    own = result.probabilities[result.y_true == 0, 0]
    assert medians[0] == pytest.approx(np.median(own))


def test_thresholds_mark_the_best_of_the_table() -> None:
    result = evaluation_result(names(3), 90)
    display = ThresholdDisplay(result).plot()
    marks = [line for line in display.axes[1].lines if len(line.get_xdata()) == 1]
    best = [item for item in result.thresholds if item.of_class == "class_1"]
    for line, item in zip(marks, best, strict=True):
        assert (line.get_xdata()[0], line.get_ydata()[0]) == (item.threshold, item.value)


@pytest.mark.parametrize("n_classes", [2, 30, 70])
def test_many_classes_are_drawn(n_classes: int) -> None:
    result = evaluation_result(names(n_classes), 3 * n_classes, resamples=0)
    for display in (ScoreDisplay(result).plot(), ThresholdDisplay(result).plot()):
        assert png(display.figure)


def test_hostile_names_are_drawn_as_they_are() -> None:
    result = evaluation_result(HOSTILE, 80, resamples=0)
    found = texts(ScoreDisplay(result).plot().figure)
    assert "$x_1$ and $\\frac$" in found
    assert png(ThresholdDisplay(result).plot().figure)


def test_a_class_without_windows_has_no_panel_and_no_median() -> None:
    result = evaluation_result(names(3), 2, resamples=0)
    assert len(ThresholdDisplay(result).plot().axes) == 2
    assert png(ScoreDisplay(result).plot().figure)
    assert png(ReliabilityDisplay(result).plot().figure)


@pytest.mark.parametrize(
    ("highest", "limit"), [(0.0, 0.1), (0.1, 0.1), (0.11, 0.2), (0.5, 0.5), (0.51, 1.0), (1.0, 1.0)]
)
def test_an_axis_of_probabilities_ends_near_the_highest(highest: float, limit: float) -> None:
    assert probability_limit(highest) == limit


def test_scores_of_many_classes_fill_their_axis() -> None:
    result = evaluation_result(names(30), 90)
    small = replace(result, probabilities=result.probabilities * np.float32(0.09))
    assert score_counts(small).sum(axis=(1, 2)).tolist() == [90] * 30
    for axes in (ScoreDisplay(small).plot().ax, ThresholdDisplay(small).plot().axes[0]):
        assert 0.1 <= axes.get_xlim()[1] < 0.11
