"""Numbers read off what the displays draw."""

import io
import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure

from enngene_core.dataset.likeness import DINUCLEOTIDES, Profile
from enngene_core.plots.likeness import (
    CLASSES,
    DinucleotidesDisplay,
    GcHistogramDisplay,
    LengthHistogramDisplay,
    gc_histogram,
    length_histogram,
)
from enngene_core.plots.style import styled


def profile(length: list[int], n_gc: list[int], dinucleotides: list[int] | None = None) -> Profile:
    counts = np.array(dinucleotides or [1] * 16)
    return Profile(np.array(length), np.array(n_gc), np.zeros(len(length), dtype=int), counts)


def assert_draws(figure: Figure) -> None:
    with styled(), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), dpi=60)


POSITIVES = profile([100, 100, 200, 400], [50, 52, 100, 160], [4, *[0] * 14, 12])
NEGATIVES = profile([100, 200], [0, 200])


def test_gc_bins_hold_every_sequence() -> None:
    histogram = gc_histogram(POSITIVES, NEGATIVES)
    assert histogram.edges[[0, -1]].tolist() == [0, 100]
    assert histogram.positives.sum() == histogram.negatives.sum() == pytest.approx(100)
    assert histogram.positives[10] == 75  # from 50 to below 55 %
    assert histogram.negatives[[0, -1]].tolist() == [50, 50]


def test_bins_are_finer_for_many_sequences() -> None:
    many = profile([100] * 600, [40 + n % 20 for n in range(600)])
    assert np.diff(gc_histogram(many, many).edges).tolist() == [2] * 10
    assert np.diff(gc_histogram(many, NEGATIVES).edges)[0] == 5


def test_length_bins_hold_every_sequence() -> None:
    for lengths in ([3], [3, 4], [20, 100, 399], [1, 10, 100_000]):
        made = profile(lengths, [1] * len(lengths))
        histogram = length_histogram(made, made)
        assert histogram.positives.sum() == pytest.approx(100)
        assert histogram.edges[0] == lengths[0]
        assert (np.diff(histogram.edges) >= 1).all()


@pytest.mark.parametrize("lengths", [[100, 101], [20, 5000], [1, 100_000]])
def test_histograms_draw_both_classes(lengths: list[int]) -> None:
    other = profile(lengths, [1, 1])
    for display in (
        GcHistogramDisplay(POSITIVES, other).plot(),
        LengthHistogramDisplay(POSITIVES, other).plot(),
    ):
        areas = [patch.get_data().values for patch in display.ax.patches]
        drawn = display.histogram.drawn
        assert areas[0].tolist() == display.histogram.positives[drawn].tolist()
        assert areas[1].tolist() == display.histogram.negatives[drawn].tolist()
        legend = [text.get_text() for text in display.ax.get_legend().get_texts()]
        assert legend == list(CLASSES)
        assert_draws(display.figure)


def test_ends_that_hold_next_to_nothing_are_not_drawn() -> None:
    many = profile([100] * 5000, [*[50] * 4998, 0, 100])
    histogram = gc_histogram(many, many)
    assert histogram.edges[[0, -1]].tolist() == [0, 100]
    assert histogram.edges[histogram.drawn].tolist() == [50]


def test_dinucleotide_bars_are_shares_in_percent() -> None:
    display = DinucleotidesDisplay(POSITIVES, NEGATIVES).plot()
    heights = [[bar.get_height() for bar in bars] for bars in display.ax.containers]
    assert heights[0] == [25, *[0] * 14, 75]
    assert heights[1] == [6.25] * 16
    labels = [label.get_text() for label in display.ax.get_xticklabels()]
    assert labels == list(DINUCLEOTIDES)
    assert_draws(display.figure)


def test_display_draws_into_given_axes() -> None:
    ax = Figure().add_subplot()
    for display in (GcHistogramDisplay, LengthHistogramDisplay, DinucleotidesDisplay):
        assert display(POSITIVES, NEGATIVES).plot(ax).ax is ax
