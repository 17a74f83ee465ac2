import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.errors import IntervalError
from enngene_core.formats.genomes.sequences import read_new_sequences, read_sequences
from tests.formats.genome_files import bgzip, put
from tests.refusal import refused

REAL_DATA = Path(__file__).parents[2] / "test-data"
THREE = ">one first of all\nACGT\nac\n\n>two\nuuRYN\n>one again\ngX\n"

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def words(path: Path) -> list[tuple[str, bytes]]:
    """Name and letters of each sequence."""
    sequences = read_sequences(path)
    assert len(sequences) == len(sequences.offsets) - 1
    return [
        (
            sequences.intervals.chroms[i],
            sequences.letters[sequences.offsets[i] : sequences.offsets[i + 1]].tobytes(),
        )
        for i in range(len(sequences))
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bgzip], ids=["plain", "gzip", "bgzip"])
@pytest.mark.parametrize("name", ["pos.fa.gz", "dataset_1.dat"])
def test_three_sequences(tmp_path: Path, pack: Callable[[bytes], bytes], name: str) -> None:
    path = put(tmp_path, pack(THREE.encode()), name)
    assert words(path) == [("one", b"ACGTAC"), ("two", b"UUNNN"), ("one", b"GN")]
    sequences = read_sequences(path)
    intervals = sequences.intervals
    assert sequences.repeated.tolist() == [-1, -1, 0]
    assert intervals.chrom.tolist() == [0, 1, 2]
    assert intervals.start.tolist() == [0, 0, 0]
    assert intervals.end.tolist() == [6, 5, 2]
    assert intervals.strand.tolist() == [b"+"] * 3
    assert intervals.name.tolist() == [b"one", b"two", b"one"]
    assert intervals.line.tolist() == [1, 5, 7]
    assert intervals.text(2) == ">one again"
    assert not intervals.is_gff


def test_stretches_through_a_table(tmp_path: Path) -> None:
    sequences = read_sequences(put(tmp_path, THREE))
    lower = bytes(range(256)).lower()
    found = sequences.gather(np.array([1, 0, 2]), np.array([3, 1, 0]), width=2, table=lower)
    assert [row.tobytes() for row in found] == [b"nn", b"cg", b"gn"]


@pytest.mark.parametrize(
    "text",
    [
        THREE.replace("\n", "\r\n"),
        THREE.rstrip("\n"),
        "\n\n" + THREE,
        THREE + "\n\n",
        "\ufeff" + THREE,
        THREE.replace(">one ", "> one "),
        THREE.replace("\n", "\r"),
    ],
    ids=["CRLF", "no last newline", "blank before", "blank after", "mark", "space", "old Mac"],
)
def test_spellings_of_the_same_sequences(tmp_path: Path, text: str) -> None:
    assert words(put(tmp_path, text)) == words(put(tmp_path, THREE, "plain"))


def test_names_are_texts_of_any_script_and_inert(tmp_path: Path) -> None:
    names = ["é名", "<script>alert(1)</script>", "$(rm)", "'", '"', "..", "=1+1", "x" * 255]
    path = put(tmp_path, "".join(f">{name}\nACG\n" for name in names))
    assert [name for name, _ in words(path)] == names
    assert [name.decode() for name in read_sequences(path).intervals.name] == names


letters = st.text("ACGTUNacgturynX", min_size=1, max_size=50)
records = st.lists(st.tuples(st.text("ab.|é", min_size=1, max_size=3), letters), min_size=1)


@same_folder
@given(records, st.integers(1, 60))
def test_what_is_written_is_read(
    tmp_path: Path, records: list[tuple[str, str]], width: int
) -> None:
    text = ""
    for name, word in records:
        text += f">{name} some words\n"
        text += "".join(word[i : i + width] + "\n" for i in range(0, len(word), width))
    path = put(tmp_path, text)
    plain = [
        (name, "".join(b if b in "ACGTU" else "N" for b in word.upper()).encode())
        for name, word in records
    ]
    assert words(path) == plain
    names = [name for name, _ in records]
    first = [names.index(name) for name in names]
    assert read_sequences(path).repeated.tolist() == [
        -1 if first[i] == i else first[i] for i in range(len(names))
    ]


def test_real_exons_and_introns(tmp_path: Path) -> None:
    genome = {}
    for record in (REAL_DATA / "genome.fa").read_text().split(">")[1:]:
        name, *lines = record.splitlines()
        genome[name] = "".join(lines)
    complement = str.maketrans("ACGT", "TGCA")
    for file, flank, n_ambiguous in (("exons", 10, 0), ("introns", 0, 0)):
        found = words(REAL_DATA / f"{file}.fa.gz")
        beds = (REAL_DATA / f"{file}.bed").read_text().splitlines()[:120]
        assert len(found) == len(beds) == 120
        for (name, word), bed in zip(found, beds, strict=True):
            chrom, start, end, _, _, strand = bed.split("\t")
            plain = genome[chrom][int(start) - flank : int(end) + flank]
            if strand == "-":
                plain = plain.translate(complement)[::-1]
            assert name == f"{chrom}:{int(start) - flank}-{int(end) + flank}({strand})"
            assert word.decode().replace("U", "T") == plain
            assert word.count(b"N") == n_ambiguous


