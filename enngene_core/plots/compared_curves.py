"""Curves of several models on each other."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.curves import thinned, unit_square
from enngene_core.plots.names import short_names
from enngene_core.plots.style import COLOURS, GREY, LINE_STYLES, LineStyle, styled

if TYPE_CHECKING:
    from enngene_core.evaluation.comparison import ComparedModel, ComparisonResult
    from enngene_core.models.metrics import ClassCurves

#: Of more classes only the mean of the curves is drawn.
MOST_PANELS = 6
MEAN = "mean of the classes"
_COLUMNS = 3
_GRID = np.linspace(0, 1, 201)

Points = tuple[np.ndarray, np.ndarray]


def panels(result: "ComparisonResult") -> list[str | None]:
    """Classes that are drawn; None stands for their mean, which of two classes says nothing new."""
    defined = [name for name in result.classes if name in result.models[0].curves]
    if len(defined) > MOST_PANELS:
        return [None]
    return [*defined, None] if len(result.classes) > 2 and len(defined) > 1 else list(defined)


def roc_points(model: "ComparedModel", of_class: str | None) -> Points:
    """False and true positive rate of one class, or of the mean of the classes' curves."""
    if of_class is not None:
        curve = model.curves[of_class]
        return thinned(curve.false_positive_rate, curve.true_positive_rate)
    rates = [
        np.interp(_GRID, curve.false_positive_rate, curve.true_positive_rate)
        for curve in model.curves.values()
    ]
    return np.append(0.0, _GRID), np.append(0.0, np.mean(rates, axis=0))


def precision_recall_points(model: "ComparedModel", of_class: str | None) -> Points:
    """Recall and precision of one class, or of the mean of the classes' curves."""
    if of_class is not None:
        curve = model.curves[of_class]
        return thinned(curve.recall, curve.precision)
    return _GRID[::-1], np.mean([_at_grid(curve) for curve in model.curves.values()], axis=0)


def _at_grid(curve: "ClassCurves") -> np.ndarray:
    """Precision at falling recalls of the grid: where so much is first found."""
    first = np.searchsorted(curve.recall[::-1], _GRID, side="left")
    return curve.precision[::-1][first][::-1]


class ComparedCurvesDisplay:
    """A panel for each class, and one for their mean, with a curve for each model.

    Parameters
    ----------
    result
        With more than `MOST_PANELS` classes, the mean alone is drawn.

    Attributes
    ----------
    figure : Figure
    ax : list of Axes
        Set by `plot_roc` or `plot_precision_recall`.
    """

    figure: Figure
    ax: list[Axes]

    def __init__(self, result: "ComparisonResult") -> None:
        self.result = result

    def plot_roc(self) -> "ComparedCurvesDisplay":
        """Draw ROC curves into a new figure."""
        with styled():
            self._plot(roc_points, "false positive rate", "true positive rate", "default")
            for ax in self.ax:
                ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle="--")
            self._finish("auroc", "AUROC", "guessing")
        return self

    def plot_precision_recall(self) -> "ComparedCurvesDisplay":
        """Draw precision-recall curves into a new figure."""
        with styled():
            self._plot(precision_recall_points, "recall", "precision", "steps-post")
            curves = self.result.models[0].curves
            for ax, of_class in zip(self.ax, panels(self.result), strict=True):
                drawn = curves.values() if of_class is None else [curves[of_class]]
                share = float(np.mean([curve.prevalence for curve in drawn]))
                ax.plot([0, 1], [share] * 2, color=GREY, linewidth=0.8, linestyle="--")
            self._finish("average_precision", "AP", "guessing: share of the windows")
        return self

    def _plot(
        self,
        points: Callable[["ComparedModel", str | None], Points],
        xlabel: str,
        ylabel: str,
        drawstyle: str,
    ) -> None:
        drawn = panels(self.result)
        n_columns = 2 if len(drawn) == 4 else min(_COLUMNS, len(drawn))
        n_rows = -(-len(drawn) // n_columns)
        titles = short_names([name or MEAN for name in drawn], length=32)
        self.figure = Figure()
        # Titles of panels keep away from the axis label above them.
        self.figure.set_layout_engine("constrained", h_pad=0.1)
        axes = self.figure.subplots(n_rows, n_columns, squeeze=False).ravel()
        for ax in axes[len(drawn) :]:
            ax.set_visible(False)
        self.ax = list(axes[: len(drawn)])
        for ax, of_class, title in zip(self.ax, drawn, titles, strict=True):
            unit_square(ax, xlabel=xlabel, ylabel=ylabel)
            ax.set_title(title)
            for model, (colour, style) in zip(self.result.models, self._styles(), strict=True):
                ax.plot(
                    *points(model, of_class), color=colour, linestyle=style, drawstyle=drawstyle
                )
        n_lines = len(self.result.models) + 1
        self.figure.set_size_inches(3.1 * n_columns + 0.2, 3.2 * n_rows + 0.3 + 0.17 * n_lines)

    def _styles(self) -> list[tuple[str, LineStyle]]:
        """Different from the second model on in both, as far as there are styles."""
        n = len(COLOURS)
        return [
            (COLOURS[i % n], LINE_STYLES[(i + i // n) % len(LINE_STYLES)])
            for i in range(len(self.result.models))
        ]

    def _finish(self, metric: str, label: str, guessing: str) -> None:
        names = short_names([model.name for model in self.result.models], length=40)
        labels = [
            f"{name}: {label} {model.overall(metric).value:.3f}"
            for name, model in zip(names, self.result.models, strict=True)
        ]
        self.figure.legend(
            self.ax[0].lines,
            [*labels, guessing],
            loc="outside lower left",
            ncols=2 if len(self.ax) > 1 and len(labels) > 5 else 1,
            title=f"{label}: {MEAN}",
            alignment="left",
        )
