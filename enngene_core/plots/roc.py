"""ROC curves."""

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.evaluation.curves import macro_roc
from enngene_core.evaluation.measures import MACRO, MICRO
from enngene_core.evaluation.measures import MOST_CURVES as MOST_CURVES_WITH_BANDS
from enngene_core.plots.curves import draw_band, legend_height, thinned, unit_square
from enngene_core.plots.names import short_names
from enngene_core.plots.style import GREY, MOST_CURVES, axes_for, class_styles, styled

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult


class RocDisplay:
    """A ROC curve for each class against all others, their mean, and the pooled one.

    Around each, where the result has it, its 95 % band.

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

    def plot(self, ax: Axes | None = None) -> "RocDisplay":
        """Draw into `ax`, or into a new figure."""
        curves, bands = self.result.curves, self.result.bands.roc
        is_crowded = len(curves) > MOST_CURVES
        # Of few classes, averages would lie over all that is to be seen.
        width = 1.2 if len(curves) <= MOST_CURVES_WITH_BANDS else 2
        handles, labels = [], []
        with styled():
            height = legend_height(4 if is_crowded else len(curves) + 3)
            self.figure, self.ax = axes_for(ax, width=min(height, 5.0) + 3.2, height=height)
            unit_square(self.ax, xlabel="false positive rate", ylabel="true positive rate")
            styles = class_styles(len(self.result.config.dataset.classes))
            classes = self.result.config.dataset.classes
            for name, short in zip(classes, short_names(classes, length=24), strict=True):
                if name not in curves:
                    continue
                colour, style = styles[classes.index(name)]
                points = thinned(curves[name].false_positive_rate, curves[name].true_positive_rate)
                if is_crowded:
                    (line,) = self.ax.plot(*points, color=GREY, linewidth=0.4, alpha=0.4)
                    continue
                draw_band(self.ax, bands.get(name), colour=colour)
                (line,) = self.ax.plot(*points, color=colour, linestyle=style)
                handles.append(line)
                labels.append(f"{short}: AUROC {curves[name].auroc:.3f}")
            if is_crowded:
                handles.append(line)
                labels.append(f"each of {len(curves):,} classes")
            if curves:
                mean = self.result.metric("auroc", MACRO)
                draw_band(self.ax, bands.get(MACRO), colour="black")
                handles += self.ax.plot(*macro_roc(self.result), color="black", linewidth=width)
                labels.append(f"macro average: AUROC {mean:.3f}")
            if micro := self.result.micro:
                points = thinned(micro.false_positive_rate, micro.true_positive_rate)
                draw_band(self.ax, bands.get(MICRO), colour="black")
                handles += self.ax.plot(*points, color="black", linewidth=width, linestyle=":")
                labels.append(f"micro average: AUROC {micro.auroc:.3f}")
            handles += self.ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle="--")
            labels.append("guessing: AUROC 0.5")
            self.ax.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.02, 1.02))
        return self