def test_sequences_of_a_hundred_thousand_lines(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    plain = ["".join(word) for word in rng.choice(list("ACGU"), (20_000, 70))]
    text = "".join(f">s{i}\n{word[:60]}\n{word[60:]}\n" for i, word in enumerate(plain))
    assert words(put(tmp_path, text)) == [(f"s{i}", w.encode()) for i, w in enumerate(plain)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ("empty",)),
        ("\n\n", ("line 1", "before the first record")),
        ("chr1\t10\t20\n", ("line 1", "chr1", "starts with >")),
        ("\nACGT\n>a\nACGT\n", ("line 2", "'ACGT'", "starts with >")),
        (">\nACGT\n", ("line 1", "no name")),
        (">a\nA\n>  \nACGT\n", ("line 3", "no name")),
        (">a\nA\n>" + "x" * 256 + "\nACGT\n", ("line 3", "xxx", "255")),
        (">a\nA\n>b\x1b[31m\nACGT\n", ("line 3", "printable")),
        (">a\nA\n>b\u2028c\nACGT\n", ("line 3", "printable")),
        (">a\n", ("line 1", "no sequence", "a")),
        (">a\n>b\nACG\n", ("line 1", "no sequence", "a")),
        (">a\nACG\n\n>b\n\n\n", ("line 4", "no sequence", "b")),
        (">a\nACGT\nACE\n", ("line 3", "'E'", "column 3")),
        (">a\nMKVLAA\n", ("line 2", "'L'", "column 4")),
        (">a\nACGT\n>b\nAC-T\n", ("line 4", "gap", "'-'", "column 3")),
        (">a\nAC..\n", ("line 2", "gap", "'.'")),
        (">a\nACG*\n", ("line 2", "'*'")),
        (">a\n1 acgt\n", ("line 2", "'1'", "column 1")),
        (">a\nACGT \n", ("line 2", "' '", "column 5")),
        (">a\nACé\n", ("line 2", "'é'", "column 3")),
        (">a\nAC>b\n", ("line 2", "'>'")),
        ("@a\nACGT\n+\nIIII\n", ("line 1", "'@a'")),
        ("<!DOCTYPE html>\n<html>", ("web page",)),
        (">a\nAC\0T\n", ("line 2", "binary")),
    ],
)
def test_what_is_no_sequence_is_refused(tmp_path: Path, text: str, found: tuple[str, ...]) -> None:
    path = put(tmp_path, text)
    with refused(IntervalError, path, *found):
        read_sequences(path)


@pytest.mark.parametrize(
    "content",
    [
        THREE.encode("utf-16"),
        THREE.encode("utf-16-le"),
        b">a\nAC\xffT\n",
        gzip.compress(THREE.encode())[:-9],
        (REAL_DATA / "genome.2bit").read_bytes(),
        bytes(range(256)) * 9,
    ],
    ids=["UTF-16", "UTF-16 without a mark", "Latin-1", "gzip cut short", "2bit", "binary"],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = put(tmp_path, content)
    with refused(IntervalError, path, "expected"):
        read_sequences(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused(IntervalError, tmp_path / "none.fa", "no such file"):
        read_sequences(tmp_path / "none.fa")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bgzip], ids=["plain", "gzip", "bgzip"])
def test_one_sequence_a_line(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = put(tmp_path, pack(b"\xef\xbb\xbf\r\nACGT\r\n\r\nuuRn\r\nACGT"), "pasted.txt")
    found = read_new_sequences(path)
    assert found.letters.tobytes() == b"ACGTUUNNACGT"
    assert found.offsets.tolist() == [0, 4, 8, 12]
    assert found.intervals.chroms == ("line_2", "line_4", "line_5")
    assert found.intervals.name.tolist() == [b"line_2", b"line_4", b"line_5"]
    assert found.intervals.line.tolist() == [2, 4, 5]
    assert found.intervals.end.tolist() == [4, 4, 4]


def test_new_records_of_fasta_are_read_as_those_of_a_class(tmp_path: Path) -> None:
    path = put(tmp_path, b"\n\n" + THREE.encode(), "new.fa")
    found, expected = read_new_sequences(path), read_sequences(path)
    np.testing.assert_array_equal(found.letters, expected.letters)
    np.testing.assert_array_equal(found.offsets, expected.offsets)
    assert found.intervals.line.tolist() == [3, 7, 9]
    assert found.repeated.tolist() == [-1] * 3  # each is predicted, whatever it is called


@given(texts=st.lists(st.text("ACGTUacgtun", max_size=9), min_size=1, max_size=20))
@same_folder
def test_a_line_is_read_as_a_record_is(tmp_path: Path, texts: list[str]) -> None:
    filled = [text for text in texts if text]
    path = put(tmp_path, "\n".join(texts).encode(), "pasted.txt")
    if not filled:
        with refused(IntervalError, path):
            read_new_sequences(path)
        return
    found = read_new_sequences(path)
    fasta = put(tmp_path, "".join(f">r\n{text}\n" for text in filled).encode(), "new.fa")
    expected = read_sequences(fasta)
    np.testing.assert_array_equal(found.letters, expected.letters)
    np.testing.assert_array_equal(found.offsets, expected.offsets)


@pytest.mark.parametrize(
    ("content", "words_of_error"),
    [
        (b"\n \n\t\n", ("no sequences", "one sequence of DNA or RNA a line")),
        (b"ACGT\n\nAC-T\n", ("line 3", "the gap '-'", "column 3")),
        (b"chr1\t5\t9\n", ("line 1", "'1'", "column 4")),
        (b"ACGT\n>one\nACGT\n", ("line 2", "'>'", "column 1")),
    ],
)
def test_lines_that_are_no_sequences_are_named(
    tmp_path: Path, content: bytes, words_of_error: tuple[str, ...]
) -> None:
    path = put(tmp_path, content, "pasted.txt")
    with refused(IntervalError, path, *words_of_error):
        read_new_sequences(path)
