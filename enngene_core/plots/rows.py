"""Figures with a row for each class or chromosome."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from enngene_core.plots.names import short_names
from enngene_core.plots.style import COLOURS, spaced
from enngene_core.specs.splitting import SPLITS

#: What boxes show.
PERCENTILES = (5, 25, 50, 75, 95)


def height_of(n_rows: int) -> float:
    """Height of a figure with so many rows, inches; of more than 30 each is lower."""
    return 1.0 + 0.3 * min(n_rows, 30) + 0.2 * max(n_rows - 30, 0)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Name the rows, the first on top."""
    ax.set_yticks(range(len(names)), short_names(names, length=28))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(axis="x")
    ax.tick_params(axis="y", length=0)


def draw_splits(ax: Axes, counts: Mapping[str, np.ndarray], *, as_shares: bool = False) -> None:
    """Stacked bars of windows by split, with the number of all.

    Parameters
    ----------
    ax
        Axes to draw into.
    counts : mapping of str to ndarray of int, each of shape (n_splits,)
        Windows of each row, which has some.
    as_shares
        Whether each bar is 100 % of its row's windows, so that short ones can be read too.
    """
    of_row = np.array(list(counts.values())).reshape(-1, len(SPLITS))
    totals = of_row.sum(axis=1)
    widths = 100 * of_row / np.maximum(totals, 1)[:, None] if as_shares else of_row
    ends = widths.cumsum(axis=1)
    bars = [
        ax.barh(
            range(len(widths)),
            widths[:, index],
            left=ends[:, index] - widths[:, index],
            height=0.7,
            color=COLOURS[index],
            edgecolor="white",
            linewidth=0.6,
        )
        for index in range(len(SPLITS))
    ]
    for row, total in enumerate(totals):
        ax.annotate(
            f"{total:,}",
            (ends[row, -1], row),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    name_rows(ax, list(counts))
    ax.legend(bars, SPLITS, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2)
    if as_shares:
        ax.set_xlim(0, 100)
        ax.set_xlabel("share of the windows (%); their number on the right")
    else:
        ax.set_xlim(0, max(totals.max() * 1.1, 1))
        ax.set_xlabel("windows (number)")
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.xaxis.set_major_formatter(spaced)


def percentiles(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`PERCENTILES` of each row that has values."""
    return {
        name: np.percentile(of_row, PERCENTILES) for name, of_row in values.items() if of_row.size
    }


def draw_boxes(ax: Axes, boxes: Mapping[str, np.ndarray]) -> None:
    """Boxes of quartiles with the median, and whiskers from the 5th to the 95th percentile.

    Parameters
    ----------
    ax
        Axes to draw into.
    boxes
        From `percentiles`.
    """
    keys = ("whislo", "q1", "med", "q3", "whishi")
    ax.bxp(
        [dict(zip(keys, box, strict=True)) for box in boxes.values()],
        positions=range(len(boxes)),
        orientation="horizontal",
        showfliers=False,
        widths=0.55,
        patch_artist=True,
        boxprops={"facecolor": "#BFDCEC", "edgecolor": COLOURS[0]},
        medianprops={"color": COLOURS[1], "linewidth": 2},
        whiskerprops={"color": COLOURS[0]},
        capprops={"color": COLOURS[0]},
    )
    name_rows(ax, list(boxes))
