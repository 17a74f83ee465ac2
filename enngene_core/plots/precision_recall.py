"""Precision-recall curves."""

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.evaluation.curves import macro_precision_recall
from enngene_core.evaluation.measures import MACRO, MICRO
from enngene_core.evaluation.measures import MOST_CURVES as MOST_CURVES_WITH_BANDS
from enngene_core.plots.curves import (
    draw_band,
    draw_iso_f1,
    legend_height,
    thinned,
    unit_square,
)
from enngene_core.plots.names import short_names
from enngene_core.plots.style import COLOURS, GREY, MOST_CURVES, axes_for, class_styles, styled

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult


class PrecisionRecallDisplay:
    """Precision against recall for each class, in the mean, and pooled.

    With each class's share of the windows, lines of one F1, and 95 % bands where the result has
    them.

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
        curves, bands = self.result.curves, self.result.bands.precision_recall
        is_crowded = len(curves) > MOST_CURVES
        # Of few classes, averages would lie over all that is to be seen.
        width = 1.2 if len(curves) <= MOST_CURVES_WITH_BANDS else 2
        handles, labels = [], []
        with styled():
            height = legend_height(4 if is_crowded else len(curves) + 4)
            self.figure, self.ax = axes_for(ax, width=min(height, 5.0) + 3.6, height=height)
            unit_square(self.ax, xlabel="recall", ylabel="precision")
            draw_iso_f1(self.ax)
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
                draw_band(self.ax, bands.get(name), colour=colour)
                (line,) = self.ax.step(*points, where="post", color=colour, linestyle=style)
                self.ax.plot([first, 1], [curve.prevalence] * 2, color=colour, linewidth=0.8)
                handles.append(line)
                labels.append(
                    f"{short}: AP {curve.average_precision:.3f} (share {curve.prevalence:.3f})"
                )
            if is_crowded:
                handles.append(line)
                labels.append(f"each of {len(curves):,} classes")
            if curves:
                mean = self.result.metric("average_precision", MACRO)
                draw_band(self.ax, bands.get(MACRO), colour="black")
                handles += self.ax.plot(
                    *macro_precision_recall(self.result), color="black", linewidth=width
                )
                labels.append(f"macro average: AP {mean:.3f}")
            if micro := self.result.micro:
                points = thinned(micro.recall, micro.precision)
                draw_band(self.ax, bands.get(MICRO), colour="black")
                handles += self.ax.step(
                    *points, where="post", color="black", linewidth=width, linestyle=":"
                )
                labels.append(f"micro average: AP {micro.average_precision:.3f}")
            if not is_crowded and curves:
                handles += self.ax.plot([], [], color=GREY, linewidth=0.8)
                labels.append("share of windows: AP of guessing")
            handles += self.ax.plot([], [], color=GREY, linewidth=0.6, linestyle=(0, (2, 2)))
            labels.append("F1 of 0.2, 0.4, 0.6 and 0.8")
            self.ax.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.07, 1.02))
        return self
