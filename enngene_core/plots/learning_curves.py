"""Learning curves: loss and accuracy, epoch by epoch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from enngene_core.plots.style import COLOURS, GREY, styled

if TYPE_CHECKING:
    from enngene_core.specs.training import TrainingSpec
    from enngene_core.training.fitted import Fitted

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
    fits
        Networks; those of several are thin lines. The epoch whose weights were kept is marked.
    spec
        What the loss was.

    Attributes
    ----------
    figure
        Set by `plot`.
    ax : tuple of two Axes
        Loss, accuracy.
    """

    figure: Figure
    ax: tuple[Axes, Axes]

    def __init__(self, fits: "Sequence[Fitted]", spec: "TrainingSpec") -> None:
        self.fits, self.spec = fits, spec

    def plot(self, ax: tuple[Axes, Axes] | None = None) -> "LearningCurvesDisplay":
        """Draw into two axes, or into a new figure."""
        n_epochs = max(len(fitted.history) for fitted in self.fits)
        with styled():
            if ax is None:
                self.figure = Figure(figsize=(7.5, 3.2), layout="constrained")
                left, right = self.figure.subplots(1, 2)
                ax = (left, right)
            else:
                self.figure = ax[0].get_figure(root=True) or Figure()
            self.ax = ax
            panels = ((_loss_name(self.spec), _LOSS), ("accuracy (share of windows)", _ACCURACY))
            for panel, (title, columns) in zip(ax, panels, strict=True):
                for fitted in self.fits:
                    self._draw(panel, fitted, columns)
                if len(self.fits) == 1:
                    kept = self.fits[0].best_epoch
                    panel.axvline(
                        kept, color=GREY, linestyle=":", linewidth=1.2, label=f"kept: epoch {kept}"
                    )
                panel.set_xlabel("epoch")
                panel.set_ylabel(title)
                panel.set_xlim(0.5, n_epochs + 0.5)
                panel.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
                panel.grid(axis="y")
            ax[1].set_ylim(0, 1)
            highest = max(row[c] for fitted in self.fits for row in fitted.history for c in _LOSS)
            ax[0].set_ylim(0, 1.05 * highest)
            # One entry for each kind of line, however many networks there are.
            handles, labels = ax[0].get_legend_handles_labels()
            shown = dict(zip(labels, handles, strict=True))
            ax[0].legend(
                list(shown.values()),
                list(shown),
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=3,
                borderaxespad=0.2,
            )
        return self

    def _draw(self, panel: Axes, fitted: "Fitted", columns: tuple[int, int]) -> None:
        is_only = len(self.fits) == 1
        epochs = [row[0] for row in fitted.history]
        has_markers = is_only and len(epochs) <= 40
        validation = columns[1]
        lines = zip(("training", "validation"), columns, COLOURS, ("-", "--"), strict=False)
        for name, column, colour, style in lines:
            panel.plot(
                epochs,
                [row[column] for row in fitted.history],
                color=colour,
                linestyle=style,
                linewidth=None if is_only else 0.9,
                alpha=None if is_only else 0.7,
                marker="o" if has_markers else "",
                markersize=3,
                label=name,
            )
        panel.plot(
            fitted.best_epoch,
            fitted.kept[validation],
            color=COLOURS[1],
            marker="o",
            markersize=7 if is_only else 5,
            markerfacecolor="none",
            linestyle="",
            label=None if is_only else "kept epochs",
        )
