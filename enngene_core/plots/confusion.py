"""Confusion matrix."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.names import short_names
from enngene_core.plots.style import MOST_ROWS, axes_for, styled

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

#: More classes than this leave no room for shares below the counts.
_MOST_SHARES = 12


def row_shares(confusion: np.ndarray) -> np.ndarray:
    """Share of each true class's windows; NaN for a class without windows.

    Parameters
    ----------
    confusion : ndarray of int, shape (n_classes, n_classes)
        True classes in rows.
    """
    totals = confusion.sum(axis=1, keepdims=True)
    return np.where(totals > 0, confusion / np.maximum(totals, 1), np.nan)


class ConfusionDisplay:
    """Counts, on a ground that shows the share of the true class.

    Parameters
    ----------
    result
        With more than `MOST_ROWS` classes, only the ground is drawn, without names.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, result: "EvaluationResult") -> None:
        self.result = result

    def plot(self, ax: Axes | None = None) -> "ConfusionDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        counts = self.result.confusion
        n = len(counts)
        is_named = n <= MOST_ROWS
        cell = 0.75 if n <= 5 else 0.55 if n <= _MOST_SHARES else 0.31
        with styled():
            side = max(cell * n, 2.2) if is_named else 8.0
            self.figure, self.ax = axes_for(ax, width=side + 2.8, height=side + 1.3)
            self.ax.set_facecolor("#DDDDDD")
            image = self.ax.imshow(row_shares(counts), vmin=0, vmax=1, cmap="Blues")
            bar = self.figure.colorbar(image, ax=self.ax, shrink=0.8, aspect=25)
            bar.set_label("share of the true class")
            self.ax.set_xlabel("predicted class")
            self.ax.set_ylabel("true class")
            self.ax.spines[:].set_visible(False)
            if is_named:
                names = short_names(self.result.config.dataset.classes, length=20)
                if n <= 5 and max(map(len, names)) <= 10:
                    self.ax.set_xticks(range(n), names)
                else:
                    self.ax.set_xticks(
                        range(n), names, rotation=45, ha="right", rotation_mode="anchor"
                    )
                self.ax.set_yticks(range(n), names)
                self.ax.tick_params(length=0)
                self._write_cells(counts)
            else:
                self.ax.set_xticks([])
                self.ax.set_yticks([])
                self.ax.set_xlabel(f"predicted class ({n:,} classes in the dataset's order)")
        return self

    def _write_cells(self, counts: np.ndarray) -> None:
        shares = row_shares(counts)
        size = 9 if len(counts) <= 5 else 7.5
        if len(counts) > _MOST_SHARES:  # as large as the longest number leaves them in their cells
            size = min(8, 32 / len(f"{counts.max():,}"))
        for row, column in np.ndindex(counts.shape):
            share = shares[row, column]
            if len(counts) > _MOST_SHARES:
                text = f"{counts[row, column]:,}" if counts[row, column] else ""
            elif np.isnan(share):
                text = "none"
            else:
                text = f"{counts[row, column]:,}\n{100 * share:.0f} %"
            self.ax.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                fontsize=size,
                color="white" if share > 0.55 else "black",
            )
