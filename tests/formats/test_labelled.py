"""One file of all classes gives what a file of each class gives."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest

from enngene_core.errors import IntervalError
from enngene_core.formats.labelled import LabelledRows, read_labelled
from tests.refusal import refused

NAMES = ("exons", "introns", "near introns")


def read(path: Path, text: str) -> dict[str, LabelledRows]:
    path.write_text(text)
    return {rows.name: rows for rows in read_labelled(path, NAMES)}


def letters(rows: LabelledRows) -> list[str]:
    assert rows.sequences is not None
    text, offsets = rows.sequences.letters.tobytes().decode(), rows.sequences.offsets
    return [text[first:last] for first, last in pairwise(offsets)]


FASTA = """\
>one chr1:1-9 introns
ACGT
acg

>two exons
GG
>introns
TTU
>three far near introns\t
NN
A
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_last_word_of_a_header_is_the_class(tmp_path: Path, end: str) -> None:
    path = tmp_path / "all.fa"
    path.write_bytes(gzip.compress(FASTA.replace("\n", end).encode()))
    found = {rows.name: rows for rows in read_labelled(path, NAMES)}
    assert list(found) == ["exons", "introns", "near introns"]
    assert letters(found["introns"]) == ["ACGTACG", "TTU"]
    assert letters(found["exons"]) == ["GG"]
    assert letters(found["near introns"]) == ["NNA"]
    introns = found["introns"].intervals
    assert introns.name.tolist() == [b"one", b"introns"]
    assert introns.line.tolist() == [1, 7]
    assert introns.lines.text(7) == ">introns"


def test_the_first_column_is_the_class_of_a_sequence(tmp_path: Path) -> None:
    text = "# mine\nintrons ACGU\nexons\tGG \n\n near introns\tTT\n  introns   aa\n"
    found = read(tmp_path / "all.txt", text)
    assert letters(found["introns"]) == ["ACGU", "AA"]
    assert found["introns"].intervals.name.tolist() == [b"line_2", b"line_6"]
    assert letters(found["exons"]) == ["GG"]
    assert letters(found["near introns"]) == ["TT"]


def test_the_first_column_is_the_class_of_an_interval(tmp_path: Path) -> None:
    text = (
        "track name=x\nintrons\tchr1\t5\t9\tpeak\t0\t-\nexons\tchr2\t1\t2\n"
        "introns\tchr1\t7\t8\té\t0\t+\n"
    )
    found = read(tmp_path / "all.tsv", text)
    introns = found["introns"].intervals
    assert found["introns"].sequences is None
    assert introns.chroms == ("chr1",)
    assert introns.start.tolist() == [5, 7] and introns.end.tolist() == [9, 8]
    assert introns.strand.tolist() == [b"-", b"+"]
    assert introns.name.tolist() == [b"peak", "é".encode()]
    assert introns.line.tolist() == [2, 4]
    assert introns.lines.text(4).startswith("introns\tchr1")
    assert found["exons"].intervals.chroms == ("chr2",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "all.txt"),
        ("# nothing\n\n", "no rows; expected FASTA with the class"),
        (">one exons\nA\n>two genes\nC\n", "line 3: found class 'genes'; expected one of exons"),
        (">one exons\nA\n>\nC\n", "line 3: found no class"),
        (">one exons\n>two exons\nC\n", "line 1: found no sequence"),
        (">one exons\nA\n>two introns\nAC-G\n", "line 4: found the gap '-' at column 3"),
        ("exons\n", "line 1: found nothing after the class"),
        ("exons\tACGT\nintrons\tACGQ\n", "line 2: found 'Q'"),
        ("exons\tchr1\t5\t9\nintrons\tchr1\t9\t5\n", "line 2: end 5 is not greater than start 9"),
        ("=HYPERLINK()\tACGT\n", "line 1: found class '=HYPERLINK()'"),
    ],
)
def test_what_has_no_class_or_cannot_be_read_is_refused(
    tmp_path: Path, text: str, words: str
) -> None:
    with refused(IntervalError, tmp_path / "all.txt", words):
        read(tmp_path / "all.txt", text)
