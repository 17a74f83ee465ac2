"""Distributions of scores, a row for each class."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.curves import probability_limit
from enngene_core.plots.rows import name_rows
from enngene_core.plots.style import COLOURS, MOST_ROWS, axes_for, styled

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

N_BINS = 50
#: Share of a row's height on either side of its middle.
_HALF = 0.44


def score_edges(result: "EvaluationResult") -> np.ndarray:
    """Edges of bins of equal width, from 0 to beyond the highest probability.

    Returns
    -------
    ndarray of float, shape (N_BINS + 1,)
    """
    limit = probability_limit(float(result.probabilities.max(initial=0)))
    return np.linspace(0, limit, N_BINS + 1)


def score_counts(result: "EvaluationResult") -> np.ndarray:
    """Windows by their probability of each class.

    Returns
    -------
    ndarray of int, shape (n_classes, 2, N_BINS)
        Windows of the class, and all others, in the bins of `score_edges`.
    """
    ends = (0, score_edges(result)[-1])
    counts = []
    for index in range(len(result.config.dataset.classes)):
        is_own = result.y_true == index
        score = np.clip(result.probabilities[:, index].astype(float), 0, 1)
        counts.append([np.histogram(score[own], N_BINS, ends)[0] for own in (is_own, ~is_own)])
    return np.array(counts)


class ScoreDisplay:
    """Histograms of each class's probability: of its windows upwards, of all others downwards.

    Each is as high as the row, since rare classes have few windows. The medians are marked.

    Parameters
    ----------
    result
        With more than `MOST_ROWS` classes, the first of them.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, result: "EvaluationResult") -> None:
        self.result = result

    def plot(self, ax: Axes | None = None) -> "ScoreDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        classes = self.result.config.dataset.classes[:MOST_ROWS]
        counts = score_counts(self.result)[: len(classes)]
        edges = score_edges(self.result)
        row_height = 0.8 if len(classes) <= 8 else 0.42 if len(classes) <= 30 else 0.3
        with styled():
            height = 1.1 + row_height * len(classes)
            self.figure, self.ax = axes_for(ax, width=6.2, height=height)
            for row, of_class in enumerate(counts):
                self.ax.axhline(row, color="#999999", linewidth=0.5)
                for side, number in enumerate(of_class):
                    sign = -1 if side == 0 else 1  # rows count downwards
                    level = row + sign * _HALF * number / max(number.max(), 1)
                    self.ax.stairs(
                        level, edges, baseline=row, fill=True, color=COLOURS[side], alpha=0.85
                    )
                    self._mark_median(row, side, sign)
            name_rows(self.ax, classes)
            self.ax.set_xlim(-0.005 * edges[-1], 1.005 * edges[-1])
            self.ax.set_xlabel("probability of the class in its row")
            self.ax.legend(
                [*self.ax.patches[:2], self.ax.lines[1]],
                ["windows of the class (upwards)", "all other windows (downwards)", "median"],
                loc="lower right",
                bbox_to_anchor=(1, 1),
                ncols=3,
                borderaxespad=0.2,
                columnspacing=1.2,
            )
        return self

    def _mark_median(self, row: int, side: int, sign: int) -> None:
        is_own = self.result.y_true == row
        score = self.result.probabilities[is_own if side == 0 else ~is_own, row]
        if len(score):
            median = float(np.median(score))
            self.ax.plot([median] * 2, [row, row + sign * _HALF], color="black", linewidth=1.1)
