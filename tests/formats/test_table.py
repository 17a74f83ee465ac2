from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.formats.text.table import cell, cells, table_text, write_table


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1+1", "@SUM(A1)", "=HYPERLINK(a)"])
def test_a_formula_becomes_text(formula: str) -> None:
    assert cell(formula) == "'" + formula


@pytest.mark.parametrize("text", ["+", "-", ".", "gene", "a=b", "", "x@y"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_numbers_are_no_formulas() -> None:
    assert [cell(value) for value in (-1, -0.25, 1 / 3, 7, float("nan"))] == [
        "-1", "-0.25", "0.333333", "7", "nan"
    ]  # fmt: skip


@given(rows=st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_any_text_keeps_its_place_and_computes_nothing(rows: list[tuple[str, str]]) -> None:
    lines = table_text(("a", "b"), rows).removesuffix("\n").splitlines()
    assert len(lines) == len(rows) + 1
    for line in lines[1:]:
        cells = line.split("\t")
        assert len(cells) == 2
        assert not any(len(c) > 1 and c.startswith(("=", "+", "-", "@", "\t", "\r")) for c in cells)


def test_a_written_table_has_one_header_line(tmp_path: Path) -> None:
    write_table(tmp_path / "t.tsv", ("name", "value"), [("µ", 0.5)])
    assert (tmp_path / "t.tsv").read_bytes() == "name\tvalue\nµ\t0.5\n".encode()


def test_no_text_steers_a_terminal() -> None:
    assert cell("a\x1b[2Jb\x7f\x9b") == "a [2Jb  "


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_many_texts_are_as_one_by_one(texts: list[str]) -> None:
    assert cells([text.encode() for text in texts]) == [cell(text) for text in texts]
    assert cells([b"\xff", b"=1"]) == ["\ufffd", "'=1"]


def test_no_text_turns_the_direction_of_its_neighbours() -> None:
    assert cell("a\u202eb\u2066c\u200f") == "a b c "


def test_the_name_of_a_file_need_not_be_text(tmp_path: Path) -> None:
    write_table(tmp_path / "t.tsv", ("file",), [("b\udcff.bed",)])
    assert (tmp_path / "t.tsv").read_text() == "file\nb\\udcff.bed\n"
