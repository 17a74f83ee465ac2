"""Windows by chromosome and split."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.names import natural_order
from enngene_core.plots.rows import draw_splits, height_of
from enngene_core.plots.style import MOST_ROWS, axes_for, styled


def largest_chromosomes(result: DatasetResult) -> dict[str, np.ndarray]:
    """Windows by split of the `MOST_ROWS` chromosomes that have most of them.

    All others are summed up as the last one.

    Returns
    -------
    dict of str to ndarray of int64, each of shape (n_splits,)
        In the order of the names: ``chr2`` comes before ``chr10``.
    """
    counts = result.summary.chromosomes
    if len(counts) <= MOST_ROWS:
        return {name: counts[name] for name in natural_order(counts)}
    by_size = sorted(natural_order(counts), key=lambda name: -int(counts[name].sum()))
    largest = natural_order(by_size[: MOST_ROWS - 1])
    rest = by_size[MOST_ROWS - 1 :]
    return {
        **{name: counts[name] for name in largest},
        f"{len(rest):,} others": np.sum([counts[name] for name in rest], axis=0),
    }


class ChromosomesDisplay:
    """Stacked bars: for each chromosome the share of its windows in every split.

    Parameters
    ----------
    result
        The chromosomes with most windows are drawn, and the sum of the others.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, result: DatasetResult) -> None:
        self.result = result

    def plot(self, ax: Axes | None = None) -> "ChromosomesDisplay":
        """Draw into `ax`, or into a figure that grows with the number of chromosomes."""
        counts = largest_chromosomes(self.result)
        with styled():
            self.figure, self.ax = axes_for(ax, width=7, height=0.3 + height_of(len(counts)))
            draw_splits(self.ax, counts, as_shares=True)
        return self
