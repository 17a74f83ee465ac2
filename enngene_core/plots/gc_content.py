"""GC content by class."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.names import short_names
from enngene_core.plots.style import COLOURS, MOST_ROWS, axes_for, styled

if TYPE_CHECKING:
    from enngene_core.dataset.preprocess import PreprocessResult

#: What the boxes show.
PERCENTILES = (5, 25, 50, 75, 95)


def gc_percentiles(result: "PreprocessResult") -> dict[str, np.ndarray]:
    """For each class, `PERCENTILES` of its windows' GC content, in percent."""
    return {name: 100 * np.percentile(shares, PERCENTILES) for name, shares in result.gc.items()}


class GcContentDisplay:
    """A box for each class: median, quartiles, and whiskers from the 5th to the 95th percentile.

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

    def plot(self, ax: Axes | None = None) -> "GcContentDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        percentiles = gc_percentiles(self.result)
        names = list(percentiles)[:MOST_ROWS]
        keys = ("whislo", "q1", "med", "q3", "whishi")
        boxes = [dict(zip(keys, percentiles[name], strict=True)) for name in names]
        rows = range(len(names))
        with styled():
            self.figure, self.ax = axes_for(ax, width=7, height=1.0 + 0.3 * len(names))
            self.ax.bxp(
                boxes,
                positions=rows,
                orientation="horizontal",
                showfliers=False,
                widths=0.55,
                patch_artist=True,
                boxprops={"facecolor": "#BFDCEC", "edgecolor": COLOURS[0]},
                medianprops={"color": COLOURS[1], "linewidth": 2},
                whiskerprops={"color": COLOURS[0]},
                capprops={"color": COLOURS[0]},
            )
            self.ax.set_yticks(rows, short_names(names, length=28))
            self.ax.set_ylim(len(names) - 0.4, -0.6)
            self.ax.set_xlim(0, 100)
            self.ax.set_xlabel("GC content of a window (%)")
            self.ax.grid(axis="x")
            self.ax.tick_params(axis="y", length=0)
        return self
