"""How alike positives and negatives are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from enngene_core.dataset.likeness import DINUCLEOTIDES, Profile
from enngene_core.plots.style import COLOURS, axes_for, spaced, styled

CLASSES = ("positives", "negatives")
#: Bins at the ends with less of both classes, percent, are not drawn.
LEAST_SHARE = 0.1
_FILL = "#BFDCEC"
#: Bins of lengths; of GC content, percentage points, for few and for many sequences.
_LENGTH_BINS, _GC_BIN, _FINE_GC_BIN, _MANY = 60, 5, 2, 500
#: A wider range of lengths, as a ratio, is drawn on a logarithmic axis.
_WIDE_RANGE = 20


@dataclass(frozen=True)
class Histogram:
    """Shares of two classes in the same bins.

    Attributes
    ----------
    edges : ndarray, shape (n_bins + 1,)
        A bin holds its lower edge, and not its upper one, the last bin aside.
    positives, negatives : ndarray of float64, shape (n_bins,)
        Percent of the class.
    """

    edges: np.ndarray
    positives: np.ndarray
    negatives: np.ndarray

    @classmethod
    def of(cls, positives: np.ndarray, negatives: np.ndarray, edges: np.ndarray) -> "Histogram":
        """Shares of `positives` and `negatives` between `edges`."""
        shares = (
            100 * np.histogram(values, edges)[0] / max(len(values), 1)
            for values in (positives, negatives)
        )
        return cls(edges, *shares)

    @property
    def drawn(self) -> slice:
        """Bins without those at the ends that hold next to nothing of either class."""
        shares = np.maximum(self.positives, self.negatives)
        held = np.flatnonzero(shares >= LEAST_SHARE)
        return slice(int(held[0]), int(held[-1]) + 1)

    def draw(self, ax: Axes) -> None:
        """Draw positives as an area and negatives as a line."""
        drawn = self.drawn
        edges = self.edges[drawn.start : drawn.stop + 1]
        shapes: list[StepPatch] = [
            ax.stairs(
                self.positives[drawn],
                edges,
                fill=True,
                facecolor=_FILL,
                edgecolor=COLOURS[0],
                linewidth=1,
            ),
            ax.stairs(self.negatives[drawn], edges, color=COLOURS[1], linewidth=1.5),
        ]
        ax.set_ylim(bottom=0)
        ax.set_ylabel("share of the class (%)")
        ax.grid(axis="y")
        _legend(ax, shapes)


def gc_histogram(positives: Profile, negatives: Profile) -> Histogram:
    """Shares of each class by GC content in percent."""
    values = 100 * positives.gc, 100 * negatives.gc
    both = np.concatenate(values)
    width = _FINE_GC_BIN if min(map(len, values)) >= _MANY else _GC_BIN
    first = width * np.floor(both.min(initial=50) / width)
    last = width * (np.floor(both.max(initial=50) / width) + 1)
    return Histogram.of(*values, np.arange(first, min(last, 100) + 1, width))


def length_histogram(positives: Profile, negatives: Profile) -> Histogram:
    """Shares of each class by length in nt."""
    both = np.concatenate([positives.length, negatives.length])
    spread = np.geomspace if both.max() > _WIDE_RANGE * both.min() else np.linspace
    edges = np.unique(np.rint(spread(both.min(), both.max() + 1, _LENGTH_BINS + 1)))
    return Histogram.of(positives.length, negatives.length, edges)


class GcHistogramDisplay:
    """Distribution of GC content in both classes.

    Parameters
    ----------
    positives, negatives
        What is compared.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, positives: Profile, negatives: Profile) -> None:
        self.histogram = gc_histogram(positives, negatives)

    def plot(self, ax: Axes | None = None) -> "GcHistogramDisplay":
        """Draw into `ax`, or into a new figure."""
        with styled():
            self.figure, self.ax = axes_for(ax, width=5, height=3)
            self.histogram.draw(self.ax)
            self.ax.set_xlabel("GC content of a sequence (%)")
        return self


class LengthHistogramDisplay:
    """Distribution of lengths in both classes.

    Parameters
    ----------
    positives, negatives
        What is compared.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, positives: Profile, negatives: Profile) -> None:
        self.histogram = length_histogram(positives, negatives)

    def plot(self, ax: Axes | None = None) -> "LengthHistogramDisplay":
        """Draw into `ax`, or into a new figure."""
        drawn = self.histogram.drawn
        edges = self.histogram.edges[drawn.start : drawn.stop + 1]
        with styled():
            self.figure, self.ax = axes_for(ax, width=5, height=3)
            self.histogram.draw(self.ax)
            if edges[-1] > _WIDE_RANGE * edges[0]:
                self.ax.set_xscale("log", subs=range(2, 10))
                is_very_wide = edges[-1] > _WIDE_RANGE**2 * edges[0]
                self.ax.xaxis.set_major_locator(
                    LogLocator(subs=(1,) if is_very_wide else (1, 2, 5))
                )
                self.ax.xaxis.set_minor_formatter(NullFormatter())
            else:
                self.ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            self.ax.xaxis.set_major_formatter(spaced)
            self.ax.set_xlabel("length of a sequence (nt)")
        return self


class DinucleotidesDisplay:
    """Bars of each dinucleotide's share in both classes.

    Parameters
    ----------
    positives, negatives
        What is compared.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, positives: Profile, negatives: Profile) -> None:
        self.profiles = (positives, negatives)

    def plot(self, ax: Axes | None = None) -> "DinucleotidesDisplay":
        """Draw into `ax`, or into a new figure."""
        places = np.arange(len(DINUCLEOTIDES))
        with styled():
            self.figure, self.ax = axes_for(ax, width=6.5, height=3)
            bars: list[BarContainer] = [
                self.ax.bar(
                    places + shift,
                    100 * profile.dinucleotide_shares,
                    width=0.4,
                    color=colour,
                )
                for profile, shift, colour in zip(self.profiles, (-0.2, 0.2), COLOURS, strict=False)
            ]
            self.ax.set_xticks(places, DINUCLEOTIDES)
            self.ax.tick_params(axis="x", length=0)
            self.ax.set_xlim(-0.6, len(places) - 0.4)
            self.ax.set_xlabel("dinucleotide, on the sequence's own strand")
            self.ax.set_ylabel("share of all dinucleotides (%)")
            self.ax.grid(axis="y")
            _legend(self.ax, bars)
        return self


def _legend(ax: Axes, shapes: Sequence[StepPatch | BarContainer]) -> None:
    ax.legend(
        shapes,
        CLASSES,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        borderaxespad=0.2,
        borderpad=0,
    )
