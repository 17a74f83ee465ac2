"""Attribution figures: letters and grounds at their places."""

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from enngene_core.branches.codes import decode
from enngene_core.plots.attributions import COLOURMAP, AttributionsDisplay
from enngene_core.plots.style import styled
from enngene_core.specs.branches import SEQUENCE
from tests.plots.results import interpretation_result


def _n_letters(display: AttributionsDisplay) -> dict[str, int]:
    found = display.ax.findobj(PathCollection)
    return {item.get_gid().removeprefix("letter "): len(item.get_offsets()) for item in found}


def test_every_base_and_symbol_is_drawn() -> None:
    result = interpretation_result(n_windows=6)
    display = AttributionsDisplay(result, 1).plot()
    assert display.shown.tolist() == [5, 3, 1]  # the highest probability first
    bases = "".join(decode(result.branches["sequence"][display.shown], SEQUENCE))
    letters = _n_letters(display)
    assert {base: letters[base] for base in set(bases)} == {b: bases.count(b) for b in set(bases)}
    assert letters["("] + letters["."] + letters[")"] == 3 * 20


def test_ground_is_symmetric_about_white() -> None:
    display = AttributionsDisplay(interpretation_result(), 0).plot()
    grounds = [image for image in display.ax.images if image.get_array().shape == (3, 20)]
    assert len(grounds) == 3
    for ground in grounds:
        assert (ground.norm.vmin, ground.norm.vmax) == (-2.0, 2.0)
        colours = ground.to_rgba(ground.get_array())
        assert colours[0, 3] == pytest.approx(COLOURMAP(0.0), abs=0.01)  # against the class
        assert colours[1, 3, :3].min() > 0.98


def test_titles_name_window_place_and_probability() -> None:
    display = AttributionsDisplay(interpretation_result(), 0).plot()
    titles = [text.get_text() for text in display.ax.texts if text.get_weight() == "bold"]
    assert titles[0] == "peak_4   chr1:4,000\N{EN DASH}4,020 (+)   probability 0.800   error 0 %"


@pytest.mark.parametrize(
    ("window", "n_lines", "has_letters"), [(100, 1, True), (230, 3, True), (1500, 2, False)]
)
def test_wide_windows_are_wrapped(window: int, n_lines: int, has_letters: bool) -> None:
    display = AttributionsDisplay(interpretation_result(window=window, n_windows=2), 0).plot()
    grounds = [image for image in display.ax.images if image.get_array().shape[0] == 3]
    assert len(grounds) == n_lines
    assert sum(image.get_array().shape[1] for image in grounds) == window
    assert bool(_n_letters(display)) == has_letters
    assert f"{window // 10 * 10:,}" in [text.get_text() for text in display.ax.texts]


def test_a_figure_has_a_largest_length() -> None:
    result = interpretation_result(("a", "b"), n_windows=100, window=400, top=50)
    display = AttributionsDisplay(result, 0)
    assert 1 <= len(display.shown) < 50


def test_window_without_any_contribution_is_white() -> None:
    result = interpretation_result(n_windows=2)
    nothing = {name: 0 * scores for name, scores in result.attributions.branches.items()}
    result = replace(result, attributions=replace(result.attributions, branches=nothing))
    display = AttributionsDisplay(result, 0).plot()
    ground = display.ax.images[1]
    assert np.all(ground.to_rgba(ground.get_array())[..., :3] > 0.99)


def test_hostile_names_are_drawn() -> None:
    result = interpretation_result(n_windows=2)
    names = np.array([b"$x_1$", "a\x00b\n\u202e```".encode()])
    result = replace(result, windows=replace(result.windows, name=names))
    display = AttributionsDisplay(result, 1).plot()
    with styled():
        display.figure.savefig(io.BytesIO(), format="pdf")
    titles = [text.get_text() for text in display.ax.texts if text.get_weight() == "bold"]
    assert titles[0].startswith("a\N{REPLACEMENT CHARACTER}b \N{REPLACEMENT CHARACTER}```   ")
