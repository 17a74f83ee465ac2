"""Names as they stand in labels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.plots.curves import MOST_POINTS, thinned
from enngene_core.plots.names import natural_order, plain, short_names, shortened


@given(st.text())
def test_plain_text_is_one_printable_line(text: str) -> None:
    assert plain(text).isprintable()
    plain(text).encode()


@given(st.text(), st.integers(10, 40))
def test_shortened_names_fit(text: str, length: int) -> None:
    assert len(shortened(text, length=length)) <= length


def test_short_names_stay_apart() -> None:
    long = "peaks of primary human hepatocytes, "
    names = [f"{long} one {long}", f"{long} two {long}", "exons"]
    short = short_names(names, length=20)
    assert len(set(short)) == 3
    assert max(map(len, short)) <= 20
    assert short[2] == "exons"


def test_thinned_curve_keeps_ends_and_area() -> None:
    x = np.linspace(0, 1, 20_001)
    y = np.sqrt(x)
    few_x, few_y = thinned(x, y)
    assert len(few_x) <= MOST_POINTS
    assert (few_x[0], few_x[-1], few_y[-1]) == (0, 1, 1)
    assert abs(np.trapezoid(few_y, few_x) - 2 / 3) < 1e-4


def test_numbers_in_names_are_in_order() -> None:
    names = ["chrX", "chr10", "10", "chr2", "chr_1_b2", "2", "chr1", "chr_1_b10", ""]
    assert natural_order(names) == [
        *("", "2", "10", "chr1", "chr2", "chr10", "chrX", "chr_1_b2", "chr_1_b10"),
    ]


@given(st.lists(st.text(st.sampled_from("a01\N{SUPERSCRIPT TWO}\N{DEVANAGARI DIGIT ONE}"))))
def test_order_of_names_depends_on_nothing_else(names: list[str]) -> None:
    assert natural_order(names) == natural_order(reversed(natural_order(names)))


def test_numbers_of_thousands_of_digits_are_in_order() -> None:
    names = ["9" * 5000, "1" + "0" * 5000]
    assert natural_order(reversed(names)) == names
