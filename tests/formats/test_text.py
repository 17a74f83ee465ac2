import gzip
import zipfile
from pathlib import Path

import h5py
import pytest
from Bio import bgzf
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.errors import GenomeError, IntervalError
from enngene_core.formats.text.lines import LONGEST_LINE, TextLines, read_lines
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused

BOM = b"\xef\xbb\xbf"


def saved(folder: Path, content: bytes, name: str = "dataset_12.dat") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path, **options: int) -> TextLines:
    return read_lines(path, error=IntervalError, expected="a BED file", **options)


def texts(path: Path) -> list[str]:
    lines = read(path)
    found = list(lines.texts())
    assert found == [lines.text(number) for number in range(1, len(lines) + 1)]
    return found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\n\r\nb\r", ["a", "", "b"]),
        (b"a\rb\r", ["a", "b"]),
        (b"a\r\rb", ["a", "", "b"]),
        (b"\n", [""]),
        (b"\n\na", ["", "", "a"]),
        (BOM + b"a\nb\n", ["a", "b"]),
        (BOM, [""]),
        (b"a\n" + BOM + b"b\n", ["a", "\ufeffb"]),
        ("µ\té\n".encode(), ["µ\té"]),
        (b"x" * LONGEST_LINE + b"\n", ["x" * LONGEST_LINE]),
    ],
)
def test_lines_lose_their_ends(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    assert texts(saved(tmp_path, content)) == expected


@given(
    parts=st.lists(st.sampled_from(["a", "bé", "\t", "\n", "\r\n", "#", "\u2028"]), min_size=1),
    has_mark=st.booleans(),
    is_packed=st.booleans(),
)
def test_lines_are_those_of_a_plain_split(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], has_mark: bool, is_packed: bool
) -> None:
    text = "".join(parts)
    content = BOM * has_mark + text.encode()
    path = saved(
        tmp_path_factory.getbasetemp(), gzip.compress(content) if is_packed else content, "any.txt"
    )
    plain = text.replace("\r\n", "\n").split("\n")
    expected = plain[:-1] if plain[-1] == "" and len(plain) > 1 else plain
    assert texts(path) == expected


@given(st.lists(st.text("a\t", max_size=5), max_size=600), st.sampled_from(["\n", "\r\n"]))
def test_bytes_are_counted_line_by_line(
    tmp_path_factory: pytest.TempPathFactory, written: list[str], end: str
) -> None:
    content = ("x" + end + end.join(written)).encode()
    lines = read(saved(tmp_path_factory.mktemp("lines"), content))
    assert lines.counts(9).tolist() == [text.count("\t") for text in lines.texts()]


def test_packed_files_of_one_or_many_members(tmp_path: Path) -> None:
    plain = REAL_DATA / "exons.bed"
    content = plain.read_bytes()
    expected = plain.read_text().splitlines()
    halves = gzip.compress(content[:7000]) + gzip.compress(b"") + gzip.compress(content[7000:])
    assert texts(saved(tmp_path, gzip.compress(content))) == expected
    assert texts(saved(tmp_path, halves)) == expected
    with bgzf.BgzfWriter(str(tmp_path / "bgzipped")) as writer:
        writer.write(content * 10)
    assert texts(tmp_path / "bgzipped") == expected * 10
    zeros = gzip.compress(content) + b"\0" * 100  # tapes and some tools pad so
    assert texts(saved(tmp_path, zeros)) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ("empty",)),
        (gzip.compress(b""), ("empty",)),
        ("chr1\t1\t2\n".encode("utf-16"), ("UTF-16 text", "UTF-8")),
        ("chr1\t1\t2\n".encode("utf-16-le"), ("UTF-16 text",)),
        ("chr1\t1\t2\n".encode("utf-16-be"), ("UTF-16 text",)),
        ("chr1\t1\t2\n".encode("utf-32"), ("UTF-32 text",)),
        ("chr1\t1\t2\n".encode("utf-32-be"), ("UTF-32 text",)),
        (b"a\nb\0\nc\n", ("line 2", "binary")),
        (gzip.compress(b"a\nb\0\nc\n"), ("line 2", "binary")),
        ("a\ngène\n".encode("latin-1"), ("line 2", "not UTF-8", "Latin-1")),
        (b"a\n" * (1 << 19) + b"\xc3\xa9\n\xe9\n", ("line 524290", "not UTF-8")),
        (b"a\n" * (1 << 19) + b"\xc3", ("line 524289", "not UTF-8")),
        (b"a\n" + b"x" * (LONGEST_LINE + 1), ("line 2", "longer than 65,536")),
        (b"a\nb\rc\n", ("line 2", "carriage return", r"\r\n")),
        (b"a\r\r\nb\r\r\n", ("line 1", "carriage return")),
        (b"BAM\1" + bytes(40), ("BAM",)),
        (gzip.compress(b"BAM\1" + bytes(40)), ("BAM",)),
        (b"%PDF-1.7\n%\xe2\xe3", ("PDF",)),
        (b"\x89PNG\r\n\x1a\n\0\0", ("PNG",)),
        (b"BZh91AY&SY", ("bzip2",)),
        (b"<!DOCTYPE html>\n<html>", ("web page",)),
        (gzip.compress(gzip.compress(b"a\n")), ("gzip file inside a gzip file",)),
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes, words: tuple[str, ...]) -> None:
    path = saved(tmp_path, content)
    with refused(IntervalError, path, "expected", *words):
        read(path)


