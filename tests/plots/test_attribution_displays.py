"""Heat maps of substitutions, and logos of attributions."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from enngene_core.plots.attribution_logos import AttributionLogosDisplay
from enngene_core.plots.attributions import ground_colours
from enngene_core.plots.mutagenesis import MutagenesisDisplay
from tests.plots.drawn import png
from tests.plots.results import interpretation_result, mutagenesis_result


def test_a_heat_map_has_a_row_for_each_base_and_each_letter_in_its_own() -> None:
    result = mutagenesis_result()
    display = MutagenesisDisplay(result, 0).plot()
    grounds = [image for image in display.ax.images if image.get_array().shape == (4, 20)]
    assert len(grounds) == 3
    assert grounds[0].get_array()[3, 3] == -1.5
    codes = result.branches["sequence"][display.shown]
    for item in display.ax.findobj(PathCollection):
        base = "ACGT".index(item.get_gid().removeprefix("letter "))
        assert len(item.get_offsets()) == (codes == base).sum()
    assert png(display.figure)


@pytest.mark.parametrize("window", [20, 230])
def test_logos_are_as_tall_as_attributions(window: int) -> None:
    result = interpretation_result(window=window, n_windows=2)
    result.branches["sequence"][:, 3] = 1
    display = AttributionLogosDisplay(result, 0).plot()
    heights = display.heights("sequence", 0)
    assert heights.shape == (window, 4)
    assert heights[3].tolist() == [0, -2, 0, 0]
    assert not np.delete(heights, 3, axis=0).any()
    assert display.branches == ["sequence", "structure"]
    assert len(display.axes) == 2 * -(-window // 100)
    assert len({ax.get_ylim() for ax in display.axes}) == 1
    assert png(display.figure)


def test_grounds_in_text_are_those_of_the_figure() -> None:
    found = ground_colours(np.array([-2.0, 0.0, 2.0]), 2.0)
    # A colour map of 256 shades has none that is quite white.
    expected = [(67, 147, 195), (254, 254, 254), (224, 112, 92)]
    np.testing.assert_array_equal(found, expected)
    assert (ground_colours(np.zeros(2), 0.0) == 254).all()
