"""The network as boxes and arrows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from enngene_core.plots.names import plain
from enngene_core.plots.style import COLOURS, styled
from enngene_core.specs.shapes import LayerShape

# Inches.
_WIDTH, _HEIGHT, _GAP, _MARGIN = 2.8, 0.62, 0.24, 0.15
_JOIN = 0.2  # more room where arrows meet
_ARROW = "#444444"
_FILLS = {"input": "#E6F2F8", "branch": "#FFFFFF", "common": "#FDF3E1", "output": "#E0F1EC"}


@dataclass(frozen=True)
class _Box:
    layer: LayerShape
    x: float  # of the middle
    top: float  # downwards from the figure's upper edge


def layer_lines(layer: LayerShape) -> tuple[str, str, str]:
    """What a box says: the layer, its options, its output shape and parameters."""
    label, _, options = layer.label.partition(", ")
    if label == "input":
        label = f"{layer.part} (input)"
    if len(layer.shape) == 2:
        shape = f"{layer.shape[0]:,} positions \N{MULTIPLICATION SIGN} {layer.shape[1]:,}"
    else:
        shape = f"{layer.shape[0]:,} values"
    parameters = f", {layer.parameters:,} parameters" if layer.parameters else ""
    return (
        plain(label.replace(" x ", " \N{MULTIPLICATION SIGN} ")),
        plain(options),
        shape + parameters,
    )


class ArchitectureDisplay:
    """A column of boxes for each branch, then the layers that all branches share.

    Parameters
    ----------
    layers
        As `layer_shapes` gives them.

    Attributes
    ----------
    figure, ax
        Set by `plot`.
    """

    figure: Figure
    ax: Axes

    def __init__(self, layers: Sequence[LayerShape]) -> None:
        self.layers = layers

    def plot(self, ax: Axes | None = None) -> "ArchitectureDisplay":
        """Draw into `ax`, or into a figure that grows with the network."""
        columns: dict[str, list[LayerShape]] = {}
        for layer in self.layers:
            columns.setdefault(layer.part, []).append(layer)
        shared = columns.pop("common", []) + columns.pop("output", [])
        step = _HEIGHT + _GAP
        depth = max(len(column) for column in columns.values())
        width = len(columns) * (_WIDTH + _GAP) - _GAP + 2 * _MARGIN
        joined = _MARGIN + depth * step + (_JOIN if len(columns) > 1 else 0)
        height = joined + len(shared) * step - _GAP + _MARGIN
        middle = width / 2
        with styled():
            if ax is None:
                self.figure = Figure(figsize=(width, height))
                ax = self.figure.add_axes((0, 0, 1, 1))
            else:
                self.figure = ax.get_figure(root=True) or Figure()
            self.ax = ax
            ax.set_xlim(0, width)
            ax.set_ylim(height, 0)
            ax.set_aspect("equal")
            ax.set_axis_off()
            boxes = [_Box(layer, middle, joined + row * step) for row, layer in enumerate(shared)]
            for above, below in pairwise(boxes):
                self._arrow((middle, above.top + _HEIGHT), (middle, below.top))
            for number, column in enumerate(columns.values()):
                x = _MARGIN + _WIDTH / 2 + number * (_WIDTH + _GAP)
                branch = [_Box(layer, x, _MARGIN + row * step) for row, layer in enumerate(column)]
                for above, below in pairwise(branch):
                    self._arrow((x, above.top + _HEIGHT), (x, below.top))
                # Down beside longer branches, then to the concatenation's upper edge.
                start, end = branch[-1].top + _HEIGHT, _MARGIN + depth * step - _GAP
                ax.plot([x, x], [start, end], color=_ARROW, linewidth=0.9, zorder=1)
                share = (number + 1) / (len(columns) + 1) - 0.5
                self._arrow((x, end), (middle + share * _WIDTH, boxes[0].top))
                boxes += branch
            for box in boxes:
                self._box(box)
        return self

    def _box(self, box: _Box) -> None:
        kind = "input" if box.layer.label == "input" else box.layer.part
        self.ax.add_patch(
            FancyBboxPatch(
                (box.x - _WIDTH / 2, box.top),
                _WIDTH,
                _HEIGHT,
                boxstyle="round,pad=0,rounding_size=0.06",
                facecolor=_FILLS.get(kind, _FILLS["branch"]),
                edgecolor=COLOURS[0],
                linewidth=0.9,
                zorder=2,
            )
        )
        label, options, size = layer_lines(box.layer)
        texts = [(label, 8.5, "bold", 32), (options, 7, "normal", 48), (size, 7, "normal", 48)]
        # A line of more letters than fit into the box is written smaller.
        lines = [
            (text, fontsize * min(1, n_fit / len(text)), weight)
            for text, fontsize, weight, n_fit in texts
            if text
        ]
        spacing = 0.17
        first = box.top + _HEIGHT / 2 - spacing * (len(lines) - 1) / 2
        for row, (text, fontsize, weight) in enumerate(lines):
            self.ax.text(
                box.x,
                first + row * spacing,
                text,
                fontsize=fontsize,
                fontweight=weight,
                ha="center",
                va="center",
                zorder=3,
            )

    def _arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.ax.annotate(
            "",
            xy=end,
            xytext=start,
            arrowprops={
                "arrowstyle": "-|>",
                "color": _ARROW,
                "linewidth": 0.9,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            zorder=1,
        )
