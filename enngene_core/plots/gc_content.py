"""GC content by class."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.rows import draw_boxes, height_of, percentiles
from enngene_core.plots.style import MOST_ROWS, axes_for, styled


def gc_percentiles(result: DatasetResult) -> dict[str, np.ndarray]:
    """For each class, `PERCENTILES` of its windows' GC content, in percent."""
    return percentiles({name: 100 * shares for name, shares in result.summary.gc.items()})


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

    def __init__(self, result: DatasetResult) -> None:
        self.result = result

    def plot(self, ax: Axes | None = None) -> "GcContentDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        boxes = dict(list(gc_percentiles(self.result).items())[:MOST_ROWS])
        with styled():
            self.figure, self.ax = axes_for(ax, width=7, height=height_of(len(boxes)))
            draw_boxes(self.ax, boxes)
            self.ax.set_xlim(0, 100)
            self.ax.set_xlabel("GC content of a window (%)")
        return self
