"""Curves of several models on each other, and numbers with intervals: read off what is drawn."""

import numpy as np
import pytest

from enngene_core.plots.compared_curves import (
    ComparedCurvesDisplay,
    panels,
    precision_recall_points,
    roc_points,
)
from enngene_core.plots.intervals import IntervalsDisplay, Panel
from tests.plots.compared import comparison_result
from tests.plots.drawn import png, texts


def test_a_panel_for_each_class_and_one_for_the_mean() -> None:
    result = comparison_result(("x", "y"), ("a", "b", "c"), 90, resamples=0)
    for plot in (ComparedCurvesDisplay.plot_roc, ComparedCurvesDisplay.plot_precision_recall):
        display = plot(ComparedCurvesDisplay(result))
        titles = [ax.get_title() for ax in display.ax]
        assert titles == ["a", "b", "c", "mean of the classes"]
        for ax in display.ax:
            assert len(ax.lines) == 3  # each model, and guessing
        assert png(display.figure)
    legend = texts(display.figure)
    for model in result.models:
        assert f"{model.name}: AP {model.overall('average_precision').value:.3f}" in legend
    two = comparison_result(("x", "y"), ("a", "b"), 40, resamples=0)
    assert panels(two) == ["a", "b"]
    assert panels(comparison_result(("x", "y"), "abcdefg", 70, resamples=0)) == [None]


def test_areas_under_what_is_drawn_are_what_the_legend_says() -> None:
    result = comparison_result(("x", "y"), ("a", "b", "c"), 300, resamples=0)
    for model in result.models:
        x, y = roc_points(model, None)
        assert np.trapezoid(y, x) == pytest.approx(model.overall("auroc").value, abs=0.005)
        recall, precision = precision_recall_points(model, None)
        assert (np.diff(recall) < 0).all()
        area = (precision[:-1] * -np.diff(recall)).sum()
        assert area == pytest.approx(model.overall("average_precision").value, abs=0.005)


def test_intervals_are_lines_and_better_is_to_the_right() -> None:
    values = np.array([[0.5, 0.4, 0.7], [np.nan] * 3, [0.1, np.nan, np.nan]])
    shown = [
        Panel("gain", values, [True, False, False]),
        Panel("loss", values, [False] * 3, is_loss=True),
    ]
    display = IntervalsDisplay(["one", "two", "three"], shown, zero=True).plot()
    gain, loss = display.ax
    zero, interval, mark, lone = gain.lines
    assert list(zero.get_xdata()) == [0, 0]
    assert list(interval.get_xdata()) == [0.4, 0.7]
    assert list(mark.get_xdata()) == [0.5]
    assert mark.get_markerfacecolor() != "white"
    assert lone.get_markerfacecolor() == "white"
    assert gain.get_xlim()[0] < gain.get_xlim()[1]
    assert loss.get_xlim()[0] > loss.get_xlim()[1]
    assert loss.get_xlabel() == "less is better"
    assert texts(display.figure).count("not defined") == 2
    assert png(display.figure)
