"""Logos: where each letter stands, and how tall it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from enngene_core.plots.logo import draw_logo


def _boxes(ax: Axes) -> dict[str, list[float]]:
    """Left, bottom, right and top of all occurrences of each letter together."""
    boxes = {}
    for patch in ax.patches:
        box = patch.get_path().get_extents()
        boxes[patch.get_gid()] = [box.x0, box.y0, box.x1, box.y1]
    return boxes


def test_letters_are_stacked_by_size_on_both_sides_of_the_axis() -> None:
    ax = Figure().add_subplot()
    draw_logo(ax, np.array([[1.0, 3.0, -2.0, -0.5]]), "ACGU", first=7)
    boxes = _boxes(ax)
    heights = {letter: (box[1], box[3]) for letter, box in boxes.items()}
    assert heights == {
        "logo A": pytest.approx((0, 1)),
        "logo C": pytest.approx((1, 4)),
        "logo U": pytest.approx((-0.5, 0)),
        "logo G": pytest.approx((-2.5, -0.5)),
    }
    assert all((box[0] + box[2]) / 2 == pytest.approx(7) for box in boxes.values())
    assert ax.get_xlim() == (6.5, 7.5)
    assert ax.get_ylim() == pytest.approx((-2.575, 4.12))


def test_a_letter_of_no_height_is_left_out() -> None:
    ax = Figure().add_subplot()
    draw_logo(ax, np.array([[0.0, 1.0, 0.0], [0.0, 2.0, 0.5]]), "(.)")
    assert set(_boxes(ax)) == {"logo .", "logo )"}


@given(arrays(float, (3, 4), elements=st.floats(-5, 5).filter(lambda x: abs(x) > 1e-3 or x == 0)))
def test_all_letters_together_reach_the_sums_of_both_signs(heights: np.ndarray) -> None:
    ax = Figure().add_subplot()
    draw_logo(ax, heights, "ACGT")
    boxes = _boxes(ax).values()
    lowest, highest = min((b[1] for b in boxes), default=0), max((b[3] for b in boxes), default=0)
    if np.any(heights < 0):
        assert lowest == pytest.approx(np.minimum(heights, 0).sum(axis=1).min())
    if np.any(heights > 0):
        assert highest == pytest.approx(np.maximum(heights, 0).sum(axis=1).max())


@pytest.mark.parametrize("heights", [np.ones((3, 3)), np.ones(4), np.full((3, 4), np.nan)])
def test_other_heights_are_refused(heights: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a column for each of 4 symbols"):
        draw_logo(Figure().add_subplot(), heights, "ACGT")
