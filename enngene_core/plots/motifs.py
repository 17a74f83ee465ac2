"""Motifs as logos, one a row, with where in the window they stand."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from enngene_core.interpretation.motifs.motif import Motif
from enngene_core.plots.logo import draw_logo
from enngene_core.plots.names import short_names
from enngene_core.plots.style import COLOURS, GREY, styled

#: Bars of a histogram of places.
N_BINS = 20
# Inches.
_ROW, _EDGES, _WIDTH = 0.95, 0.75, 7.5


class MotifsDisplay:
    """A row for each motif: its name and numbers, its logo, and where its sites stand.

    Motifs from attributions have two logos: their sites' bases, and the mean attributions.

    Parameters
    ----------
    motifs
        Of one branch and one origin, in the order of the rows.
    classes
        Names of all classes.
    window
        Width of a window, nt.
    symbols
        Those of the branch; empty for scores.

    Attributes
    ----------
    figure, axes
        Set by `plot`; the axes are of shape (n_motifs, n_columns).
    """

    figure: Figure
    axes: np.ndarray

    def __init__(
        self, motifs: Sequence[Motif], classes: Sequence[str], *, window: int, symbols: str
    ) -> None:
        self.motifs = motifs
        self.classes = short_names(list(classes), length=18)
        self.window = window
        self.symbols = symbols
        self.has_attributions = any(motif.contributions is not None for motif in motifs)
        #: All logos share one scale.
        self.highest = max((float(motif.information.max()) for motif in motifs), default=0.0)

    def plot(self) -> "MotifsDisplay":
        """Draw into a figure that grows with the number of motifs."""
        ratios = [1.25, 3, 3, 1.4] if self.has_attributions else [1.25, 4, 1.8]
        with styled():
            n_rows = len(self.motifs)
            self.figure = Figure(figsize=(_WIDTH, _EDGES + _ROW * n_rows), layout="constrained")
            self.axes = self.figure.subplots(
                n_rows, len(ratios), squeeze=False, width_ratios=ratios
            )
            for row, motif in zip(self.axes, self.motifs, strict=True):
                self._draw_text(row[0], motif)
                if motif.is_coded:
                    self._draw_information(row[1], motif)
                else:
                    self._draw_profile(row[1], motif)
                if motif.contributions is not None:
                    self._draw_attributions(row[2], motif)
                self._draw_places(row[-1], motif)
            self._name_columns()
        return self

    def shares(self, motif: Motif) -> np.ndarray:
        """Share of a motif's sites in each of `N_BINS` equal stretches of the window."""
        edges = np.linspace(0.5, self.window + 0.5, N_BINS + 1)
        counts, _ = np.histogram(motif.middle, edges)
        return counts / max(1, counts.sum())

    def _draw_text(self, ax: Axes, motif: Motif) -> None:
        ax.set_axis_off()
        lines = [f"{motif.n_sites:,} sites"]
        if motif.explained is not None:
            side = "for" if motif.speaks_for else "against"
            lines.append(f"{side} {self.classes[motif.explained]}")
        elif motif.preference is not None:
            lines.append(f"more in {self.classes[motif.preference.label]}")
        if motif.preference is not None:
            lines.append(f"AUROC {motif.preference.auroc:.3f}")
        ax.text(0, 0.97, motif.name, fontsize=8, fontweight="bold", va="top")
        ax.text(0, 0.74, "\n".join(lines), fontsize=7, va="top", linespacing=1.3)

    def _draw_information(self, ax: Axes, motif: Motif) -> None:
        draw_logo(ax, motif.frequencies * motif.information[:, None], motif.symbols)
        ax.set_ylim(0, 1.03 * self.highest)
        ax.yaxis.set_major_locator(MaxNLocator(2, integer=self.highest >= 1))
        self._mark_positions(ax, motif)

    def _draw_profile(self, ax: Axes, motif: Motif) -> None:
        position = np.arange(1, motif.width + 1)
        low, mean, high = motif.values.T
        ax.fill_between(position, low, high, color=COLOURS[4], alpha=0.5, linewidth=0)
        ax.plot(position, mean, color=COLOURS[0], marker="o", markersize=2.5)
        ax.axhline(float(motif.background[0]), color=GREY, linewidth=0.8, linestyle=":")
        ax.set_xlim(0.5, motif.width + 0.5)
        ax.yaxis.set_major_locator(MaxNLocator(3))
        self._mark_positions(ax, motif)

    def _draw_attributions(self, ax: Axes, motif: Motif) -> None:
        if motif.contributions is None:
            return
        draw_logo(ax, motif.contributions, motif.symbols)
        ax.axhline(0, color=GREY, linewidth=0.5)
        ax.yaxis.set_major_locator(MaxNLocator(3))
        self._mark_positions(ax, motif)

    def _mark_positions(self, ax: Axes, motif: Motif) -> None:
        ax.tick_params(labelsize=6)
        step = 1 if motif.width <= 12 else 5
        ax.set_xticks([p for p in range(1, motif.width + 1) if p == 1 or p % step == 0])

    def _draw_places(self, ax: Axes, motif: Motif) -> None:
        edges = np.linspace(0.5, self.window + 0.5, N_BINS + 1)
        ax.bar(edges[:-1], 100 * self.shares(motif), np.diff(edges), align="edge", color=GREY)
        ax.set_xlim(0.5, self.window + 0.5)
        ax.set_xticks([1, (self.window + 1) // 2, self.window])
        ax.yaxis.set_major_locator(MaxNLocator(2))
        ax.tick_params(labelsize=6)

    def _name_columns(self) -> None:
        titles = ["", "mean score of the sites", "sites (%)"]
        if self.symbols:
            titles[1] = "information (bits)"
        if self.has_attributions:
            titles.insert(2, "mean attribution (logit)")
        for ax, title in zip(self.axes[0], titles, strict=True):
            ax.set_title(title, fontsize=8, loc="left")
        for ax in self.axes[-1][1:-1]:
            ax.set_xlabel("position in the motif", fontsize=7)
        self.axes[-1][-1].set_xlabel("position in the window", fontsize=7)
