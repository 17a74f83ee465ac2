import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.errors import IntervalError
from enngene_core.formats.bed import read_intervals
from tests.core_fixtures import CLASSES, REAL_DATA
from tests.refusal import refused


def bed(folder: Path, text: str | bytes, name: str = "peaks.bed") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def rows(path: Path) -> list[tuple]:
    found = read_intervals(path)
    columns = (found.chrom, found.start, found.end, found.name, found.strand, found.line)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("chr1\t0\t5", ("chr1", 0, 5, ".", ".", 1)),
        ("chr1\t0\t5\tgene", ("chr1", 0, 5, "gene", ".", 1)),
        ("chr1\t0\t5\tgene\t900", ("chr1", 0, 5, "gene", ".", 1)),
        ("chr1\t0\t5\tgene\t900\t-", ("chr1", 0, 5, "gene", "-", 1)),
        ("chr1\t0\t5\t\t0\t+", ("chr1", 0, 5, ".", "+", 1)),
        ("chr1\t0\t5\tpeak\t7\t.\t8.1\t4.2\t2.0\t2", ("chr1", 0, 5, "peak", ".", 1)),
    ],
    ids=["BED3", "BED4", "BED5", "BED6", "empty name", "narrowPeak"],
)
def test_each_kind_of_line_is_read(tmp_path: Path, line: str, expected: tuple) -> None:
    assert rows(bed(tmp_path, line + "\n")) == [expected]


def test_line_numbers_count_what_is_passed_over(tmp_path: Path) -> None:
    text = (
        "browser position chr1:1-9\ntrack name=peaks\n#chrom\tstart\tend\n\n"
        "chr1\t1\t2\n # note\nchr2\t3\t4\n"
    )
    assert rows(bed(tmp_path, text)) == [("chr1", 1, 2, ".", ".", 5), ("chr2", 3, 4, ".", ".", 7)]


def test_windows_line_ends_and_a_missing_last_one(tmp_path: Path) -> None:
    text = "chr1\t1\t2\tgene\t0\t-\r\nchr1\t5\t6\tgene\t0\t+"
    assert [row[4] for row in rows(bed(tmp_path, text))] == ["-", "+"]


@pytest.mark.parametrize("name", ["peaks.bed.gz", "dataset_1.dat"])
def test_gzip_is_told_by_content_not_by_name(tmp_path: Path, name: str) -> None:
    path = bed(tmp_path, gzip.compress(b"chr1\t1\t2\nchr1\t3\t4\n"), name)
    assert [row[1] for row in rows(path)] == [1, 3]


@pytest.mark.parametrize("name", CLASSES)
def test_real_files_agree_with_a_plain_reading(name: str) -> None:
    path = REAL_DATA / f"{name}.bed"
    plain = [line.split("\t") for line in path.read_text().splitlines()]
    assert rows(path) == [
        (chrom, int(start), int(end), label, strand, number)
        for number, (chrom, start, end, label, _, strand) in enumerate(plain, start=1)
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("chr1\t5\t5", ("end 5", "start 5")),
        ("ch\vr1\t5\t6", (r"'ch\x0br1'", "chromosome")),
        ("chr1\t5\t4", ("end 4", "start 5")),
        ("chr1\tone\t5", ("'one'", "start", "whole number")),
        ("chr1\t1\t", ("2 tab-separated columns", "start and end")),
        ("chr1\t1\tx\tgene", ("'x'", "end", "whole number")),
        ("chr1\t-1\t5", ("'-1'", "start")),
        ("chr1\t1.0\t5", ("'1.0'", "start")),
        ("chr1\t1_0\t50", ("'1_0'", "start")),
        ("chr1\t+1\t5", ("'+1'", "start")),
        ("chr1\t\u0661\t5", ("start", "whole number")),
        ("chr1\t1\t99999999999999", ("end", "whole number")),
        ("chr1\t1\t9999999999999", ("9999999999999", "beyond any genome")),
        ("chr1 1 5", ("1 tab-separated column;", "start and end")),
        ("chr1\t1\t5\tgene\t0\tplus", ("'plus'", "column 6", "+ - or .")),
        ("chr1\t1\t5\tgene\t0\t", None),
        ("chr1\t1\t5\0", ("binary",)),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, words: tuple[str, ...] | None) -> None:
    path = bed(tmp_path, f"# peaks\nchr1\t1\t2\n{line}\n")
    if words is None:  # trailing tabs are no column
        assert len(rows(path)) == 2
        return
    with refused(IntervalError, path, "line 3", *words):
        read_intervals(path)


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = bed(tmp_path, b"chr1\t1\t5\t" + b"x" * 100_000)
    with refused(IntervalError, path, "line 1", "longer than"):
        read_intervals(path)


@pytest.mark.parametrize("text", ["", "\n\n", "# only\ntrack name=x\n"])
def test_a_file_without_intervals_is_refused(tmp_path: Path, text: str) -> None:
    path = bed(tmp_path, text)
    with refused(IntervalError, path, "no intervals", "chromosome, start and end"):
        read_intervals(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused(IntervalError, tmp_path / "none.bed", "no such file"):
        read_intervals(tmp_path / "none.bed")


def test_text_of_another_encoding_is_refused(tmp_path: Path) -> None:
    path = bed(tmp_path, "chr1\t1\t2\nchr1\t3\t4\tgène\n".encode("latin-1"))
    with refused(IntervalError, path, "line 2", "UTF-8"):
        read_intervals(path)


def test_a_truncated_or_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f"chr1\t{i}\t{i + 5}\n" for i in range(5000)).encode())
    for damaged in (whole[:-9], whole[:50], whole[:60] + b"\xff" * 40 + whole[100:]):
        path = bed(tmp_path, damaged)
        with refused(IntervalError, path, "gzip", "damaged"):
            read_intervals(path)


def test_the_byte_order_mark_of_windows_is_no_part_of_the_chromosome(tmp_path: Path) -> None:
    assert rows(bed(tmp_path, b"\xef\xbb\xbfchr1\t1\t2\n"))[0][0] == "chr1"


@given(content=st.binary(max_size=200))
def test_any_bytes_give_intervals_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bed"
    path.write_bytes(content)
    try:
        intervals = read_intervals(path)
    except IntervalError as error:
        assert len(str(error).splitlines()) == 1
        assert str(error).startswith(str(path))
    else:
        assert (intervals.end > intervals.start).all()
