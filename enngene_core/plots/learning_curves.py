"""Learning curves: loss and accuracy, epoch by epoch."""

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from enngene_core.plots.style import COLOURS, GREY, styled

if TYPE_CHECKING:
    from enngene_core.specs.training import TrainingSpec
    from enngene_core.training.train import TrainingResult

#: Columns of the history: training, validation.
_LOSS, _ACCURACY = (1, 3), (2, 4)


def _loss_name(spec: "TrainingSpec") -> str:
    name = "focal" if spec.loss == "focal" else "cross-entropy, nats"
    words = [name, *(["smoothed labels"] if spec.label_smoothing else [])]
    words += ["weighted classes"] if spec.class_weights == "balanced" else []
    return f"loss ({', '.join(words)})"


class LearningCurvesDisplay:
    """Two panels, loss and accuracy, on training and on validation data.

    Parameters
    ----------
    result
        The epoch whose weights were kept is marked.

    Attributes
    ----------
    figure
        Set by `plot`.
    ax : tuple of two Axes
        Loss, accuracy.
    """

    figure: Figure
    ax: tuple[Axes, Axes]

    def __init__(self, result: "TrainingResult") -> None:
        self.result = result

    def plot(self, ax: tuple[Axes, Axes] | None = None) -> "LearningCurvesDisplay":
        """Draw into two axes, or into a new figure."""
        history, kept = self.result.history, self.result.best_epoch
        epochs = [row[0] for row in history]
        marker = "o" if len(epochs) <= 40 else ""
        with styled():
            if ax is None:
                self.figure = Figure(figsize=(7.5, 3.2), layout="constrained")
                left, right = self.figure.subplots(1, 2)
                ax = (left, right)
            else:
                self.figure = ax[0].get_figure(root=True) or Figure()
            self.ax = ax
            panels = (
                (_loss_name(self.result.bundle.config.training), *_LOSS),
                ("accuracy (share of windows)", *_ACCURACY),
            )
            for panel, (title, training, validation) in zip(ax, panels, strict=True):
                for name, column, colour, style in (
                    ("training", training, COLOURS[0], "-"),
                    ("validation", validation, COLOURS[1], "--"),
                ):
                    values = [row[column] for row in history]
                    panel.plot(
                        epochs,
                        values,
                        color=colour,
                        linestyle=style,
                        marker=marker,
                        markersize=3,
                        label=name,
                    )
                panel.axvline(
                    kept, color=GREY, linestyle=":", linewidth=1.2, label=f"kept: epoch {kept}"
                )
                panel.plot(
                    kept,
                    history[kept - 1][validation],
                    color=COLOURS[1],
                    marker="o",
                    markersize=7,
                    markerfacecolor="none",
                )
                panel.set_xlabel("epoch")
                panel.set_ylabel(title)
                panel.set_xlim(min(epochs) - 0.5, max(epochs) + 0.5)
                panel.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
                panel.grid(axis="y")
            ax[1].set_ylim(0, 1)
            highest = max(row[column] for row in history for column in _LOSS)
            ax[0].set_ylim(0, 1.05 * highest)
            ax[0].legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
        return self
