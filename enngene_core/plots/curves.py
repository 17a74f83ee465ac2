"""Curves that lie in the unit square."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from enngene_core.plots.style import GREY

if TYPE_CHECKING:
    from enngene_core.evaluation.bands import Band

#: Points of one curve that are drawn; enough for 600 dpi.
MOST_POINTS = 500
ISO_F1 = (0.2, 0.4, 0.6, 0.8)


def thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most `MOST_POINTS` points of a curve, evenly spaced along it, both ends included."""
    if len(x) <= MOST_POINTS:
        return x, y
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    wanted = np.linspace(0, along[-1], MOST_POINTS)
    chosen = np.unique(np.searchsorted(along, wanted).clip(0, len(x) - 1))
    chosen[0] = 0
    return x[chosen], y[chosen]


def unit_square(ax: Axes, *, xlabel: str, ylabel: str) -> None:
    """Set up square axes from 0 to 1."""
    ax.set_xlim(-0.01, 1.01)
    ax.set_ylim(-0.01, 1.01)
    ax.set_box_aspect(1)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.grid()


def probability_limit(highest: float) -> float:
    """End of an axis of probabilities: of many classes they are small, and 1 is far away."""
    return next((limit for limit in (0.1, 0.2, 0.5) if highest <= limit), 1.0)


def draw_band(ax: Axes, band: "Band | None", *, colour: str) -> None:
    """Shade the 95 % interval of a curve, if it has one."""
    if band is not None:
        ax.fill_between(band.x, band.low, band.high, color=colour, alpha=0.13, linewidth=0)


def draw_iso_f1(ax: Axes) -> None:
    """Lines of recall and precision with one F1, each with its number at the right."""
    for f1 in ISO_F1:
        recall = np.linspace(f1 / (2 - f1), 1, 200)
        ax.plot(recall, f1 * recall / (2 * recall - f1), color=GREY, linewidth=0.6, alpha=0.6,
                linestyle=(0, (2, 2)), zorder=0.5)  # fmt: skip
        ax.annotate(f"{f1:g}", (1, f1 / (2 - f1)), xytext=(3, 0), textcoords="offset points",
                    va="center", fontsize=7, color=GREY, annotation_clip=False)  # fmt: skip


def legend_height(n_entries: int) -> float:
    """Height of a figure, inches, whose legend has so many lines."""
    return max(4.0, 0.6 + 0.165 * n_entries)
