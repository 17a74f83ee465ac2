import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.errors import GenomeError, IntervalError
from enngene_core.formats.text.name_table import read_chromosome_names, read_name_table
from tests.refusal import refused

EXPECTED = "a table of names and splits"

#: The head of UCSC's table for hg38, with an alternative contig that other archives lack.
CHROM_ALIAS = """# ucsc\tassembly\tgenbank\tncbi\trefseq
chr1\t1\tCM000663.2\t1\tNC_000001.11
chrM\tMT\tJ01415.2\tMT\tNC_012920.1

chrUn_KI270302v1\tHSCHRUN_RANDOM_CTG1\tKI270302.1\t\t
chrEBV\t\t\t\t
"""


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "dataset_7.dat"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(path: Path) -> dict[str, str]:
    return read_name_table(path, error=IntervalError, expected=EXPECTED)


@pytest.mark.parametrize(
    "text",
    [
        "a\ttrain\nb c\ttest\n",
        "# name\tsplit\n\na\ttrain\tmore\n \t\nb c\ttest",
        "a\ttrain\r\nb c\ttest\r\na\ttrain\r\n",
        "\ufeffa\ttrain \nb c\ttest\t\n",
    ],
)
def test_the_second_column_by_the_first(tmp_path: Path, text: str) -> None:
    for content in (text.encode(), gzip.compress(text.encode())):
        assert read(table(tmp_path, content)) == {"a": "train", "b c": "test"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\ttrain\n\nb\ttest\na\ttest\n", ("line 4", "'test'", "'a'", "'train' in line 1")),
        ("a\ttrain\nb test\n", ("line 2", "1 tab-separated column", EXPECTED, "spaces", "tabs")),
        ("a\n", ("line 1", "1 tab-separated column", EXPECTED)),
        ("a\t\n", ("line 1", "empty cell", EXPECTED)),
        ("\ta\ttrain\n", ("line 1", "empty cell")),
        ("a\ttr\x1bain\n", ("line 1", r"'tr\x1bain'")),
        ("# a\ttrain\n", ("no rows", EXPECTED)),
        ("a\0\ttrain\n", ("line 1", "binary")),
        ("a\ttrain\n".encode("utf-16"), ("UTF-16",)),
        (b"", ("empty file", EXPECTED)),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, text: str | bytes, words: tuple[str, ...]
) -> None:
    path = table(tmp_path, text)
    with refused(IntervalError, path, *words):
        read(path)


def test_each_row_of_chrom_alias_names_one_chromosome(tmp_path: Path) -> None:
    assert read_chromosome_names(table(tmp_path, CHROM_ALIAS)) == [
        ("chr1", "1", "CM000663.2", "NC_000001.11"),
        ("chrM", "MT", "J01415.2", "NC_012920.1"),
        ("chrUn_KI270302v1", "HSCHRUN_RANDOM_CTG1", "KI270302.1"),
        ("chrEBV",),
    ]


def test_a_row_may_be_repeated(tmp_path: Path) -> None:
    path = table(tmp_path, "chr1\t1\n1\tchr1\n")
    assert read_chromosome_names(path) == [("chr1", "1"), ("1", "chr1")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("chr1\t1\n# x\nchr2\t1\n", ("line 3", "'1'", "line 1 names too", "one row")),
        ("chr1\t1\nchr1\tone\n", ("line 2", "'chr1'", "line 1")),
        ("chr1 1\n", ("line 1", "1 tab-separated column", "spaces")),
        ("#\n", ("no rows",)),
        ("", ("empty file",)),
    ],
)
def test_rows_that_contradict_each_other_are_refused(
    tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    path = table(tmp_path, text)
    with refused(GenomeError, path, *words):
        read_chromosome_names(path)


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9).filter(
    lambda text: text.isprintable() and text.strip() == text and text[0] not in "#\ufeff"
)


@given(values=st.dictionaries(NAMES, NAMES, min_size=1))
def test_a_table_survives_writing_and_reading(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]
) -> None:
    text = "# name\tvalue\n" + "".join(f"{name}\t{value}\n" for name, value in values.items())
    assert read(table(tmp_path_factory.getbasetemp(), text)) == values
