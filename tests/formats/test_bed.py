import gzip
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enngene_core.errors import IntervalError
from enngene_core.formats.intervals.file import read_intervals
from tests.core_fixtures import CLASSES, REAL_DATA
from tests.formats.plain_bed import NoIntervalError, Row, many_lines, plain_rows
from tests.refusal import refused


def bed(folder: Path, text: str | bytes, name: str = "peaks.bed") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def rows(path: Path) -> list[Row]:
    found = read_intervals(path)
    assert not found.is_gff
    assert sorted(set(found.chrom.tolist())) == list(range(len(found.chroms)))
    return [(*found.locus(i), int(found.line[i])) for i in range(len(found))]


def assert_as_plain(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    try:
        expected = plain_rows(text)
    except NoIntervalError as plain:
        number = plain.args[0]
        with refused(IntervalError, path, f"line {number}: " if number else "", "expected"):
            read_intervals(path)
    else:
        assert rows(path) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("chr1\t0\t5", ("chr1", 0, 5, ".", ".", 1)),
        ("chr1\t0\t5\tgene", ("chr1", 0, 5, "gene", ".", 1)),
        ("chr1\t0\t5\tgene\t900", ("chr1", 0, 5, "gene", ".", 1)),
        ("chr1\t0\t5\tgene\t900\t-", ("chr1", 0, 5, "gene", "-", 1)),
        ("chr1\t0\t5\t\t0\t+", ("chr1", 0, 5, ".", "+", 1)),
        ("chr1\t0\t5\tgene\t0\t", ("chr1", 0, 5, "gene", ".", 1)),
        ("chr1\t0\t5\tpeak\t7\t.\t8.1\t4.2\t2.0\t2", ("chr1", 0, 5, "peak", ".", 1)),
        ("chr1\t0\t5\tpeak\t7\t.\t8.1\t4.2\t2.0", ("chr1", 0, 5, "peak", ".", 1)),
        (
            "chr1\t10\t50\tgene\t0\t-\t20\t40\t0,0,255\t2\t10,5\t0,35",
            ("chr1", 10, 50, "gene", "-", 1),
        ),
        (" chr1\t0\t5\t ", ("chr1", 0, 5, ".", ".", 1)),
        ("chr1\t000\t0000000000005", ("chr1", 0, 5, ".", ".", 1)),
        ("chr1\t1099511627774\t1099511627775", ("chr1", 2**40 - 2, 2**40 - 1, ".", ".", 1)),
        ("tig1\t0\t5", ("tig1", 0, 5, ".", ".", 1)),
        ("tracks\t0\t5", ("tracks", 0, 5, ".", ".", 1)),
        ("2\t0\t5\tµé", ("2", 0, 5, "µé", ".", 1)),
        ("chr1\t0\t5\t" + "n" * 255, ("chr1", 0, 5, "n" * 255, ".", 1)),
    ],
    ids=[
        "BED3", "BED4", "BED5", "BED6", "empty name", "trailing tab", "narrowPeak", "broadPeak",
        "BED12", "blanks around", "zeros before", "largest numbers", "t", "tracks", "letters",
        "long name",
    ],
)  # fmt: skip
def test_each_kind_of_line_is_read(tmp_path: Path, line: str, expected: Row) -> None:
    assert rows(bed(tmp_path, line + "\n")) == [expected]
    assert plain_rows(line + "\n") == [expected]


@pytest.mark.parametrize("name", ["it's", '"', "<script>", "$(rm)", "..", "a b", "ä", "x" * 255])
def test_a_chromosome_may_have_any_printable_name(tmp_path: Path, name: str) -> None:
    assert rows(bed(tmp_path, f"{name}\t1\t2\nchr1\t1\t2\n"))[0][0] == name


def test_chromosomes_stand_in_the_order_of_their_first_lines(tmp_path: Path) -> None:
    path = bed(tmp_path, "b\t1\t2\na\t1\t2\nchromosome_10\t1\t2\na\t3\t4\nb\t5\t6\n")
    found = read_intervals(path)
    assert found.chroms == ("b", "a", "chromosome_10")
    assert found.chrom.tolist() == [0, 1, 2, 1, 0]


def test_line_numbers_count_what_is_passed_over(tmp_path: Path) -> None:
    text = (
        "browser position chr1:1-9\ntrack name=peaks\n#chrom\tstart\tend\n\n"
        "chr1\t1\t2\n # note\n\t\nchr2\t3\t4\n"
    )
    path = bed(tmp_path, text)
    assert rows(path) == [("chr1", 1, 2, ".", ".", 5), ("chr2", 3, 4, ".", ".", 8)]
    assert read_intervals(path).text(1) == "chr2\t3\t4"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_and_a_missing_last_one(tmp_path: Path, end: str) -> None:
    text = f"chr1\t1\t2\tgene\t0\t-{end}chr1\t5\t6\tgene\t0\t+"
    assert [row[4] for row in rows(bed(tmp_path, text))] == ["-", "+"]
    assert [row[4] for row in rows(bed(tmp_path, text + end))] == ["-", "+"]


