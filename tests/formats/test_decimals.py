import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.formats.text.decimals import MARGIN, parse_decimals, parse_unusual

#: What is read at once: a sign, and up to 15 digits with a point among them or not.
USUAL = re.compile(r"-?(?=\d|\.\d)\d*(\.\d*)?")


def parsed(texts: list[str]) -> tuple[list[float], list[bool]]:
    content = np.frombuffer(("\n" * MARGIN + "".join(f"{t}\n" for t in texts)).encode(), np.uint8)
    end = np.flatnonzero(content == ord("\n"))
    values, is_parsed = parse_decimals(content, end[MARGIN:], np.diff(end[MARGIN - 1 :]) - 1)
    return values.tolist(), is_parsed.tolist()


def check(texts: list[str]) -> None:
    """What is said to be parsed is a number and equal to Python's; usual numbers are parsed."""
    for text, value, is_parsed in zip(texts, *parsed(texts), strict=True):
        is_usual = USUAL.fullmatch(text) and 0 < len(re.sub(r"\D", "", text)) <= 15
        if is_parsed:
            assert USUAL.fullmatch(text)
            assert (value, str(value)) == (float(text), str(float(text)))  # -0.0 is told from 0.0
        elif is_usual and len(text) <= MARGIN:
            # Few long ones are left to parse_unusual.
            assert len(text) > 8 and sum(8 < len(other) <= MARGIN for other in texts) <= 32
            assert parse_unusual(text.encode()) == float(text)


def among_many(texts: list[str], usual: str) -> list[str]:
    return [word for text in texts for word in (*[usual] * 9, text)]


def test_by_hand() -> None:
    texts = ["0", "7", "-1.64", "0.25", ".5", "-.5", "5.", "12345678", "-0.12345", "-0"]
    assert parsed(texts) == ([0, 7, -1.64, 0.25, 0.5, -0.5, 5, 12345678, -0.12345, 0], [True] * 10)


def test_what_is_no_number() -> None:
    for text in (
        ".",
        "-",
        "-.",
        "",
        "1.2.3",
        "--1",
        "1-5",
        "1,5",
        "1/5",
        "1:5",
        "0x1",
        "1e5",
        "\u0661",
    ):
        assert parsed([text])[1] == [False]
        assert parsed([text, "0.25", "17"])[1] == [False, True, True]


@pytest.mark.parametrize("usual", ["1.250", "-3.125", "12345"])
def test_another_character_in_the_place_of_the_point(usual: str) -> None:
    for code in range(ord("!"), 127):
        texts = [usual] * 20 + [f"1{chr(code)}250"]
        is_number = chr(code) in ".0123456789"
        assert parsed(texts)[1] == [True] * 20 + [is_number]
        check(texts)


@given(st.lists(st.from_regex(r"-?[0-9]{0,8}(\.[0-9]{0,8})?", fullmatch=True), min_size=1))
def test_usual_numbers_equal_those_of_python(texts: list[str]) -> None:
    check(texts)
    check(["0.25", *texts, *["-123456789.125"] * 40])
    check(among_many(texts, "-0.125"))
    check(among_many(texts, "17"))


@given(st.lists(st.text("0123456789.-+eE,/:naif", max_size=18), min_size=1))
def test_other_words_are_no_numbers_or_equal_those_of_python(texts: list[str]) -> None:
    check(texts)
    check([*texts, *["-123456789.125"] * 40])
    check(among_many(texts, "1.64"))
    check(among_many(texts, "123"))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1))
def test_printed_floats(numbers: list[float]) -> None:
    check([f"{number:g}" for number in numbers])
    check([f"{number:.3f}" for number in numbers])


@given(st.floats(width=32) | st.floats())
def test_unusual_forms(number: float) -> None:
    for text in (repr(number), f"{number:e}", f"{number:+}".upper(), f"+{abs(number)!r}"):
        assert str(parse_unusual(text.encode())) == str(float(text))


@pytest.mark.parametrize(
    "text", ["", "1_000", " 1", "1 ", "0x10", "infinit", "1e", "e5", "1e99999", "1,5", "1" * 401]
)
def test_what_python_takes_and_a_table_does_not(text: str) -> None:
    assert parse_unusual(text.encode()) is None
