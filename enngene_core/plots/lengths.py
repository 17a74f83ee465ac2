"""Lengths of intervals and sequences by class."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.rows import draw_boxes, height_of, percentiles
from enngene_core.plots.style import GREY, MOST_ROWS, axes_for, spaced, styled

#: A wider range, as a ratio, is drawn on a logarithmic axis; of a very wide one, only powers of
#: ten are named.
_WIDE_RANGE, _VERY_WIDE_RANGE = 20, 2000


def length_percentiles(result: DatasetResult) -> dict[str, np.ndarray]:
    """For each class, `PERCENTILES` of its intervals' lengths, in nt."""
    return percentiles(result.summary.lengths)


class LengthsDisplay:
    """A box for each class: median, quartiles, and whiskers from the 5th to the 95th percentile.

    Parameters
    ----------
    result
        Its first `MOST_ROWS` classes are drawn; the width of a window is marked.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, result: DatasetResult) -> None:
        self.result = result

    def plot(self, ax: Axes | None = None) -> "LengthsDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        boxes = dict(list(length_percentiles(self.result).items())[:MOST_ROWS])
        window = self.result.spec.window
        drawn = np.array([*boxes.values()])
        smallest, largest = min(drawn.min(), window), max(drawn.max(), window)
        with styled():
            self.figure, self.ax = axes_for(ax, width=7, height=0.3 + height_of(len(boxes)))
            draw_boxes(self.ax, boxes)
            line = self.ax.axvline(window, color=GREY, linestyle="--", linewidth=1.2)
            if smallest > 0 and largest / smallest > _WIDE_RANGE:
                self.ax.set_xscale("log", subs=range(2, 10))
                named = (1, 2, 5) if largest / smallest < _VERY_WIDE_RANGE else (1,)
                self.ax.xaxis.set_major_locator(LogLocator(subs=named))
                self.ax.xaxis.set_minor_formatter(NullFormatter())
            else:
                self.ax.set_xlim(0, 1.05 * largest)
            self.ax.xaxis.set_major_formatter(spaced)
            self.ax.set_xlabel("length of an interval or sequence (nt)")
            self.ax.legend(
                [line],
                [f"width of a window: {window:,} nt"],
                loc="lower left",
                bbox_to_anchor=(0, 1),
                borderaxespad=0.2,
            )
        return self