@pytest.mark.parametrize("name", ["peaks.bed.gz", "dataset_1.dat"])
def test_gzip_is_told_by_content_not_by_name(tmp_path: Path, name: str) -> None:
    path = bed(tmp_path, gzip.compress(b"chr1\t1\t2\nchr1\t3\t4\n"), name)
    assert [row[1] for row in rows(path)] == [1, 3]


def test_the_byte_order_mark_of_windows_is_no_part_of_the_chromosome(tmp_path: Path) -> None:
    assert rows(bed(tmp_path, b"\xef\xbb\xbfchr1\t1\t2\n"))[0][0] == "chr1"


@pytest.mark.parametrize("name", [*(f"{name}.bed" for name in CLASSES), "new.narrowPeak"])
def test_real_files_agree_with_a_plain_reading(name: str) -> None:
    path = REAL_DATA / name
    assert rows(path) == plain_rows(path.read_text())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("chr1\t5\t5", ("end 5", "start 5", "0-based, half-open")),
        ("ch\vr1\t5\t6", (r"'ch\x0br1'", "chromosome")),
        ("ch\x1br1\t5\t6", (r"'ch\x1br1'", "chromosome")),
        ("x" * 256 + "\t5\t6", ("chromosome", "256 bytes", "at most 255")),
        ("chr1\t5\t4", ("end 4", "start 5")),
        ("chr1\tone\t5", ("'one'", "start", "whole number")),
        ("chr1\t1\t", ("2 tab-separated columns", "start and end")),
        ("chr1\t1\tx\tgene", ("'x'", "end", "whole number")),
        ("chr1\t-1\t5", ("'-1'", "start")),
        ("chr1\t1.0\t5", ("'1.0'", "start")),
        ("chr1\t1_0\t50", ("'1_0'", "start")),
        ("chr1\t+1\t5", ("'+1'", "start")),
        ("chr1\t1e3\t5000", ("'1e3'", "start")),
        ("chr1\t1,000\t5,000", ("'1,000'", "start")),
        ("chr1\t\t5\t6", ("''", "start")),
        ("chr1\t1 \t5", ("'1 '", "start")),
        ("chr1\t\u0661\t5", ("start", "whole number")),
        ("chr1\t\u00b2\t5", ("start", "whole number")),
        ("chr1\t1\t99999999999999", ("end", "whole number")),
        ("chr1\t1\t9999999999999", ("9999999999999", "beyond any genome")),
        ("chr1\t1\t1099511627776", ("1099511627776", "beyond any genome")),
        ("chr1\t1\t18446744073709551617", ("end", "whole number")),
        ("chr1 1 5", ("1 tab-separated column;", "start and end", "spaces", "tabs")),
        ("chr1", ("1 tab-separated column; expected at least chromosome, start and end",)),
        ("5\t100\tchr1", ("'chr1'", "end", "columns 1 and 2", "chromosome, start, end")),
        ("geneA\tchr1\t5\t100", ("'chr1'", "start", "columns 3 and 4", "chromosome, start, end")),
        ("chrom\tstart\tend", ("'start'", "column names", "#")),
        ("chr1\t1\t5\tgene\t0\tplus", ("'plus'", "column 6", "+ - or .")),
        ("chr1\t1\t5\tgene\t0\t?", ("'?'", "column 6")),
        ("chr1\t1\t5\tgene\t0\t\t1\t5", ("''", "column 6")),
        ("chr1\t1\t5\tgene\t+\t0", ("'0'", "column 6")),
        ("chr1\t1\t5\t" + "n" * 256, ("name of 256 bytes", "at most 255")),
        ("chr1\t1\t5\t" + "é" * 128, ("name of 256 bytes", "at most 255")),
        ("chr1\t1\t5\0", ("binary",)),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, words: tuple[str, ...]) -> None:
    for before in ("chr1\t1\t2\n# ", "# peaks\n# "):
        path = bed(tmp_path, f"{before}\n{line}\nchr1\tx\n")
        with refused(IntervalError, path, "line 3: ", "expected", *words):
            read_intervals(path)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (">chr1\nACGT\n", "FASTA"),
        ("fixedStep chrom=chr1 start=1 step=1\n0.5\n", "wig"),
        ("@HD\tVN:1.6\n", "SAM"),
        ("@read\nACGT\n+\nIIII\n", "FASTQ"),
        ('{"a": 1}\n', "JSON"),
    ],
)
def test_text_of_another_kind_is_named(tmp_path: Path, text: str, kind: str) -> None:
    path = bed(tmp_path, text)
    with refused(IntervalError, path, "line 1", kind, "expected a BED"):
        read_intervals(path)


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = bed(tmp_path, b"chr1\t1\t5\t" + b"x" * 100_000)
    with refused(IntervalError, path, "line 1", "longer than"):
        read_intervals(path)


