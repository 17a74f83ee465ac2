"""A search for a network: how it went, what mattered, and which values did well."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullFormatter, NullLocator

from enngene_core.plots.rows import height_of, name_rows
from enngene_core.plots.style import COLOURS, GREY, axes_for, styled

if TYPE_CHECKING:
    from enngene_core.specs.study import Trial

#: What is searched, in words.
WORDS = {
    "layers": "convolution layers",
    "filters": "filters of a convolution",
    "kernel": "width of a pattern",
    "pooling": "pooling",
    "dropout": "dropout",
    "batch_normalization": "batch normalisation",
    "after_convolutions": "after the convolutions",
    "units": "dense units",
    "learning_rate": "learning rate",
}
LOSS = "lowest validation loss (nats)"

# Colour, marker and words of each state; a failed trial has no loss that means something.
_STATES = {
    "complete": (COLOURS[0], "o", "complete"),
    "pruned": (COLOURS[5], "x", "given up early"),
    "collapsed": (COLOURS[1], "s", "collapsed"),
    "failed": (GREY, "|", "failed"),
}
_CHOICE_WORDS = {"global_pooling": "global\npooling", "gru": "GRU", "lstm": "LSTM"}
# A loss beyond the best one by more than this many times the median's distance squeezes the rest.
_FAR = 4


class SearchHistoryDisplay:
    """The loss of each trial, in the order of trying, and the lowest one so far.

    Parameters
    ----------
    trials
        All of them.
    best
        The one whose model was kept.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, trials: "Sequence[Trial]", best: "Trial") -> None:
        self.trials, self.best = trials, best

    def plot(self, ax: Axes | None = None) -> "SearchHistoryDisplay":
        """Draw into `ax`, or into a new figure."""
        with styled():
            self.figure, self.ax = axes_for(ax, width=7, height=3.6)
            numbers = [trial.number for trial in self.trials]
            self.ax.step(
                numbers,
                lowest_so_far(self.trials),
                where="post",
                color=GREY,
                linewidth=1.2,
                label="lowest so far",
            )
            _scatter(self.ax, self.trials, numbers, self.best)
            self.ax.set_xlabel("trial")
            self.ax.set_ylabel(LOSS)
            self.ax.set_xlim(0.3, len(self.trials) + 0.7)
            self.ax.xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
            self.ax.grid(axis="y")
            self.ax.legend(loc="lower left", bbox_to_anchor=(0, 1.02), ncols=6, borderaxespad=0.2)
        return self


