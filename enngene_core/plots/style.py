"""The one look of all figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_STYLE = Path(__file__).with_name("enngene.mplstyle")

#: Dots for an inch of a figure as PNG, as in the style file.
DPI = 200
#: Okabe and Ito's colours; yellow, the faintest on white, is last, and black is for averages.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442")
LINE_STYLES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (4, 1.5, 1, 1.5, 1, 1.5)))
GREY = "#777777"

#: More classes than this can't be told apart by colour and line style.
MOST_CURVES = len(COLOURS) * len(LINE_STYLES)
#: More classes than this don't fit into a figure with a row for each.
MOST_ROWS = 60

LineStyle = str | tuple[int, tuple[float, ...]]


@contextmanager
def styled() -> Iterator[None]:
    """Draw and save in the style of the package, whatever the user's own settings are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rc_file(_STYLE, use_default_template=False)
        yield


def axes_for(ax: Axes | None, *, width: float, height: float) -> tuple[Figure, Axes]:
    """The given axes with their figure, or new ones.

    Parameters
    ----------
    ax
        Axes to draw into.
    width, height
        Size of a new figure, inches.
    """
    if ax is not None:
        figure = ax.get_figure(root=True)
        if figure is None:
            raise ValueError("the axes belong to no figure")
        return figure, ax
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def class_styles(n_classes: int) -> list[tuple[str, LineStyle]]:
    """Colour and line style of each class's curve; different for up to `MOST_CURVES` classes."""
    if n_classes == 2:  # their curves often lie on each other
        return [(COLOURS[0], LINE_STYLES[0]), (COLOURS[1], LINE_STYLES[1])]
    return [
        (COLOURS[i % len(COLOURS)], LINE_STYLES[i // len(COLOURS) % len(LINE_STYLES)])
        for i in range(n_classes)
    ]


def spaced(value: float, _: object = None) -> str:
    """A whole number on an axis: ``12,000``."""
    return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")