def test_binary_files_of_known_kinds_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("a.bed", "chr1\t1\t2\n")
    with h5py.File(tmp_path / "hdf5", "w") as file:
        file["a"] = 1
    kinds = {
        REAL_DATA / "phyloP.bw": "bigWig",
        tmp_path / "zip": "zip archive",
        tmp_path / "hdf5": "HDF5",
    }
    for path, kind in kinds.items():
        with refused(IntervalError, path, kind, "expected a BED file"):
            read(path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda whole: whole[:-9], ("gzip", "cut short")),
        (lambda whole: whole[:50], ("gzip", "cut short")),
        (lambda whole: whole[:5], ("gzip", "cut short")),
        (lambda whole: whole[:60] + b"\xff" * 40 + whole[100:], ("gzip", "damaged")),
        (lambda whole: whole[:-8] + b"\0\0\0\0" + whole[-4:], ("gzip", "damaged")),
        (lambda whole: whole[:2] + b"\x07" + whole[3:], ("gzip", "damaged")),
        (lambda whole: whole + b"chr1\t1\t2\n", ("gzip", "other data after")),
        (lambda whole: whole + whole[:40], ("gzip", "cut short")),
    ],
)
def test_a_gzip_file_that_is_not_whole(tmp_path: Path, damage, words: tuple[str, ...]) -> None:
    whole = gzip.compress("".join(f"chr1\t{i}\t{i + 5}\n" for i in range(5000)).encode())
    path = saved(tmp_path, damage(whole))
    with refused(IntervalError, path, "expected", *words):
        read(path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_size_is_bounded_while_unpacking(tmp_path: Path, pack) -> None:
    path = saved(tmp_path, pack(b"a\n" * 5000))
    assert len(read(path, max_size=10_000)) == 5000
    with refused(IntervalError, path, "more than 9,999 bytes", "expected a BED file"):
        read(path, max_size=9_999)


def test_a_bomb_is_told_without_being_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as bomb:
        for _ in range(64):
            bomb.write(bytes(1 << 20))
    with refused(IntervalError, path, "more than 1,000,000 bytes", "unpacked"):
        read(path, max_size=1_000_000)


def test_lines_that_hold_nothing_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = saved(tmp_path, gzip.compress(b"\n" * (1 << 26), 1))
    with refused(IntervalError, path, "more than 33,554,432 lines"):
        read(path)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    with refused(IntervalError, tmp_path / "none.bed", "no such file", "expected a BED file"):
        read(tmp_path / "none.bed")
    with refused(IntervalError, tmp_path, "folder"):
        read(tmp_path)
    with refused(IntervalError, "cannot be read", "too long"):
        read(tmp_path / ("x" * 300))


def test_the_error_is_of_the_kind_that_is_asked_for(tmp_path: Path) -> None:
    with refused(GenomeError, "expected a table of names"):
        read_lines(saved(tmp_path, b"\0"), error=GenomeError, expected="a table of names")


@given(content=st.binary(max_size=200))
def test_any_bytes_give_lines_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = saved(tmp_path_factory.getbasetemp(), content, "any.bin")
    try:
        lines = texts(path)
    except IntervalError as error:
        assert len(str(error).splitlines()) == 1
        assert str(error).startswith(str(path))
    else:
        assert not any("\n" in line or "\r" in line for line in lines)
