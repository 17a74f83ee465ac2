"""Scores of a scan beside those of shuffled windows, and peaks by chromosome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from enngene_core.plots.curves import probability_limit
from enngene_core.plots.names import natural_order, short_names
from enngene_core.plots.rows import height_of, name_rows
from enngene_core.plots.style import COLOURS, GREY, MOST_ROWS, spaced, styled

_FILL = "#BFDCEC"
_COLUMNS = 3
#: More classes than this would make a figure that no page holds.
MOST_PANELS = 30
MOST_CLASSES = len(COLOURS)


@dataclass(frozen=True)
class ScoreHistogram:
    """Shares of scanned and of shuffled windows by the probability of one class.

    Attributes
    ----------
    name : str
        The class.
    edges : ndarray of float64, shape (n_bins + 1,)
    scanned, shuffled : ndarray of float64, shape (n_bins,)
        Percent; both add up to 100.
    threshold : float
        Windows above it are in peaks; infinite if there is none.
    """

    name: str
    edges: np.ndarray
    scanned: np.ndarray
    shuffled: np.ndarray
    threshold: float


class ScoresDisplay:
    """A panel for each class: probabilities in the genome (area) and when shuffled (line).

    Parameters
    ----------
    histograms
        Of the classes; the first `MOST_PANELS` are drawn.

    Attributes
    ----------
    figure
        Set by `plot`.
    """

    figure: Figure

    def __init__(self, histograms: Sequence[ScoreHistogram]) -> None:
        self.histograms = histograms[:MOST_PANELS]

    def plot(self) -> "ScoresDisplay":
        """Draw a figure that grows with the number of classes."""
        n = len(self.histograms)
        n_columns = min(n, _COLUMNS)
        n_rows = -(-n // n_columns)
        names = short_names([histogram.name for histogram in self.histograms], length=26)
        with styled():
            size = (max(2.4 * n_columns + 0.4, 4.2), 2.1 * n_rows + 0.7)
            self.figure = Figure(figsize=size, layout="constrained")
            axes = self.figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
            axes[0, 0].xaxis.set_major_formatter(lambda value, _: f"{value:g}")
            lowest = self._lowest()
            axes[0, 0].set_xlim(0, probability_limit(self._highest()))
            for ax, histogram, name in zip(axes.flat, self.histograms, names, strict=False):
                _draw(ax, histogram, lowest)
                ax.set_title(name)
            for ax in axes.flat[n:]:
                ax.set_axis_off()
            for ax in axes.flat[max(n - n_columns, 0) : n]:
                ax.tick_params(labelbottom=True)
            self.figure.supxlabel("probability of the class", fontsize=9)
            self.figure.supylabel("windows (%, logarithmic)", fontsize=9)
            handles, labels = axes.flat[0].get_legend_handles_labels()
            self.figure.legend(handles, labels, loc="outside upper left", ncols=len(labels))
        return self

    def _lowest(self) -> float:
        """Where the logarithmic axis begins: under the smallest share that is not 0."""
        shares = np.concatenate([np.r_[h.scanned, h.shuffled] for h in self.histograms])
        return float(10 ** np.floor(np.log10(shares[shares > 0].min(initial=100))))

    def _highest(self) -> float:
        """Upper end of the last bin with windows."""
        return max(
            float(h.edges[1:][(h.scanned > 0) | (h.shuffled > 0)].max(initial=0))
            for h in self.histograms
        )


def _draw(ax: Axes, histogram: ScoreHistogram, lowest: float) -> None:
    ax.stairs(
        histogram.scanned,
        histogram.edges,
        baseline=lowest,
        fill=True,
        facecolor=_FILL,
        edgecolor=COLOURS[0],
        linewidth=0.8,
        label="the genome",
    )
    ax.stairs(
        histogram.shuffled,
        histogram.edges,
        baseline=lowest,
        color=COLOURS[1],
        linewidth=1.2,
        label="shuffled",
    )
    is_within = 0 <= histogram.threshold <= 1
    threshold = histogram.threshold if is_within else -1
    ax.axvline(threshold, color=GREY, linewidth=1, linestyle="--", label="cut-off of peaks")
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_ylim(lowest, 150)
    ax.grid(axis="y")


class PeaksDisplay:
    """Bars of the peaks per million bases of each chromosome, a colour for each class.

    Parameters
    ----------
    densities
        By chromosome, for each class; the `MOST_ROWS` first chromosomes are drawn.
    classes
        Names; of more than seven those with most peaks are drawn.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, densities: Mapping[str, np.ndarray], classes: Sequence[str]) -> None:
        names = natural_order(list(densities)[:MOST_ROWS])
        totals = np.sum([densities[name] for name in names], axis=0)
        drawn = np.sort(np.argsort(-totals, kind="stable")[:MOST_CLASSES])
        self.densities = {name: densities[name][drawn] for name in names}
        self.classes = [classes[label] for label in drawn.tolist()]

    def plot(self) -> "PeaksDisplay":
        """Draw a figure that grows with the number of chromosomes."""
        n = len(self.classes)
        rows = np.arange(len(self.densities))
        shares = np.array(list(self.densities.values())).reshape(-1, n)
        height = 0.8 / n
        with styled():
            names = short_names(self.classes, length=26)
            n_columns = min(n, 4 if max(map(len, names)) <= 12 else 2)
            tall = height_of(len(rows)) + 0.06 * len(rows) * max(n - 2, 0)
            tall += 0.15 + 0.15 * -(-n // n_columns)
            self.figure = Figure(figsize=(6.5, tall), layout="constrained")
            self.ax = self.figure.add_subplot()
            for label, name in enumerate(names):
                self.ax.barh(
                    rows + (label - (n - 1) / 2) * height,
                    shares[:, label],
                    height=0.92 * height,
                    color=COLOURS[label],
                    label=name,
                )
            name_rows(self.ax, list(self.densities))
            self.ax.set_xlim(0, 1.05 * shares.max() if shares.any() else 1)
            self.ax.xaxis.set_major_locator(MaxNLocator(6))
            if shares.max(initial=0) >= 1000:
                self.ax.xaxis.set_major_formatter(spaced)
            self.ax.set_xlabel("peaks per million scanned bases")
            self.ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=n_columns)
        return self
