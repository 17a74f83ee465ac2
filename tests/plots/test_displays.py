"""Numbers read off what the displays draw."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from enngene_core.plots.architecture import ArchitectureDisplay
from enngene_core.plots.confusion import ConfusionDisplay
from enngene_core.plots.learning_curves import LearningCurvesDisplay
from enngene_core.plots.precision_recall import PrecisionRecallDisplay
from enngene_core.plots.roc import RocDisplay, macro_roc
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    NetworkSpec,
    ResidualLayer,
)
from enngene_core.specs.shapes import layer_shapes
from enngene_core.specs.training import TrainingSpec
from tests.plots.drawn import png, texts
from tests.plots.results import HOSTILE, evaluation_result, names, training_result


def test_learning_curves_mark_the_kept_epoch() -> None:
    display = LearningCurvesDisplay(training_result().fits, TrainingSpec()).plot()
    loss, accuracy = display.ax
    assert list(loss.lines[0].get_ydata()) == [0.7, 0.6, 0.5]
    assert list(loss.lines[1].get_ydata()) == [0.69, 0.5, 0.6]
    assert list(accuracy.lines[1].get_ydata()) == [0.55, 0.8, 0.7]
    assert list(loss.lines[2].get_xdata()) == [2]
    assert list(loss.lines[3].get_xdata()) == [2, 2]


def test_architecture_has_a_box_for_each_layer() -> None:
    network = NetworkSpec(branches={"sequence": (ConvolutionLayer(),) * 3, "structure": ()})
    channels = {"sequence": 4, "structure": 3}
    layers = layer_shapes(network, width=50, channels=channels, n_classes=4)
    display = ArchitectureDisplay(layers).plot()
    assert len(display.ax.patches) == len(layers)
    tops = [patch.get_y() for patch in display.ax.patches]
    assert max(tops) == tops[1]  # softmax
    found = texts(display.figure)
    assert "25 positions \N{MULTIPLICATION SIGN} 40, 1,320 parameters" in found
    assert "4 values, 1,724 parameters" in found


def test_architecture_tells_what_each_kind_of_layer_does() -> None:
    network = NetworkSpec(
        branches={
            "sequence": (
                ConvolutionLayer(filters=4, kernel=3, dilation=2, pooling=4),
                ResidualLayer(filters=6, kernel=5, batch_normalization=True, dropout=0.2),
            ),
            "structure": (GlobalPoolingLayer(kind="both"), DenseLayer(type="dense", units=5)),
        },
        common=(DenseLayer(type="dense", units=7),),
    )
    channels = {"sequence": 4, "structure": 3}
    layers = layer_shapes(network, width=50, channels=channels, n_classes=2)
    display = ArchitectureDisplay(layers).plot()
    found = texts(display.figure)
    for told in (
        (
            "convolution 4 \N{MULTIPLICATION SIGN} 3",
            "dilation 2, pooling 4",
            "13 positions \N{MULTIPLICATION SIGN} 4, 52 parameters",
        ),
        (
            "residual 6 \N{MULTIPLICATION SIGN} 5",
            "batch norm, dropout 0.2",
            "13 positions \N{MULTIPLICATION SIGN} 6, 180 parameters",
        ),
        ("global pooling", "max and average", "6 values"),
        ("dense 5", "5 values, 35 parameters"),
        ("concatenation", "83 values"),
    ):
        first = found.index(told[0])
        assert found[first : first + len(told)] == list(told)


@pytest.mark.parametrize("n_branches", [1, 3])
def test_no_line_of_the_architecture_leaves_its_box(n_branches: int) -> None:
    layer = ConvolutionLayer(
        filters=44, kernel=444, dilation=1024, pooling=16, batch_normalization=True, dropout=0.3333
    )
    name = "a_long_name_as_long_as_a_name_may_beWWWW"
    names = (name, "sequence", "structure")[:n_branches]
    network = NetworkSpec(branches=dict.fromkeys(names, (layer,)))
    layers = layer_shapes(network, width=1000, channels=dict.fromkeys(names, 4), n_classes=2)
    display = ArchitectureDisplay(layers).plot()
    canvas = FigureCanvasAgg(display.figure)
    boxes = [patch.get_window_extent(canvas.get_renderer()) for patch in display.ax.patches]
    lines = [
        line.get_window_extent(canvas.get_renderer())
        for line in display.ax.texts
        if line.get_text()
    ]
    for line in lines:
        assert any(
            box.x0 < line.x0 and line.x1 < box.x1 and box.y0 < line.y0 and line.y1 < box.y1
            for box in boxes
        )


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
    lines = [list(line.get_ydata()) for line in display.ax.lines]
    assert pytest.approx([1 / 3, 1 / 3]) in lines
    mean = result.metric("average_precision", "macro average")
    assert f"macro average: AP {mean:.3f}" in legend
    numbers = {text.get_text() for text in display.ax.texts}
    assert {"0.2", "0.4", "0.6", "0.8"} <= numbers  # of one F1


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


def test_hostile_names_are_drawn_as_they_are() -> None:
    result = evaluation_result(HOSTILE, 80)
    roc = RocDisplay(result).plot()
    legend = [text.get_text() for text in roc.ax.get_legend().get_texts()]
    assert legend[1].startswith("$x_1$ and $\\frac$: AUROC")
    assert legend[5].startswith("_hidden: AUROC")
    assert len(legend) == len(HOSTILE) + 3
    for display in (roc, ConfusionDisplay(result).plot(), PrecisionRecallDisplay(result).plot()):
        assert png(display.figure)


def test_display_draws_into_given_axes() -> None:
    figure = Figure()
    ax = figure.add_subplot()
    display = RocDisplay(evaluation_result(("a", "b"), 20)).plot(ax)
    assert display.ax is ax
    assert display.figure is figure
