"""Numbers with their intervals: a panel for each kind of number, a row for each item."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from enngene_core.plots.rows import name_rows
from enngene_core.plots.style import COLOURS, GREY, styled

_COLUMNS = 3


@dataclass(frozen=True)
class Panel:
    """One kind of number.

    Attributes
    ----------
    title : str
        Above it.
    values : ndarray of float, shape (n_rows, 3)
        Number, low and high end of each row; NaN is not drawn.
    is_sure : sequence of bool
        Rows whose mark is filled.
    is_loss : bool
        Whether less is better: its axis falls, so that better is to the right.
    """

    title: str
    values: np.ndarray
    is_sure: Sequence[bool]
    is_loss: bool = False


class IntervalsDisplay:
    """Marks with lines from the low to the high end.

    Parameters
    ----------
    rows
        Names, which all panels share.
    panels
        At least one.
    zero
        Whether numbers are differences: a line is drawn at 0.

    Attributes
    ----------
    figure : Figure
    ax : list of Axes
        Set by `plot`.
    """

    figure: Figure
    ax: list[Axes]

    def __init__(self, rows: Sequence[str], panels: Sequence[Panel], *, zero: bool) -> None:
        self.rows, self.panels, self.zero = rows, panels, zero

    def plot(self) -> "IntervalsDisplay":
        """Draw into a new figure."""
        n_columns = min(_COLUMNS, len(self.panels))
        n_rows = -(-len(self.panels) // n_columns)
        with styled():
            height = 1.08 + 0.24 * len(self.rows)
            names = 0.062 * min(max(map(len, self.rows)), 28)
            self.figure = Figure(figsize=(names + 2.5 * n_columns, height * n_rows))
            # Titles of panels keep away from the axis above them.
            self.figure.set_layout_engine("constrained", h_pad=0.08)
            axes = self.figure.subplots(n_rows, n_columns, squeeze=False)
            for ax in axes.ravel()[len(self.panels) :]:
                ax.set_visible(False)
            self.ax = list(axes.ravel()[: len(self.panels)])
            for index, (ax, panel) in enumerate(zip(self.ax, self.panels, strict=True)):
                self._draw(ax, panel)
                if index % n_columns:
                    ax.tick_params(axis="y", labelleft=False)
        return self

    def _draw(self, ax: Axes, panel: Panel) -> None:
        if self.zero:
            ax.axvline(0, color="black", linewidth=0.8)
        for row, ((value, low, high), is_sure) in enumerate(
            zip(panel.values.tolist(), panel.is_sure, strict=True)
        ):
            if np.isnan(value):
                ax.annotate(
                    "not defined", (0.5, row), xycoords=("axes fraction", "data"), ha="center",
                    va="center", fontsize=7, color=GREY,
                )  # fmt: skip
                continue
            if not np.isnan(low):
                ax.plot([low, high], [row, row], color=COLOURS[0], solid_capstyle="butt")
            ax.plot(
                [value],
                [row],
                marker="o",
                markersize=5,
                color=COLOURS[0],
                markerfacecolor=COLOURS[0] if is_sure else "white",
            )
        name_rows(ax, self.rows)
        ax.set_title(panel.title)
        ax.set_xlabel("less is better" if panel.is_loss else "")
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.margins(x=0.08)
        if panel.is_loss:
            ax.invert_xaxis()
