"""Precision-recall curves."""

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.curves import legend_height, thinned, unit_square
from enngene_core.plots.names import short_names
from enngene_core.plots.style import COLOURS, GREY, MOST_CURVES, axes_for, class_styles, styled

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult


class PrecisionRecallDisplay:
    """Precision against recall for each class, and pooled, with each class's share of windows.

    Parameters
    ----------
    result
        With more than `MOST_CURVES` classes, the classes' curves are thin and grey.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, result: "EvaluationResult") -> None:
        self.result = result

    def plot(self, ax: Axes | None = None) -> "PrecisionRecallDisplay":
        """Draw into `ax`, or into a new figure."""
        curves = self.result.curves
        is_crowded = len(curves) > MOST_CURVES
        handles, labels = [], []
        with styled():
            height = legend_height(3 if is_crowded else len(curves) + 2)
            self.figure, self.ax = axes_for(ax, width=min(height, 5.0) + 3.6, height=height)
            unit_square(self.ax, xlabel="recall", ylabel="precision")
            styles = class_styles(len(self.result.config.dataset.classes))
            classes = self.result.config.dataset.classes
            # A share is a line across; of many classes, a mark at the right edge.
            first = 0.0 if len(curves) <= len(COLOURS) else 0.96
            for name, short in zip(classes, short_names(classes, length=24), strict=True):
                if name not in curves:
                    continue
                curve = curves[name]
                colour, style = styles[classes.index(name)]
                points = thinned(curve.recall, curve.precision)
                if is_crowded:
                    (line,) = self.ax.step(
                        *points, where="post", color=GREY, linewidth=0.4, alpha=0.4
                    )
                    continue
                (line,) = self.ax.step(*points, where="post", color=colour, linestyle=style)
                self.ax.plot([first, 1], [curve.prevalence] * 2, color=colour, linewidth=0.8)
                handles.append(line)
                labels.append(
                    f"{short}: AP {curve.average_precision:.3f} (share {curve.prevalence:.3f})"
                )
            if is_crowded:
                handles.append(line)
                labels.append(f"each of {len(curves):,} classes")
            if micro := self.result.micro:
                points = thinned(micro.recall, micro.precision)
                handles += self.ax.step(
                    *points, where="post", color="black", linewidth=2, linestyle=":"
                )
                labels.append(f"micro average: AP {micro.average_precision:.3f}")
            if not is_crowded and curves:
                handles += self.ax.plot([], [], color=GREY, linewidth=0.8)
                labels.append("share of windows: AP of guessing")
            self.ax.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.02, 1.02))
        return self
