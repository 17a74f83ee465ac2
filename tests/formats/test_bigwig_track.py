"""Tracks that are written, as other programs read them."""

from pathlib import Path

import numpy as np
import pyBigWig
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.formats.signals.bigwig import BigWig
from enngene_core.formats.signals.bigwig_track import BigWigTrack

NA = float("nan")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.sampled_from([0.25, 0.5, 1.0, NA]), min_size=1, max_size=60),
    cut=st.integers(0, 60),
    step=st.integers(1, 7),
    short=st.integers(0, 6),
)
def test_every_base_has_the_value_of_its_stretch(
    tmp_path: Path, values: list[float], cut: int, step: int, short: int
) -> None:
    size = step * len(values) - min(short, step - 1)
    path = tmp_path / "track.bw"
    array = np.array([1.0, *values], dtype=np.float32)[1:]
    with BigWigTrack(path, {"c": size, "é": 9}) as track:
        track.put("c", 0, step, array[:cut], size=size)
        track.put("c", cut * step, step, array[cut:], size=size)
        track.put("é", 3, 3, np.float32([0.5]), size=9)
    expected = np.repeat(array, step)[:size]
    with pyBigWig.open(str(path)) as file:
        assert file.chroms() == {"c": size, "é": 9}
        np.testing.assert_array_equal(file.values("c", 0, size), expected)
        assert file.intervals("é") == ((3, 6, 0.5),)
    with BigWig(path) as own:
        ((_, _, found),) = own.blocks({"c": np.array([[0, size]])})
        np.testing.assert_array_equal(found, expected)


def test_chromosomes_stand_in_the_order_that_browsers_expect(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="order of the bytes"):
        BigWigTrack(tmp_path / "track.bw", {"chr2": 5, "chr10": 5})
    with pytest.raises(FileNotFoundError):
        BigWigTrack(tmp_path / "nowhere" / "track.bw", {"chr2": 5})
