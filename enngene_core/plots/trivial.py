"""What trivial signals reach alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.names import short_names
from enngene_core.plots.rows import height_of, name_rows
from enngene_core.plots.style import COLOURS, GREY, MOST_ROWS, axes_for, class_styles, styled

if TYPE_CHECKING:
    from enngene_core.dataset.checks import Checks

#: More classes than this are tiles: marks with their intervals would hide each other.
_MOST_MARKED = len(COLOURS)
_ALL = "mean of the classes"


class TrivialSignalsDisplay:
    """AUROC of each signal with its interval or, of many classes, a tile for each.

    Parameters
    ----------
    checks
        With signals that are defined.
    classes
        Names of the classes; the first `MOST_ROWS` of many are drawn.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, checks: "Checks", classes: Sequence[str]) -> None:
        self.classes = classes
        self.names = list(dict.fromkeys(signal.name for signal in checks.signals))
        self._of = {(signal.name, signal.label): signal for signal in checks.signals}
        self._labels = sorted({s.label for s in checks.signals if s.label is not None})
        self._xlabel = f"AUROC on {checks.tested_on} windows"

    def plot(self, ax: Axes | None = None) -> "TrivialSignalsDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        with styled():
            if len(self._labels) <= _MOST_MARKED:
                self._draw_marks(ax)
            else:
                self._draw_tiles(ax)
        return self

    def _draw_marks(self, ax: Axes | None) -> None:
        series: list[int | None] = [None, *self._labels]
        step = 0.8 / len(series)
        height = height_of(len(self.names)) + 0.12 * len(self.names) * len(self._labels)
        self.figure, self.ax = axes_for(ax, width=7.5 if self._labels else 6, height=height)
        styles = class_styles(len(self.classes))
        legend = [_ALL, *short_names([self.classes[label] for label in self._labels], length=24)]
        for place, (label, text) in enumerate(zip(series, legend, strict=True)):
            found = [self._of.get((name, label)) for name in self.names]
            rows = [(row, s) for row, s in enumerate(found) if s and not np.isnan(s.auroc)]
            auroc = np.array([s.auroc for _, s in rows])
            self.ax.errorbar(
                auroc,
                [row + (place - (len(series) - 1) / 2) * step for row, _ in rows],
                xerr=[
                    np.maximum(auroc - [s.low for _, s in rows], 0),
                    np.maximum([s.high for _, s in rows] - auroc, 0),
                ],
                fmt="D" if label is None else "o",
                markersize=5 if label is None else 4,
                color="black" if label is None else styles[label][0],
                elinewidth=1.2,
                capsize=2,
                label=text,
            )
        self._set_up_auroc()
        if self._labels:
            for row in range(1, len(self.names)):
                self.ax.axhline(row - 0.5, color="#E5E5E5", linewidth=0.6)
            self.ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1.02))

    def _set_up_auroc(self) -> None:
        name_rows(self.ax, self.names)
        self.ax.axvline(0.5, color=GREY, linestyle="--", linewidth=1)
        self.ax.annotate(
            "guessing",
            (0.5, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7,
            color="#555555",
        )
        self.ax.set_xlim(min(0.4, self.ax.get_xlim()[0]), 1.01)
        self.ax.set_xlabel(self._xlabel)

    def _draw_tiles(self, ax: Axes | None) -> None:
        shown: list[int | None] = [None, *self._labels[:MOST_ROWS]]
        auroc = np.array([[self._auroc(name, label) for name in self.names] for label in shown])
        height = 0.8 + height_of(len(shown))
        self.figure, self.ax = axes_for(ax, width=3.5 + 0.7 * len(self.names), height=height)
        self.ax.set_facecolor("#DDDDDD")
        self.ax.imshow(auroc, vmin=0.5, vmax=1, cmap="Blues", aspect="auto")
        name_rows(self.ax, [_ALL, *(self.classes[label] for label in shown if label is not None)])
        self.ax.set_ylim(len(shown) - 0.5, -0.5)
        self.ax.grid(visible=False)
        self.ax.set_xticks(
            range(len(self.names)), self.names, rotation=30, ha="right", rotation_mode="anchor"
        )
        self.ax.tick_params(length=0)
        self.ax.spines[:].set_visible(False)
        self.ax.set_title(f"{self._xlabel} (guessing: 0.5)", fontsize=9)
        for row, column in np.ndindex(auroc.shape):
            value = auroc[row, column]
            self.ax.text(
                column,
                row,
                "none" if np.isnan(value) else f"{value:.2f}",
                ha="center",
                va="center",
                fontsize=7,
                fontweight="bold" if row == 0 else "normal",
                color="white" if value > 0.8 else "black",
            )

    def _auroc(self, name: str, label: int | None) -> float:
        signal = self._of.get((name, label))
        return signal.auroc if signal else float("nan")