@pytest.mark.parametrize("text", ["\n\n", " \t\n", "# only\ntrack name=x\n", "track\nbrowser"])
def test_a_file_without_intervals_is_refused(tmp_path: Path, text: str) -> None:
    path = bed(tmp_path, text)
    with refused(IntervalError, path, "no intervals", "chromosome, start and end"):
        read_intervals(path)


def test_an_empty_or_missing_file_is_named(tmp_path: Path) -> None:
    with refused(IntervalError, tmp_path / "none.bed", "no such file", "expected a BED"):
        read_intervals(tmp_path / "none.bed")
    with refused(IntervalError, "empty file", "expected a BED"):
        read_intervals(bed(tmp_path, ""))


def test_names_that_together_would_fill_the_memory_are_refused(tmp_path: Path) -> None:
    path = bed(tmp_path, "c\t1\t2\t" + "n" * 255 + "\n" + "c\t1\t2\n" * 8_500_000)
    with refused(IntervalError, path, "255 bytes", "expected shorter names"):
        read_intervals(path)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n\0"), max_size=60)
INTERVALS = st.lists(
    st.tuples(
        TEXT.map(lambda name: "c" + "".join(filter(str.isprintable, name)).rstrip()),
        st.integers(0, 2**40 - 2),
        st.integers(1, 2**40 - 1),
        TEXT.map(lambda name: name or "."),
        st.sampled_from("+-."),
    ).filter(lambda row: row[1] < row[2]),
    min_size=1,
)


@given(intervals=INTERVALS, end=st.sampled_from(["\n", "\r\n"]), is_packed=st.booleans())
def test_intervals_survive_writing_and_reading(
    tmp_path_factory: pytest.TempPathFactory,
    intervals: list[tuple[str, int, int, str, str]],
    end: str,
    is_packed: bool,
) -> None:
    text = "".join(
        f"{chrom}\t{start}\t{stop}\t{name}\t0\t{strand}{end}"
        for chrom, start, stop, name, strand in intervals
    )
    content = gzip.compress(text.encode()) if is_packed else text.encode()
    path = bed(tmp_path_factory.getbasetemp(), content, "law.bed")
    assert [row[:5] for row in rows(path)] == intervals


PIECES = st.one_of(
    st.sampled_from(
        [
            *("chr1", "chr2", "\t", "\t", "\t", " ", "\n", "\n", "\r\n", "#", "track", "browser"),
            *(
                "+",
                "-",
                ".",
                "0",
                "7",
                "12",
                "99999999",
                "100000000",
                "é",
                "\x0b",
                "\x85",
                "\u2028",
            ),
        ]
    ),
    st.sampled_from(
        ["chr1\t5\t9", "chr2\t1\t200\tn\t0\t+", "chr2\t0\t3\t\t0\t-\t1\t2", "c\t1\t2\tn"]
    ),
    st.integers(0, 2**44).map(str),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=3),
)


@given(pieces=st.lists(PIECES, min_size=1, max_size=40))
@example(["chr1", "\t", "5", "\t", "9", "\n", "\n", "track", "\t", "1", "\t", "2"])
@example(["chr1\t5\t9", " ", "\t", "\n", "\t", "chr1\t5\t9"])
def test_any_text_is_read_as_a_plain_reading_has_it(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    text = "".join(pieces)
    if not text or text[0] in "@{<>" or text.startswith(("\ufeff", "%PDF-", "BZh", "CRAM")):
        return  # other kinds of file
    assert_as_plain(tmp_path_factory.getbasetemp() / "any.bed", text)


def test_long_files_agree_with_a_plain_reading(tmp_path: Path) -> None:
    lines = many_lines(120_000)
    path = tmp_path / "long.bed"
    assert_as_plain(path, "\n".join(lines))
    assert_as_plain(path, "\r\n".join(lines))
    lines[100_000] = "chr1\t7\t6"
    lines[110_000] = "chr1"
    assert_as_plain(path, "\n".join(lines))


@given(content=st.binary(max_size=200))
def test_any_bytes_give_intervals_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = bed(tmp_path_factory.getbasetemp(), content, "any.bed")
    try:
        intervals = read_intervals(path)
    except IntervalError as error:
        assert len(str(error).splitlines()) == 1
        assert str(error).startswith(str(path))
    else:
        assert (intervals.end > intervals.start).all()
