"""Many letters at once."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

_FONT = FontProperties(family="DejaVu Sans Mono")
# In ems of the font: half of a letter's advance, half of a capital's height.
_HALF_ADVANCE, _HALF_CAPITAL = 0.301, 0.365


def draw_letters(
    ax: Axes, places: Mapping[str, np.ndarray], *, size: float, color: str = "#111111"
) -> list[PathCollection]:
    """Draw thousands of letters: one collection for each letter of the alphabet.

    Parameters
    ----------
    ax
        Axes of a figure.
    places : mapping of str to ndarray, each of shape (n, 2)
        Middle of every occurrence of each letter, in data coordinates.
    size
        Font size, points.
    color
        Of all letters.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes belong to no figure")
    scale = Affine2D().scale(size / 72) + figure.dpi_scale_trans
    drawn = []
    for letter, offsets in places.items():
        # An edge of no width, since matplotlib only then draws one path many times.
        collection = PathCollection(
            [_glyph(letter)],
            offsets=offsets,
            offset_transform=ax.transData,
            facecolors=color,
            edgecolors=color,
            linewidths=0,
            gid=f"letter {letter}",
        )
        collection.set_transform(scale)
        ax.add_collection(collection, autolim=False)
        drawn.append(collection)
    return drawn


def _glyph(letter: str) -> Path:
    outline = TextPath((0, 0), letter, size=1, prop=_FONT)
    return outline.transformed(Affine2D().translate(-_HALF_ADVANCE, -_HALF_CAPITAL))
