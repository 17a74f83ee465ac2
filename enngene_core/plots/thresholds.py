"""How good each threshold of a class's probability is."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.evaluation.thresholds import ThresholdCurves, threshold_curves
from enngene_core.plots.curves import probability_limit, thinned
from enngene_core.plots.names import short_names
from enngene_core.plots.style import COLOURS, styled

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

#: More panels than this don't fit into a figure.
MOST_PANELS = 60
NAMES = {"f1": "F1", "mcc": "Matthews correlation", "youden_j": "Youden's J"}
_MARKS = {
    "f1": (COLOURS[0], "-", "o"),
    "mcc": (COLOURS[1], "--", "^"),
    "youden_j": (COLOURS[2], ":", "s"),
}


def curves_of_classes(result: "EvaluationResult") -> dict[str, ThresholdCurves]:
    """Of the first `MOST_PANELS` classes that have both windows and others."""
    found: dict[str, ThresholdCurves] = {}
    for index, name in enumerate(result.config.dataset.classes):
        curves = threshold_curves(result.y_true == index, result.probabilities[:, index])
        if curves is not None and len(found) < MOST_PANELS:
            found[name] = curves
    return found


class ThresholdDisplay:
    """A panel for each class: three measures by threshold, the best of each marked.

    Parameters
    ----------
    result
        In which a class at least has both windows and others.

    Attributes
    ----------
    figure
        Set by `plot`.
    axes : list of Axes
        A panel for each class.
    """

    figure: Figure
    axes: list[Axes]

    def __init__(self, result: "EvaluationResult") -> None:
        self.result = result

    def plot(self) -> "ThresholdDisplay":
        """Draw into a new figure, which grows with the number of classes."""
        found = curves_of_classes(self.result)
        n_columns = min(len(found), 3 if len(found) <= 9 else 5 if len(found) <= 30 else 6)
        n_rows = -(-len(found) // n_columns)
        side = 2.6 if n_columns <= 3 else 1.7
        with styled():
            self.figure = Figure(
                figsize=(max(side * n_columns, 3.4) + 0.5, side * n_rows + 0.9),
                layout="constrained",
            )
            grid = self.figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
            self.axes = list(grid.flat)[: len(found)]
            for empty in list(grid.flat)[len(found) :]:
                empty.set_visible(False)
            titles = short_names(list(found), length=26 if n_columns <= 3 else 18)
            for ax, name, title in zip(self.axes, found, titles, strict=True):
                self._draw(ax, found[name])
                ax.set_title(title, fontsize=9 if n_columns <= 3 else 8)
            lowest = min(float(m.min()) for curves in found.values()
                         for m in curves.measures.values())  # fmt: skip
            limit = probability_limit(float(self.result.probabilities.max()))
            self.axes[0].set_xlim(-0.02 * limit, 1.02 * limit)
            self.axes[0].set_ylim(min(-0.02, lowest - 0.02), 1.02)
            for ax in grid[-1]:
                ax.tick_params(labelbottom=True)
            self.figure.supxlabel("threshold of the class's probability", fontsize=9)
            self.figure.supylabel("value of the measure", fontsize=9)
            handles = self.axes[0].lines[: len(NAMES)]
            self.figure.legend(handles, list(NAMES.values()), loc="outside upper center",
                               ncols=3, columnspacing=1.2)  # fmt: skip
        return self

    def _draw(self, ax: Axes, curves: ThresholdCurves) -> None:
        best = {}
        for measure, values in curves.measures.items():
            colour, style, marker = _MARKS[measure]
            x, y = thinned(curves.threshold[::-1], values[::-1])
            ax.plot(x, y, color=colour, linestyle=style, linewidth=1.2)
            best[measure] = int(np.argmax(values))
        for measure, place in best.items():
            colour, _, marker = _MARKS[measure]
            ax.plot(
                curves.threshold[place],
                curves.measures[measure][place],
                color=colour,
                marker=marker,
                markersize=5.5,
                markerfacecolor="white",
                markeredgewidth=1.3,
                clip_on=False,
                zorder=3,
            )
        ax.grid()
