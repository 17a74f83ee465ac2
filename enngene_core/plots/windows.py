"""Windows by class and split."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.rows import draw_splits, height_of
from enngene_core.plots.style import MOST_ROWS, axes_for, styled


class WindowCountsDisplay:
    """Stacked bars: for each class its windows, by split.

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

    def plot(self, ax: Axes | None = None) -> "WindowCountsDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        classes, counts = self.result.spec.classes, self.result.summary.counts
        shown = dict(list(zip(classes, counts, strict=True))[:MOST_ROWS])
        with styled():
            self.figure, self.ax = axes_for(ax, width=7, height=0.3 + height_of(len(shown)))
            draw_splits(self.ax, shown)
        return self
