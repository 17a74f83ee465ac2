"""What a report says, before it becomes a page: one description for HTML and for Galaxy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure as MatplotlibFigure


@dataclass(frozen=True)
class Text:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True)
class Warning:
    """Something to be careful about."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Short facts, each with its name."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A small table, shown whole.

    Attributes
    ----------
    name : str
        File name without suffix.
    caption : str
    columns : sequence of str
    rows : sequence of sequences
        Texts and numbers.
    """

    name: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Figure:
    """A figure, and the numbers that are drawn in it.

    Attributes
    ----------
    name : str
        File name without suffix.
    caption : str
        What is seen; it is the figure's alternative text too.
    draw : callable
        Makes the matplotlib figure; whoever calls it closes it.
    numbers : Table
        Every number that is drawn.
    """

    name: str
    caption: str
    draw: Callable[[], MatplotlibFigure]
    numbers: Table


@dataclass(frozen=True)
class ColouredRow:
    """Letters, each on a ground of its own.

    Attributes
    ----------
    name : str
        In front of the letters.
    letters : str
    colours : ndarray of uint8, shape (n_letters, 3)
        Red, green and blue of each ground.
    """

    name: str
    letters: str
    colours: np.ndarray


@dataclass(frozen=True)
class ColouredText:
    """Rows of letters under titles; pages that know no colours leave it out.

    Attributes
    ----------
    caption : str
    items : sequence of tuples
        A title, and rows of equal length.
    """

    caption: str
    items: Sequence[tuple[str, Sequence[ColouredRow]]]


Block = Text | Warning | Facts | Table | Figure | ColouredText


@dataclass(frozen=True)
class Section:
    """Blocks under a heading."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes
    ----------
    title : str
    sections : sequence of Section
        In the order of reading: what was done, on what, how good, what to be careful about;
        then figures; then tables; then how to run it again.
    """

    title: str
    sections: Sequence[Section]
