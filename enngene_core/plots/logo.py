"""Sequence logos: a stack of letters at every position."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, Bbox

from enngene_core.plots.style import GREY

#: Colours of bases and of structure symbols that colour-blind people tell apart too.
LOGO_COLOURS = {
    **{"A": "#009E73", "C": "#0072B2", "G": "#E69F00", "T": "#D55E00", "U": "#D55E00"},
    **{"(": "#0072B2", ")": "#56B4E9", ".": "#D55E00"},
    **{"S": "#0072B2", "H": "#D55E00", "I": "#009E73", "M": "#CC79A7", "E": "#999999"},
}

_FONT = FontProperties(family="DejaVu Sans", weight="bold")
#: Share of a position's breadth that a letter takes.
_BREADTH = 0.94
#: What would be a block, were it stretched as the others are.
_NARROW = {"I": 0.4, "(": 0.5, ")": 0.5}


def draw_logo(ax: Axes, heights: np.ndarray, symbols: str, *, first: float = 1.0) -> None:
    """Draw letters on top of each other, and set the limits of both axes to them.

    Above 0 the tallest letter of a position is on top, below 0 it is at the bottom; letters below
    0 stand upright too, so that each can be told from the others.

    Parameters
    ----------
    ax
        Axes, which the letters fill.
    heights : ndarray of float, shape (width, n_symbols)
        Height of each letter at each position, in the units of the y axis, such as bits or
        attributions; negative ones reach down. Letters of height 0 are left out.
    symbols
        A letter for each column; U has the colour of T.
    first
        Place of the first position's middle on the x axis, whose unit is a position.

    Raises
    ------
    ValueError
        If the heights are not finite, or have no column for each symbol.
    """
    heights = np.asarray(heights, dtype=float)
    if heights.ndim != 2 or heights.shape[1] != len(symbols) or not np.isfinite(heights).all():
        raise ValueError(
            f"found heights of shape {heights.shape}; expected finite ones, a column for each of "
            f"{len(symbols)} symbols"
        )
    bottom = _bottoms(heights)
    for column, symbol in enumerate(symbols):
        positions = np.flatnonzero(heights[:, column])
        if not len(positions):
            continue
        glyph = _glyph(symbol)
        breadth = _NARROW.get(symbol, _BREADTH)
        placed = [
            glyph.transformed(
                Affine2D()
                .scale(breadth, abs(heights[position, column]))
                .translate(first + position - breadth / 2, bottom[position, column])
            )
            for position in positions
        ]
        color = LOGO_COLOURS.get(symbol, GREY)
        # One outline for all occurrences: a window of 400 is drawn in milliseconds.
        outlines = Path.make_compound_path(*placed)
        ax.add_patch(PathPatch(outlines, facecolor=color, linewidth=0, gid=f"logo {symbol}"))
    lowest = float(np.minimum(heights, 0).sum(axis=1).min(initial=0))
    highest = float(np.maximum(heights, 0).sum(axis=1).max(initial=0))
    ax.set_xlim(first - 0.5, first + len(heights) - 0.5)
    if lowest < highest:
        ax.set_ylim(1.03 * lowest, 1.03 * highest)


def _bottoms(heights: np.ndarray) -> np.ndarray:
    """Lower edge of every letter, shape (width, n_symbols)."""
    # From the axis outwards by size; of equal ones the later symbol lies farther out.
    order = np.argsort(np.abs(heights), axis=1, kind="stable")
    by_size = np.take_along_axis(heights, order, axis=1)
    up = np.cumsum(np.maximum(by_size, 0), axis=1) - np.maximum(by_size, 0)
    down = np.cumsum(np.minimum(by_size, 0), axis=1)
    bottom = np.empty_like(heights)
    np.put_along_axis(bottom, order, np.where(by_size >= 0, up, down), axis=1)
    return bottom


@cache
def _glyph(symbol: str) -> Path:
    """Outline of a symbol, stretched to the unit square."""
    if symbol == ".":
        return Path.unit_circle().transformed(Affine2D().translate(1, 1).scale(0.5))
    outline = TextPath((0, 0), symbol, size=1, prop=_FONT)
    box: Bbox = outline.get_extents()
    return outline.transformed(
        Affine2D().translate(-box.x0, -box.y0).scale(1 / box.width, 1 / box.height)
    )
