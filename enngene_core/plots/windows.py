"""Windows by class and split."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from enngene_core.plots.names import short_names
from enngene_core.plots.style import COLOURS, MOST_ROWS, axes_for, styled
from enngene_core.specs.preprocess import SPLITS

if TYPE_CHECKING:
    from enngene_core.dataset.preprocess import PreprocessResult


class WindowCountsDisplay:
    """Stacked bars: for each class its windows, by split.

    Parameters
    ----------
    result
        Its first `MOST_ROWS` classes are drawn.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, result: "PreprocessResult") -> None:
        self.result = result

    def plot(self, ax: Axes | None = None) -> "WindowCountsDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        names = self.result.spec.classes[:MOST_ROWS]
        counts = self.result.counts[:MOST_ROWS]
        with styled():
            self.figure, self.ax = axes_for(ax, width=7, height=1.3 + 0.3 * len(names))
            rows, left = np.arange(len(names)), np.zeros(len(names))
            bars = []
            for index in range(len(SPLITS)):
                bars.append(
                    self.ax.barh(
                        rows,
                        counts[:, index],
                        left=left,
                        height=0.7,
                        color=COLOURS[index],
                        edgecolor="white",
                        linewidth=0.6,
                    )
                )
                left = left + counts[:, index]
            for row, total in zip(rows, left, strict=True):
                self.ax.annotate(
                    f"{int(total):,}",
                    (total, row),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7,
                )
            self.ax.set_yticks(rows, short_names(names, length=28))
            self.ax.set_ylim(len(names) - 0.4, -0.6)
            self.ax.set_xlim(0, max(left.max() * 1.1, 1))
            self.ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            self.ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            self.ax.set_xlabel("windows (number)")
            self.ax.grid(axis="x")
            self.ax.tick_params(axis="y", length=0)
            self.ax.legend(
                bars, SPLITS, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2
            )
        return self
