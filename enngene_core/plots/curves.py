"""Curves that lie in the unit square."""

import numpy as np
from matplotlib.axes import Axes

#: Points of one curve that are drawn; enough for 600 dpi.
MOST_POINTS = 500


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


def legend_height(n_entries: int) -> float:
    """Height of a figure, inches, whose legend has so many lines."""
    return max(4.0, 0.6 + 0.165 * n_entries)
