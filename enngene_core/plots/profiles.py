"""Mean scores around the centre of the windows, class by class."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.names import short_names
from enngene_core.plots.rows import height_of, name_rows
from enngene_core.plots.style import (
    COLOURS,
    GREY,
    MOST_ROWS,
    axes_for,
    class_styles,
    spaced,
    styled,
)

#: Points of a profile; wider windows are averaged over stretches.
_MOST_POINTS = 200
#: More classes than this are rows of colour: their curves would hide each other.
_MOST_CURVES = len(COLOURS)


@dataclass(frozen=True)
class Profile:
    """Mean of one branch along the windows, read from 5' to 3'.

    Attributes
    ----------
    position : ndarray of float64, shape (n_points,)
        Distance from the middle base of a window, nt.
    step : int
        Positions that each point is the mean of.
    means : dict of str to ndarray of float64, each of shape (n_points,)
        By class, for the first `MOST_ROWS` that have windows.
    """

    position: np.ndarray
    step: int
    means: dict[str, np.ndarray]


def profile_of(result: DatasetResult, branch: str) -> Profile:
    """Profile of a branch, with at most some hundred points."""
    width = result.spec.window
    step = -(-width // _MOST_POINTS)
    first = np.arange(0, width, step)
    n = np.diff([*first, width])
    means = np.add.reduceat(result.summary.profiles[branch], first, axis=1) / n
    shown = np.flatnonzero(result.summary.counts.any(axis=1))[:MOST_ROWS]
    return Profile(
        position=first + (n - 1) / 2 - width // 2,
        step=step,
        means={result.spec.classes[label]: means[label] for label in shown},
    )


class ProfileDisplay:
    """A curve for each class or, of many classes, a row of colours.

    Parameters
    ----------
    result
        Its first `MOST_ROWS` classes are drawn.
    branch
        One of the branches that have a profile.
    label
        What the means are of; it names the axis.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, result: DatasetResult, branch: str, *, label: str) -> None:
        self.result = result
        self.label = label
        self.profile = profile_of(result, branch)

    def plot(self, ax: Axes | None = None) -> "ProfileDisplay":
        """Draw into `ax`, or into a figure that grows with the number of classes."""
        draw = self._draw_curves if len(self.profile.means) <= _MOST_CURVES else self._draw_rows
        with styled():
            draw(ax)
            self.ax.set_xlabel("position from the window's centre, 5' to 3' (nt)")
            self.ax.xaxis.set_major_formatter(spaced)
        return self

    def _draw_curves(self, ax: Axes | None) -> None:
        classes, means = self.result.spec.classes, self.profile.means
        self.figure, self.ax = axes_for(ax, width=7.5, height=3.2)
        styles = class_styles(len(classes))
        for name, short in zip(means, short_names(list(means), length=24), strict=True):
            index = classes.index(name)
            colour, style = styles[index]
            n = int(self.result.summary.counts[index].sum())
            self.ax.plot(
                self.profile.position,
                means[name],
                color=colour,
                linestyle=style,
                label=f"{short} ({n:,})",
            )
        self.ax.axvline(0, color=GREY, linewidth=0.8, linestyle=":")
        self.ax.margins(x=0.01)
        self.ax.grid(axis="y")
        self.ax.set_ylabel(self.label)
        self.ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1.02), title="class (windows)")

    def _draw_rows(self, ax: Axes | None) -> None:
        names = list(self.profile.means)
        self.figure, self.ax = axes_for(ax, width=7.5, height=height_of(len(names)))
        half = self.profile.step / 2
        position = self.profile.position
        image = self.ax.imshow(
            np.array([self.profile.means[name] for name in names]),
            extent=(position[0] - half, position[-1] + half, len(names) - 0.5, -0.5),
            aspect="auto",
            cmap="viridis",
        )
        name_rows(self.ax, names)
        self.ax.grid(visible=False)
        bar = self.figure.colorbar(
            image, ax=self.ax, shrink=min(1, 3 / len(names) ** 0.5), aspect=30
        )
        bar.set_label(self.label)