class ImportancesDisplay:
    """Bars: how much of the differences between trials each value explains.

    Parameters
    ----------
    importances
        Shares by the values' names, the largest first.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, importances: Mapping[str, float]) -> None:
        self.importances = importances

    def plot(self, ax: Axes | None = None) -> "ImportancesDisplay":
        """Draw into `ax`, or into a new figure."""
        with styled():
            shares = [100 * share for share in self.importances.values()]
            self.figure, self.ax = axes_for(ax, width=6, height=height_of(len(shares)))
            self.ax.barh(range(len(shares)), shares, height=0.65, color=COLOURS[0])
            for row, share in enumerate(shares):
                self.ax.annotate(
                    f"{share:.0f} %",
                    (share, row),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7,
                )
            name_rows(self.ax, [WORDS[name] for name in self.importances])
            self.ax.set_xlim(0, max(10, 1.12 * max(shares)))
            self.ax.set_xlabel("share of the differences in loss between trials (%)")
        return self


class SlicesDisplay:
    """A panel for each value: what was tried, and the loss that came of it.

    Parameters
    ----------
    trials
        All of them.
    best
        The one whose model was kept.
    names
        Values to draw, by the names of `TrialValues`.
    logarithmic
        Those of them whose axis is logarithmic.

    Attributes
    ----------
    figure : Figure
    ax : list of Axes
        One for each name.
    """

    figure: Figure
    ax: list[Axes]

    def __init__(
        self,
        trials: "Sequence[Trial]",
        best: "Trial",
        names: Sequence[str],
        logarithmic: Sequence[str] = (),
    ) -> None:
        self.trials, self.best, self.names, self.logarithmic = trials, best, names, logarithmic

    def plot(self) -> "SlicesDisplay":
        """Draw into a new figure."""
        n_columns = min(3, len(self.names))
        n_rows = -(-len(self.names) // n_columns)
        with styled():
            size = (2.6 * n_columns + 0.8, 2.3 * n_rows + 0.4)
            self.figure = Figure(figsize=size, layout="constrained")
            panels = self.figure.subplots(n_rows, n_columns, sharey=True, squeeze=False).ravel()
            for panel in panels[len(self.names) :]:
                panel.set_visible(False)
            self.ax = list(panels[: len(self.names)])
            for ax, name in zip(self.ax, self.names, strict=True):
                self._draw(ax, name)
            for row in range(n_rows):
                panels[row * n_columns].set_ylabel(LOSS)
            handles, labels = self.ax[0].get_legend_handles_labels()
            self.figure.legend(handles, labels, loc="outside upper left", ncols=5)
        return self

    def _draw(self, ax: Axes, name: str) -> None:
        found = [getattr(trial.values, name) for trial in self.trials]
        if isinstance(found[0], str):
            choices = sorted(set(found))
            ax.xaxis.set_major_locator(FixedLocator(range(len(choices))))
            ax.set_xticks(
                range(len(choices)), [_CHOICE_WORDS.get(choice, choice) for choice in choices]
            )
            ax.set_xlim(-0.6, len(choices) - 0.4)
            ax.tick_params(axis="x", length=0)
            x = _side_by_side([choices.index(choice) for choice in found])
        else:
            x = [float(value) for value in found]
            if name in self.logarithmic and min(x) > 0:
                _set_log(ax, x)
            else:
                whole = all(isinstance(value, int) for value in found)
                ax.xaxis.set_major_locator(MaxNLocator(5, integer=whole, min_n_ticks=1))
        _scatter(ax, self.trials, x, self.best)
        ax.set_xlabel(WORDS[name])
        ax.grid(axis="y")


def lowest_so_far(trials: "Sequence[Trial]") -> list[float]:
    """Lowest loss of the complete trials up to each one; NaN before the first."""
    losses = [trial.loss if trial.state == "complete" else np.nan for trial in trials]
    return np.fmin.accumulate(np.array(losses, dtype=float)).tolist()


def loss_limits(trials: "Sequence[Trial]") -> tuple[float, float]:
    """Ends of the axis of losses; what lies far above the others is drawn at its upper end."""
    losses = np.array([t.loss for t in trials if t.loss is not None and t.state != "failed"])
    low, middle = losses.min(), float(np.median(losses))
    high = min(losses.max(), low + _FAR * max(middle - low, 0.05 * low))
    room = 0.06 * max(high - low, 0.02 * high, 1e-6)
    return low - room, high + room


def _scatter(ax: Axes, trials: "Sequence[Trial]", x: Sequence[float], best: "Trial") -> None:
    low, high = loss_limits(trials)
    for state, (colour, marker, words) in _STATES.items():
        rows = [i for i, trial in enumerate(trials) if trial.state == state]
        if not rows:
            continue
        # A failed trial stands at the upper end too: only that it was tried is to be seen.
        losses = [high if state == "failed" else min(trials[i].loss or high, high) for i in rows]
        ax.scatter(
            [x[i] for i in rows],
            losses,
            s=20,
            color=colour,
            marker=marker,
            linewidths=1.2,
            label=words,
            clip_on=False,
            zorder=3,
        )
    at = next(i for i, trial in enumerate(trials) if trial.number == best.number)
    ax.scatter(
        [x[at]],
        [min(best.losses)],
        s=90,
        facecolors="none",
        edgecolors="black",
        linewidths=1.4,
        label=f"best: trial {best.number}",
        zorder=4,
    )
    ax.set_ylim(low, high)


def _side_by_side(places: Sequence[int]) -> list[float]:
    """Trials of one choice beside each other, in their order."""
    shifted = []
    for i, place in enumerate(places):
        same = [j for j, other in enumerate(places) if other == place]
        share = same.index(i) / max(len(same) - 1, 1) - 0.5 if len(same) > 1 else 0
        shifted.append(place + 0.5 * share)
    return shifted


def _set_log(ax: Axes, x: Sequence[float]) -> None:
    """A logarithmic axis with some whole labels: it may span less than a factor of ten."""
    ax.set_xscale("log")
    spans = max(x) / min(x)
    subs = (1.0,) if spans > 300 else (1.0, 3.0) if spans > 20 else (1.0, 2.0, 5.0)
    if spans < 3:
        ax.xaxis.set_major_locator(FixedLocator(sorted({min(x), max(x)})))
    else:
        ax.xaxis.set_major_locator(LogLocator(subs=subs))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlim(min(x) / 1.15, max(x) * 1.15)
