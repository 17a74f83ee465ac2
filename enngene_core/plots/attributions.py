"""Windows with the score of every position."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from enngene_core.branches.codes import decode
from enngene_core.plots.letters import draw_letters
from enngene_core.plots.names import shortened
from enngene_core.plots.style import styled

if TYPE_CHECKING:
    from enngene_core.interpretation.result import InterpretationResult

#: Low to high; both ends are light enough for black letters.
COLOURMAP = LinearSegmentedColormap.from_list(
    "attribution", ["#4393C3", "#FFFFFF", "#E0705C"]
).with_extremes(bad="#DDDDDD")

#: Wider windows are drawn without letters, ten times as many positions in a line.
_WIDEST_WITH_LETTERS = 400
#: Shades from white to each end of the colour map, in text.
_SHADES = 16
#: Lines of positions in one figure.
_MOST_LINES = 50

# Inches.
_CELL, _ROW, _TITLE, _TICKS, _BLOCK_GAP = 0.088, 0.16, 0.22, 0.17, 0.12
_LEFT, _RIGHT, _EDGE = 0.95, 0.2, 0.12
_PER_LINE = 100
#: The narrowest figure, in positions: a title and its colour bar need the room.
_SHORTEST_LINE = 85


def ground_colours(scores: np.ndarray, largest: float) -> np.ndarray:
    """Colours of grounds, in steps that a page can hold.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
    largest
        Absolute score of the strongest colours.

    Returns
    -------
    ndarray of uint8, shape (n, 3)
    """
    steps = np.round(_SHADES * scores / (largest or 1.0)) / _SHADES
    return COLOURMAP((steps + 1) / 2, bytes=True)[:, :3]


def window_title(result: "InterpretationResult", index: int, *, longest: int) -> str:
    """Name (of at most `longest` characters), place, probability and completeness error."""
    locus = result.windows.locus(index)
    place = f"{locus.start:,}\N{EN DASH}{locus.end:,}"
    if not result.of_sequences:
        place = f"{shortened(locus.chrom, length=30)}:{place} ({locus.strand})"
    title = f"{place}   probability {result.probabilities[index, result.target[index]]:.3f}"
    name = shortened(locus.name, length=longest)
    if name not in ("", "."):
        title = f"{name}   {title}"
    error = result.attributions.completeness_error[index]
    return title if np.isnan(error) else f"{title}   error {100 * error:.2g} %"


class AttributionsDisplay:
    """The highest scoring windows of one class, each a block with a row for every branch.

    The ground of a position is its attribution, from blue (speaks against the class) over white
    to red (speaks for it); all branches of one window share one scale, which stands beside the
    window's title.

    Parameters
    ----------
    result
        Windows and attributions.
    label
        Index of the class.

    Attributes
    ----------
    shown : ndarray of int
        Windows that are drawn, the highest scoring first; fewer than asked for, if the figure
        would be too long.
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, result: "InterpretationResult", label: int) -> None:
        self.result = result
        self.label = label
        self.branches = list(result.attributions.branches)
        self.width = result.config.dataset.window
        self.has_letters = self.width <= _WIDEST_WITH_LETTERS
        self.per_line = _PER_LINE if self.has_letters else 10 * _PER_LINE
        self._line_width = _CELL * min(_PER_LINE, max(self.width, _SHORTEST_LINE))
        self.n_lines = -(-self.width // self.per_line)
        self.shown = result.top(label)[: max(1, _MOST_LINES // self.n_lines)]
        self._letters: dict[str, list[tuple[float, float]]] = {}

    @property
    def rows(self) -> list[str]:
        """Names of the rows of a window."""
        return self.branches

    def scores(self, index: int) -> np.ndarray:
        """What the grounds of a window show, shape (n_rows, width); NaN where there is nothing."""
        return np.stack([self.result.attributions.branches[b][index] for b in self.branches])

    def longest_bar(self, branch: str) -> float:
        """Absolute score that the longest bar of a branch of scores stands for."""
        scores = self.result.branches[branch][self.shown]
        return float(np.abs(scores).max()) if scores.size else 0.0

    def plot(self, ax: Axes | None = None) -> "AttributionsDisplay":
        """Draw into `ax`, or into a figure that grows with the number of windows."""
        line = len(self.rows) * _ROW + _TICKS
        block = _TITLE + self.n_lines * line + _BLOCK_GAP
        width = _LEFT + self._line_width + _RIGHT
        height = 2 * _EDGE + block * max(1, len(self.shown))
        self._letters = {}
        with styled():
            if ax is None:
                self.figure = Figure(figsize=(width, height))
                ax = self.figure.add_axes((0, 0, 1, 1))
            else:
                self.figure = ax.get_figure(root=True) or Figure()
            self.ax = ax
            ax.set_axis_off()
            ax.set_xlim(0, width)
            ax.set_ylim(height, 0)
            for number, index in enumerate(self.shown):
                self._draw_window(int(index), _EDGE + number * block, line)
            places = {letter: np.array(found) for letter, found in self._letters.items()}
            draw_letters(ax, places, size=7.2)
            ax.set_xlim(0, width)
            ax.set_ylim(height, 0)
            ax.set_aspect("auto")
        return self

    def _draw_window(self, index: int, top: float, line: float) -> None:
        scores = self.scores(index)
        largest = float(np.nanmax(np.abs(scores), initial=0)) or 1.0
        norm = Normalize(-largest, largest)
        self._draw_title(index, top, largest)
        cell = _CELL * _PER_LINE / self.per_line
        for number, first in enumerate(range(0, self.width, self.per_line)):
            stop = min(first + self.per_line, self.width)
            upper = top + _TITLE + number * line
            lower = upper + len(self.rows) * _ROW
            right = _LEFT + (stop - first) * cell
            self.ax.imshow(
                scores[:, first:stop],
                extent=(_LEFT, right, lower, upper),
                cmap=COLOURMAP,
                norm=norm,
                aspect="auto",
            )
            self.ax.plot(
                [_LEFT, right, right, _LEFT, _LEFT],
                [upper, upper, lower, lower, upper],
                color="#999999",
                linewidth=0.5,
            )
            for row, name in enumerate(self.rows):
                middle = upper + (row + 0.5) * _ROW
                self.ax.text(
                    _LEFT - 0.06, middle, name, ha="right", va="center_baseline", fontsize=7
                )
                x = _LEFT + (np.arange(stop - first) + 0.5) * cell
                self._draw_row(name, index, slice(first, stop), x, middle)
            self._draw_positions(first, stop, lower, cell)

    def _draw_title(self, index: int, top: float, largest: float) -> None:
        longest = int(40 * self._line_width / (_CELL * _PER_LINE))
        title = window_title(self.result, index, longest=longest)
        middle = top + _TITLE / 2
        self.ax.text(_LEFT, middle, title, fontsize=8, fontweight="bold", va="center_baseline")
        end = _LEFT + self._line_width
        self.ax.imshow(
            np.linspace(-1, 1, 101)[None],
            extent=(end - 1.35, end - 0.5, middle + 0.05, middle - 0.05),
            cmap=COLOURMAP,
            aspect="auto",
        )
        for x, text, side in (
            (end - 1.39, f"\N{MINUS SIGN}{largest:.2g}", "right"),
            (end - 0.46, f"+{largest:.2g}", "left"),
        ):
            self.ax.text(x, middle, text, fontsize=7, ha=side, va="center_baseline")

    def _draw_row(
        self, name: str, index: int, positions: slice, x: np.ndarray, middle: float
    ) -> None:
        values = self.result.branches[name][index]
        encoding = self.result.config.dataset.encodings[name]
        if not encoding.is_coded:
            # Bars from a middle line; the longest one of the figure fills half of the row.
            longest = self.longest_bar(name) or 1.0
            lengths = values[positions] / longest * _ROW * 0.47
            ends = np.stack([np.full(len(x), middle), middle - lengths], axis=1)
            segments = np.stack([np.repeat(x[:, None], 2, axis=1), ends], axis=2)
            self.ax.plot([x[0], x[-1]], [middle, middle], color="#AAAAAA", linewidth=0.4)
            width = 2.6 if self.has_letters else 0.3
            self.ax.add_collection(
                LineCollection(list(segments), colors="#333333", linewidths=width, capstyle="butt"),
                autolim=False,
            )
        elif self.has_letters:
            text = decode(values[None, positions], encoding)[0]
            for letter, at in zip(text, x, strict=True):
                self._letters.setdefault(letter, []).append((float(at), middle))

    def _draw_positions(self, first: int, stop: int, lower: float, cell: float) -> None:
        step = 10 * self.per_line // _PER_LINE
        marked = [p for p in range(first + 1, stop + 1) if p % step == 0 or p == 1]
        x = [_LEFT + (p - first - 0.5) * cell for p in marked]
        ticks: Sequence[list[tuple[float, float]]] = [[(at, lower), (at, lower + 0.03)] for at in x]
        self.ax.add_collection(
            LineCollection(ticks, colors="#666666", linewidths=0.6), autolim=False
        )
        for at, position in zip(x, marked, strict=True):
            self.ax.text(
                at,
                lower + 0.045,
                f"{position:,}",
                fontsize=6,
                ha="center",
                va="top",
                color="#444444",
            )
