"""Numbers read off what the displays draw."""

import io
import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure

from enngene_core.plots.architecture import ArchitectureDisplay
from enngene_core.plots.confusion import ConfusionDisplay
from enngene_core.plots.gc_content import GcContentDisplay
from enngene_core.plots.learning_curves import LearningCurvesDisplay
from enngene_core.plots.precision_recall import PrecisionRecallDisplay
from enngene_core.plots.roc import RocDisplay, macro_roc
from enngene_core.plots.style import styled
from enngene_core.plots.windows import WindowCountsDisplay
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from enngene_core.specs.shapes import layer_shapes
from tests.plots.results import (
    HOSTILE,
    evaluation_result,
    names,
    preprocess_result,
    training_result,
)


def _png(figure: Figure) -> bytes:
    with styled(), warnings.catch_warnings():
        warnings.simplefilter("error")  # a label that is dropped is a warning
        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=60)
    return buffer.getvalue()


def _texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def test_window_bars_are_the_counts() -> None:
    counts = np.array([[70, 10, 15, 5], [7, 1, 1, 1]])
    display = WindowCountsDisplay(preprocess_result(("exons", "introns"), counts)).plot()
    widths = [[bar.get_width() for bar in bars] for bars in display.ax.containers]
    assert np.array(widths).T.tolist() == counts.tolist()
    assert [label.get_text() for label in display.ax.get_yticklabels()] == ["exons", "introns"]
    assert {"100", "10", "train", "blackbox"} <= set(_texts(display.figure))


def test_gc_median_is_drawn_in_percent() -> None:
    result = preprocess_result(("a", "b"), np.full((2, 4), 5))
    display = GcContentDisplay(result).plot()
    medians = [line.get_xdata()[0] for line in display.ax.lines if line.get_linewidth() == 2]
    assert medians == pytest.approx([50.0, 50.0])
    assert "%" in display.ax.get_xlabel()


def test_learning_curves_mark_the_kept_epoch() -> None:
    display = LearningCurvesDisplay(training_result()).plot()
    loss, accuracy = display.ax
    assert list(loss.lines[0].get_ydata()) == [0.7, 0.6, 0.5]
    assert list(loss.lines[1].get_ydata()) == [0.69, 0.5, 0.6]
    assert list(accuracy.lines[1].get_ydata()) == [0.55, 0.8, 0.7]
    assert list(loss.lines[2].get_xdata()) == [2, 2]


def test_architecture_has_a_box_for_each_layer() -> None:
    network = NetworkSpec(branches={"sequence": (ConvolutionLayer(),) * 3, "structure": ()})
    layers = layer_shapes(network, width=50, n_classes=4)
    display = ArchitectureDisplay(layers).plot()
    assert len(display.ax.patches) == len(layers)
    tops = [patch.get_y() for patch in display.ax.patches]
    assert max(tops) == tops[1]  # softmax
    texts = _texts(display.figure)
    assert "25 positions \N{MULTIPLICATION SIGN} 40, 1,320 parameters" in texts
    assert "4 values, 1,724 parameters" in texts


@pytest.mark.parametrize("n_classes", [2, 30, 60])
def test_roc_draws_every_class_and_both_averages(n_classes: int) -> None:
    result = evaluation_result(names(n_classes), 5 * n_classes)
    display = RocDisplay(result).plot()
    assert len(display.ax.lines) == n_classes + 3
    first = result.curves["class_0"]
    assert display.ax.lines[0].get_ydata() == pytest.approx(first.true_positive_rate)
    legend = [text.get_text() for text in display.ax.get_legend().get_texts()]
    assert f"micro average: AUROC {result.micro.auroc:.3f}" in legend
    if n_classes <= 30:
        assert f"class_0: AUROC {first.auroc:.3f}" in legend
        looks = {(line.get_color(), str(line._dash_pattern)) for line in display.ax.lines}
        assert len(looks) == n_classes + 3
    else:
        assert "each of 60 classes" in legend


def test_macro_roc_has_the_mean_area() -> None:
    result = evaluation_result(names(4), 400)
    rates = macro_roc(result)
    assert np.trapezoid(rates[1], rates[0]) == pytest.approx(
        result.metric("auroc", "macro average"), abs=0.01
    )


def test_precision_recall_shows_average_precision_and_share() -> None:
    result = evaluation_result(("a", "b", "c"), 90)
    display = PrecisionRecallDisplay(result).plot()
    legend = [text.get_text() for text in display.ax.get_legend().get_texts()]
    assert legend[0] == f"a: AP {result.curves['a'].average_precision:.3f} (share 0.333)"
    assert list(display.ax.lines[1].get_ydata()) == pytest.approx([1 / 3, 1 / 3])


def test_confusion_writes_counts_and_shares() -> None:
    result = evaluation_result(("a", "b"), 10)
    display = ConfusionDisplay(result).plot()
    cells = [text.get_text() for text in display.ax.texts]
    assert cells == [f"{n}\n{100 * n / 5:.0f} %" for n in result.confusion.ravel()]
    assert [label.get_text() for label in display.ax.get_xticklabels()] == ["a", "b"]


def test_class_without_windows_is_no_division_by_zero() -> None:
    result = evaluation_result(("a", "b", "c"), 2)
    display = ConfusionDisplay(result).plot()
    assert [text.get_text() for text in display.ax.texts][-1] == "none"
    assert len(RocDisplay(result).plot().ax.lines) == 5


def test_figures_grow_with_the_number_of_classes() -> None:
    heights = [
        WindowCountsDisplay(preprocess_result(names(n), np.full((n, 4), 3)))
        .plot()
        .figure.get_size_inches()[1]
        for n in (2, 30)
    ]
    assert heights[1] > heights[0] + 5


def test_hostile_names_are_drawn_as_they_are() -> None:
    result = evaluation_result(HOSTILE, 80)
    roc = RocDisplay(result).plot()
    legend = [text.get_text() for text in roc.ax.get_legend().get_texts()]
    assert legend[1].startswith("$x_1$ and $\\frac$: AUROC")
    assert legend[5].startswith("_hidden: AUROC")
    assert len(legend) == len(HOSTILE) + 3
    for display in (roc, ConfusionDisplay(result).plot(), PrecisionRecallDisplay(result).plot()):
        assert _png(display.figure)
    counts = np.full((len(HOSTILE), 4), 3)
    assert _png(GcContentDisplay(preprocess_result(HOSTILE, counts)).plot().figure)


def test_display_draws_into_given_axes() -> None:
    figure = Figure()
    ax = figure.add_subplot()
    display = RocDisplay(evaluation_result(("a", "b"), 20)).plot(ax)
    assert display.ax is ax
    assert display.figure is figure
