"""Numbers read off what the displays of datasets draw."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from enngene_core.dataset.preprocess import PreprocessResult
from enngene_core.plots.chromosomes import ChromosomesDisplay, largest_chromosomes
from enngene_core.plots.gc_content import GcContentDisplay
from enngene_core.plots.lengths import LengthsDisplay
from enngene_core.plots.profiles import ProfileDisplay, profile_of
from enngene_core.plots.style import MOST_ROWS
from enngene_core.plots.trivial import TrivialSignalsDisplay
from enngene_core.plots.windows import WindowCountsDisplay
from tests.plots.drawn import png, texts
from tests.plots.results import HOSTILE, checks, names, preprocess_result

FIVE = np.full((2, 4), 5)


def _with(result: PreprocessResult, **changes: object) -> PreprocessResult:
    return replace(result, summary=replace(result.summary, **changes))


def _widths(display: WindowCountsDisplay | ChromosomesDisplay) -> list[list[float]]:
    bars = [[bar.get_width() for bar in of_split] for of_split in display.ax.containers]
    return np.array(bars).T.tolist()


def _rows(display: object) -> list[str]:
    return [label.get_text() for label in display.ax.get_yticklabels()]  # type: ignore[attr-defined]


def test_window_bars_are_the_counts() -> None:
    counts = np.array([[70, 10, 15, 5], [7, 1, 1, 1]])
    display = WindowCountsDisplay(preprocess_result(("exons", "introns"), counts)).plot()
    assert _widths(display) == counts.tolist()
    assert _rows(display) == ["exons", "introns"]
    assert {"100", "10", "train", "blackbox"} <= set(texts(display.figure))


def test_chromosome_bars_are_shares_in_the_order_of_the_numbers() -> None:
    chromosomes = {"chr10": np.array([3, 0, 1, 0]), "chr2": np.array([0, 20, 0, 0])}
    display = ChromosomesDisplay(
        _with(preprocess_result(("a", "b"), FIVE), chromosomes=chromosomes)
    ).plot()
    assert _rows(display) == ["chr2", "chr10"]
    assert _widths(display) == [[0, 100, 0, 0], [75, 0, 25, 0]]
    assert {"4", "20"} <= set(texts(display.figure))
    assert "%" in display.ax.get_xlabel()


@pytest.mark.parametrize("n", [1, MOST_ROWS, MOST_ROWS + 1, 5000])
def test_chromosomes_beyond_the_largest_are_summed_up(n: int) -> None:
    chromosomes = {f"scaffold_{k}": np.array([k, 1, 0, 0]) for k in range(n)}
    shown = largest_chromosomes(_with(preprocess_result(("a", "b"), FIVE), chromosomes=chromosomes))
    assert len(shown) == min(n, MOST_ROWS)
    assert sum(shown.values()).tolist() == sum(chromosomes.values()).tolist()
    if n > MOST_ROWS:
        assert next(iter(shown)) == f"scaffold_{n - MOST_ROWS + 1}"
        assert list(shown)[-1] == f"{n - MOST_ROWS + 1:,} others"


def test_gc_median_is_drawn_in_percent() -> None:
    display = GcContentDisplay(preprocess_result(("a", "b"), FIVE)).plot()
    medians = [line.get_xdata()[0] for line in display.ax.lines if line.get_linewidth() == 2]
    assert medians == pytest.approx([50.0, 50.0])
    assert "%" in display.ax.get_xlabel()


def test_lengths_have_boxes_and_the_window() -> None:
    result = preprocess_result(("a", "b"), FIVE, window=30)
    lengths = {"a": np.array([10, 20, 40]), "b": np.array([100] * 7)}
    display = LengthsDisplay(_with(result, lengths=lengths)).plot()
    medians = [line.get_xdata()[0] for line in display.ax.lines if line.get_linewidth() == 2]
    assert medians == [20, 100]
    assert display.ax.lines[-1].get_xdata() == [30, 30]
    assert "width of a window: 30 nt" in texts(display.figure)
    assert display.ax.get_xscale() == "linear"
    assert "nt" in display.ax.get_xlabel()


@pytest.mark.parametrize(("longest", "named"), [(2_000, "200"), (3_000_000, "100,000")])
def test_lengths_of_a_wide_range_are_drawn_on_a_logarithmic_axis(longest: int, named: str) -> None:
    result = preprocess_result(("a", "b"), FIVE)
    lengths = {"a": np.array([1, 20, 40]), "b": np.array([longest] * 7)}
    display = LengthsDisplay(_with(result, lengths=lengths)).plot()
    assert display.ax.get_xscale() == "log"
    png(display.figure)
    assert named in [label.get_text() for label in display.ax.get_xticklabels()]


def test_profile_is_a_curve_for_each_class_around_the_middle_base() -> None:
    display = ProfileDisplay(preprocess_result(("a", "b"), FIVE), "conservation", label="y").plot()
    a, b = display.ax.lines[:2]
    assert a.get_xdata().tolist() == list(range(-10, 10))
    assert a.get_ydata() == pytest.approx(np.arange(20) / 10)
    assert b.get_ydata() == pytest.approx(1 + np.arange(20) / 10)
    assert (a.get_color(), a.get_linestyle()) != (b.get_color(), b.get_linestyle())
    assert [text.get_text() for text in display.ax.get_legend().get_texts()] == ["a (20)", "b (20)"]
    assert "nt" in display.ax.get_xlabel()
    assert "5' to 3'" in display.ax.get_xlabel()
    assert display.ax.get_ylabel() == "y"


def test_profile_of_many_classes_is_a_row_of_colours_for_each() -> None:
    result = preprocess_result(names(30), np.full((30, 4), 5))
    display = ProfileDisplay(result, "conservation", label="y").plot()
    (image,) = display.ax.images
    assert image.get_array().tolist() == result.summary.profiles["conservation"].tolist()
    assert image.get_extent() == [-10.5, 9.5, 29.5, -0.5]
    assert _rows(display) == list(names(30))
    assert "y" in texts(display.figure)


def test_profile_leaves_out_classes_without_windows() -> None:
    counts = np.array([[5, 5, 5, 5], [0, 0, 0, 0], [1, 0, 0, 0]])
    profile = profile_of(preprocess_result(("a", "b", "c"), counts), "conservation")
    assert list(profile.means) == ["a", "c"]
    assert profile.means["c"][0] == 2


@given(st.integers(3, 3000))
def test_profile_of_a_wide_window_keeps_its_mean(width: int) -> None:
    result = preprocess_result(("a", "b"), FIVE, window=width)
    profile = profile_of(result, "structure")
    whole = result.summary.profiles["structure"][1]
    sizes = np.full(len(profile.position), profile.step)
    sizes[-1] = width - profile.step * (len(sizes) - 1)
    assert len(sizes) <= 200
    assert np.average(profile.means["b"], weights=sizes) == pytest.approx(whole.mean())
    assert np.average(profile.position, weights=sizes) == pytest.approx(
        (width - 1) / 2 - width // 2
    )


MAKERS: list[Callable[[PreprocessResult], Figure]] = [
    lambda result: WindowCountsDisplay(result).plot().figure,
    lambda result: GcContentDisplay(result).plot().figure,
    lambda result: LengthsDisplay(result).plot().figure,
    lambda result: ChromosomesDisplay(result).plot().figure,
    lambda result: ProfileDisplay(result, "structure", label="unpaired").plot().figure,
]


@pytest.mark.parametrize("draw", MAKERS)
@pytest.mark.parametrize("classes", [("a", "b"), HOSTILE, names(30), names(100)])
def test_figures_are_drawn_with_any_number_of_classes(
    draw: Callable[[PreprocessResult], Figure], classes: tuple[str, ...]
) -> None:
    result = preprocess_result(classes, np.full((len(classes), 4), 3))
    chromosomes = {name: np.array([1, 2, 3, 4]) for name in classes}
    assert png(draw(_with(result, chromosomes=chromosomes)))


def test_figures_grow_with_the_number_of_classes() -> None:
    heights = [
        WindowCountsDisplay(preprocess_result(names(n), np.full((n, 4), 3)))
        .plot()
        .figure.get_size_inches()[1]
        for n in (2, 30)
    ]
    assert heights[1] > heights[0] + 5


def test_names_in_their_axes_are_drawn_as_they_are() -> None:
    result = preprocess_result(HOSTILE, np.full((len(HOSTILE), 4), 3))
    chromosomes = {name: np.array([1, 2, 3, 4]) for name in HOSTILE}
    display = ChromosomesDisplay(_with(result, chromosomes=chromosomes)).plot()
    assert "<script>alert(1)</script>" in _rows(display)
    assert "$x_1$ and $\\frac$" in _rows(display)


def test_trivial_signals_are_marks_with_intervals() -> None:
    display = TrivialSignalsDisplay(checks(2, gc=0.7), ("a", "b")).plot()
    (container,) = display.ax.containers
    marks, _, (intervals,) = container
    assert list(marks.get_xdata()) == [0.7, 0.5, 0.5, 0.5, 0.5]
    assert intervals.get_segments()[0][:, 0] == pytest.approx([0.65, 0.75])
    assert _rows(display)[:2] == ["GC content", "interval length"]
    assert "test windows" in display.ax.get_xlabel()
    assert display.ax.get_legend() is None


def test_trivial_signals_of_some_classes_have_a_mark_for_each() -> None:
    made = checks(3, gc=0.7)
    nowhere = tuple(replace(s, auroc=np.nan) if s.label == 2 else s for s in made.signals)
    display = TrivialSignalsDisplay(replace(made, signals=nowhere), ("a", "b", "c")).plot()
    first = [list(container[0].get_xdata())[:1] for container in display.ax.containers]
    assert first == [[0.7], [0.7], [pytest.approx(0.8)], []]
    legend = [text.get_text() for text in display.ax.get_legend().get_texts()]
    assert legend == ["mean of the classes", "a", "b", "c"]
    assert png(display.figure)


@pytest.mark.parametrize("n_classes", [8, 30, 100])
def test_trivial_signals_of_many_classes_are_tiles(n_classes: int) -> None:
    display = TrivialSignalsDisplay(checks(n_classes, gc=0.7), names(n_classes)).plot()
    (image,) = display.ax.images
    assert image.get_array().shape == (1 + min(n_classes, MOST_ROWS), 5)
    assert image.get_array()[:3, 0].tolist() == pytest.approx([0.7, 0.7, 0.8])
    assert _rows(display)[:2] == ["mean of the classes", "class_0"]
    assert "0.80" in texts(display.figure)
    assert png(display.figure)
