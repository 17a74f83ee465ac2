"""Windows whose letters are as tall as their attributions."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from enngene_core.plots.attributions import window_title
from enngene_core.plots.logo import draw_logo
from enngene_core.plots.style import styled

if TYPE_CHECKING:
    from enngene_core.interpretation.result import InterpretationResult

#: Windows of a class, and the widest ones.
MOST_WINDOWS, WIDEST = 3, 400

# Inches.
_WIDTH, _LEFT, _RIGHT = 10.0, 0.95, 0.2
_LINE, _GAP, _TITLE, _EDGE = 0.78, 0.32, 0.3, 0.1
_BETWEEN = 0.12  # so that the lowest number of a row is not in the highest one of the next
_PER_LINE = 100


class AttributionLogosDisplay:
    """Logos of the highest scoring windows of a class: a row for each branch of symbols.

    All rows of a window have one scale; letters above the line speak for the class, those below
    it against it.

    Parameters
    ----------
    result
        Windows and attributions.
    label
        Index of the class.

    Attributes
    ----------
    shown : ndarray of int
        Windows that are drawn.
    branches : list of str
        Those of symbols.
    figure, axes
        Set by `plot`.
    """

    figure: Figure
    axes: list[Axes]

    def __init__(self, result: "InterpretationResult", label: int) -> None:
        self.result = result
        self.shown = result.top(label)[:MOST_WINDOWS]
        encodings = result.config.dataset.encodings
        self.branches = [b for b in result.attributions.branches if encodings[b].is_coded]
        self._width = result.config.dataset.window

    def heights(self, branch: str, index: int) -> np.ndarray:
        """Height of each symbol at each position, shape (width, n_symbols)."""
        encoding = self.result.config.dataset.encodings[branch]
        codes = self.result.branches[branch][index]
        one_hot = np.eye(len(encoding.symbols) + 1)[codes][:, :-1]
        return one_hot * self.result.attributions.branches[branch][index][:, None]

    def plot(self) -> "AttributionLogosDisplay":
        """Draw into a figure that grows with the number of windows."""
        firsts = range(0, self._width, _PER_LINE)
        block = _TITLE + len(firsts) * (len(self.branches) * _LINE + _GAP)
        height = 2 * _EDGE + block * len(self.shown)
        self.axes = []
        with styled():
            self.figure = Figure(figsize=(_WIDTH, height))
            for number, index in enumerate(self.shown.tolist()):
                top = _EDGE + number * block
                title = window_title(self.result, index, longest=40)
                self.figure.text(
                    _LEFT / _WIDTH,
                    1 - (top + _TITLE / 2) / height,
                    title,
                    fontsize=8,
                    fontweight="bold",
                    va="center",
                )
                self._draw_window(index, top + _TITLE, height, firsts)
        return self

    def _draw_window(self, index: int, top: float, height: float, firsts: range) -> None:
        heights = {branch: self.heights(branch, index) for branch in self.branches}
        lowest = min(float(values.min(initial=0)) for values in heights.values())
        highest = max(float(values.max(initial=0)) for values in heights.values())
        if lowest == highest:
            lowest, highest = -1.0, 1.0
        longest = min(_PER_LINE, max(self._width, _PER_LINE // 2))
        room = (_WIDTH - _LEFT - _RIGHT) / longest
        for first in firsts:
            stop = min(first + _PER_LINE, self._width)
            for branch in self.branches:
                box = (
                    _LEFT / _WIDTH,
                    1 - (top + _LINE - _BETWEEN) / height,
                    (stop - first) * room / _WIDTH,
                    (_LINE - _BETWEEN) / height,
                )
                ax = self.figure.add_axes(box)
                symbols = self.result.config.dataset.encodings[branch].symbols
                draw_logo(ax, heights[branch][first:stop], symbols, first=first + 1)
                ax.set_ylim(1.05 * lowest, 1.05 * highest)
                ax.axhline(0, color="#666666", linewidth=0.5)
                ax.set_ylabel(branch, rotation=0, ha="right", va="center", fontsize=7)
                ax.tick_params(labelsize=6, length=2)
                ax.xaxis.set_major_locator(MultipleLocator(10))
                ax.tick_params(axis="x", labelbottom=branch == self.branches[-1])
                self.axes.append(ax)
                top += _LINE
            top += _GAP
