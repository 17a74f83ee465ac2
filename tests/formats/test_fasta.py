import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyfaidx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.errors import GenomeError
from enngene_core.formats.genomes.file import open_genome
from enngene_core.formats.genomes.unpacked import unpack
from tests.formats.genome_files import bgzip, gather_all, put, read_all, stretches_of
from tests.refusal import refused

REAL_DATA = Path(__file__).parents[2] / "test-data"

GENOME = ">chr1 the first\nACGTAC\nGT\n>chr2\nggnnRY\n"
LETTERS = {"chr1": b"ACGTACGT", "chr2": b"GGNNRY"}

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

names = st.text("abcXYZ019._|-", min_size=1, max_size=9)
letters = st.text("ACGTUNacgtnRYx-", min_size=1, max_size=60)


@st.composite
def fasta_files(draw: Callable) -> tuple[str, dict[str, bytes]]:
    """Text of a FASTA file in one of its spellings, and its letters."""
    records = draw(st.dictionaries(names, letters, min_size=1, max_size=4))
    text = draw(st.sampled_from(["", "\n", "\n\n"]))
    for name, word in records.items():
        n = draw(st.integers(1, 70))
        lines = [word[i : i + n] for i in range(0, len(word), n)]
        text += f">{name}{draw(st.sampled_from(['', ' ', ' a > b', chr(9) + 'c']))}\n"
        text += "\n".join(lines) + draw(st.sampled_from(["\n", "\n\n", "\n\n\n"]))
    if draw(st.booleans()):
        text = text.rstrip("\n")
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text, {name: word.upper().encode() for name, word in records.items()}


@pytest.mark.parametrize("name", ["genome.fa", "dataset_1.dat", "genome.fa.gz", "a genome's file"])
@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, bgzip, lambda b: bgzip(b, 7)],
    ids=["plain", "gzip", "bgzip", "bgzip in many blocks"],
)  # fmt: skip
def test_a_file_of_any_name(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    assert read_all(put(tmp_path, pack(GENOME.encode()), name)) == LETTERS


def test_gzip_files_that_are_joined_are_one(tmp_path: Path) -> None:
    first, second = GENOME[:20].encode(), GENOME[20:].encode()
    assert read_all(put(tmp_path, gzip.compress(first) + gzip.compress(second))) == LETTERS


@same_folder
@given(fasta_files(), st.integers(1, 40))
def test_every_spelling_gives_the_same_letters(
    tmp_path: Path, file: tuple[str, dict[str, bytes]], width: int
) -> None:
    text, expected = file
    path = put(tmp_path, text)
    assert read_all(path) == expected
    assert gather_all(path, width) == stretches_of(expected, width)


@same_folder
@given(fasta_files(), st.integers(1, 40))
def test_the_same_by_an_index_beside_the_file(
    tmp_path: Path, file: tuple[str, dict[str, bytes]], width: int
) -> None:
    text, expected = file
    path = put(tmp_path, text)
    beside = Path(f"{path}.fai")
    beside.unlink(missing_ok=True)
    try:
        pyfaidx.Faidx(str(path)).close()
    except (pyfaidx.FastaIndexingError, RuntimeError):
        return  # pyfaidx makes no index of files with some kinds of blank lines
    assert beside.is_file()
    assert read_all(path) == expected
    assert gather_all(path, width) == stretches_of(expected, width)


def plain_reading(content: bytes) -> dict[str, bytes]:
    """Letters of a FASTA file, a line at a time."""
    found: dict[str, bytes] = {}
    for line in content.split(b"\n"):
        if line.startswith(b">"):
            name = line[1:].split()[0].decode()
            assert name not in found
            found[name] = b""
        elif line.strip(b"\r"):
            found[name] += line.replace(b"\r", b"").upper()
    return found


PIECES = [b">", b">a", b">b", b"\n", b"\r\n", b"ACG", b"T", b" ", b"\0", b"E", b"\xff", b"N\n>c\n"]


@same_folder
@given(st.lists(st.sampled_from(PIECES), max_size=14).map(b"".join))
def test_a_broken_file_is_refused_or_read_rightly(tmp_path: Path, content: bytes) -> None:
    path = put(tmp_path, content)
    try:
        found = read_all(path)
    except GenomeError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert found == plain_reading(content)


def test_a_real_genome_is_the_same_plain_packed_and_by_pyfaidx(tmp_path: Path) -> None:
    found = read_all(REAL_DATA / "genome.fa")
    assert read_all(REAL_DATA / "genome.fa.gz") == found
    sizes = dict(line.split() for line in (REAL_DATA / "chrom.sizes").read_text().splitlines())
    assert {chrom: str(len(word)) for chrom, word in found.items()} == sizes
    plain = pyfaidx.Fasta(str(REAL_DATA / "genome.fa"), indexname=str(tmp_path / "index"))
    assert {chrom: str(plain[chrom][:]).encode() for chrom in found} == found


def test_a_record_without_sequence_is_empty(tmp_path: Path) -> None:
    path = put(tmp_path, GENOME.replace(">chr2", ">nothing\n>chr2"))
    assert read_all(path) == {"chr1": b"ACGTACGT", "nothing": b"", "chr2": b"GGNNRY"}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bgzip])
def test_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    path = put(tmp_path, pack(GENOME.encode()))
    assert read_all(path) == LETTERS
    assert sorted(tmp_path.iterdir()) == [path, scratch]
    assert not list(scratch.iterdir())


# chr1 lies at byte 16, chr2 at byte 32.
INDEX = "chr1\t8\t16\t6\t7\nchr2\t6\t32\t6\t7\n"


def test_an_index_beside_the_file_is_used_and_not_rewritten(tmp_path: Path) -> None:
    path = put(tmp_path, GENOME)
    turned = "".join(reversed(INDEX.splitlines(keepends=True)))
    index = put(tmp_path, turned, "genome.fa.fai")
    found = read_all(path)
    assert list(found) == ["chr2", "chr1"]
    assert found == LETTERS
    assert index.read_text() == turned


def test_an_index_older_than_the_file_is_not_used(tmp_path: Path) -> None:
    path = put(tmp_path, GENOME)
    index = put(tmp_path, "chr9\t3\t6\t4\t5\n", "genome.fa.fai")
    os.utime(index, (1, 1))
    assert read_all(path) == LETTERS
    assert index.read_text() == "chr9\t3\t6\t4\t5\n"


def test_the_index_of_a_packed_file_is_not_needed(tmp_path: Path) -> None:
    path = put(tmp_path, bgzip(GENOME.encode()), "genome.fa.gz")
    put(tmp_path, "chr1\t8\t999\t6\t7\n", "genome.fa.gz.fai")
    assert read_all(path) == LETTERS


@pytest.mark.parametrize(
    "index",
    [
        "",
        "chr1\t8\t16\t6\t7\n",
        "chr2\t6\t32\t6\t7\n",
        INDEX.replace("chr1", "chr9"),
        INDEX.replace("chr1\t8", "chr1\t7"),
        INDEX.replace("chr1\t8", "chr1\t600"),
        INDEX.replace("chr1\t8\t16", "chr1\t8\t15"),
        INDEX.replace("chr1\t8\t16\t6\t7", "chr1\t8\t16\t2\t3"),
        INDEX.replace("chr2\t6\t32", "chr2\t3\t32"),
        INDEX.replace("chr2\t6\t32", "chr2\t90\t32"),
        INDEX.replace("chr2\t6\t32\t6\t7", "chr2\t8\t32\t8\t9"),
        INDEX.replace("\t6\t7", "\t0\t0"),
        INDEX.replace("\t6\t7", "\t-6\t-5"),
        INDEX.replace("chr1\t8", "chr1\t-8"),
        INDEX.replace("chr1\t8", f"chr1\t{1 << 62}"),
        INDEX.replace("chr1\t8", "chr1\t" + "9" * 400),
        INDEX.replace("chr1\t8", "chr1\t" + "9" * 5000),
        INDEX.replace("chr1\t8", "chr1\teight"),
        INDEX.replace("\t6\t7\n", "\t6\n"),
        INDEX + INDEX,
        "\0\1\2\3",
        ">chr1\nACGT\n",
    ],
)
def test_an_index_of_another_genome_is_told(tmp_path: Path, index: str) -> None:
    path = put(tmp_path, GENOME)
    put(tmp_path, index, "genome.fa.fai")
    with refused(GenomeError, path, f"remove {path}.fai"), open_genome(path):
        pass


@pytest.mark.parametrize("lines", ["ACGT\nACG\nTACGT\n", "ACGTA\nCGTAC\nGT\n"])
def test_an_index_of_lines_that_moved_is_told_where_it_is_read(tmp_path: Path, lines: str) -> None:
    path = put(tmp_path, f">chr1\n{lines}")
    put(tmp_path, "chr1\t12\t6\t4\t5\n", "genome.fa.fai")
    with open_genome(path) as genome:
        assert genome.read("chr1").tobytes() == b"ACGTACGTACGT"
    for width in (5, 8, 12):
        with refused(GenomeError, path, "chr1", f"remove {path}.fai"):
            gather_all(path, width)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ("empty", "expected FASTA")),
        (b">chr1\n>chr2\n", ("no sequence",)),
        (b"\n\n", ("FASTA",)),
        (b"\n" * 100_000 + GENOME.encode(), ("FASTA",)),
        (b"chr1\t1\t2\n", ("expected FASTA", ">")),
        (b"\nACGT\n>chr1\nACGT\n", ("'ACGT'", "before the first record")),
        (b">chr1\nACGT\n>chr1\nACGT\n", ("chr1", "2 records")),
        (b">chr1\nACGT\nAC\nACGT\n", ("chr1", "differ in length")),
        (b">chr1\nACGT\nA\nGT\nACGT\n", ("chr1", "differ in length")),
        (b">chr1\nACGT\n>chr2\nACGT\nACGTA\n", ("chr2", "differ in length")),
        (b">chr1\nACGT\n\nACGT\n", ("chr1", "blank")),
        (b">chr1\n\nACGT\n", ("chr1", "blank")),
        (b">chr1\nACGT\r\nACGT\nACGT\n", ("chr1", "differ in length")),
        (b">chr1\nACGT\n" + b"\n" * 100_000, ("chr1", "blank")),
        (b">\nACGT\n", ("without a name", "byte 1")),
        (b">chr1\nA\n> \nACGT\n", ("without a name", "byte 9")),
        (b">chr\xff\nACGT\n", ("byte 1", "UTF-8")),
        (b">c\x00h\x00r\x00\n\x00A\x00\n\x00", ("byte 1", "printable")),
        (b">" + b"x" * 10_000 + b"\nACGT\n", ("255",)),
        (b">chr1", ("no sequence",)),
        (b">chr1\rACGT\r", ("no sequence",)),
        (b"\xff\xfe>\x00c\x00", ("expected FASTA",)),
        (b"\x89PNG\r\n\x1a\n", ("expected FASTA",)),
        (b"<!DOCTYPE html>\n<html>", ("'<!'", "expected FASTA")),
        (gzip.compress(b"chr1\t1\t2\n"), ("expected FASTA",)),
        (gzip.compress(b""), ("empty",)),
        (gzip.compress(gzip.compress(GENOME.encode())), ("expected FASTA",)),
        (gzip.compress(GENOME.encode()) + b"more", ("damaged",)),
        (gzip.compress(GENOME.encode())[:-8] + b"\0" * 8, ("damaged",)),
        (b"\x1f\x8b", ("cut short",)),
        (b"\x1f\x8b" + b"\xff" * 40, ("damaged",)),
    ],
)
def test_what_is_no_genome_is_refused(
    tmp_path: Path, content: bytes, words: tuple[str, ...]
) -> None:
    path = put(tmp_path, content)
    with refused(GenomeError, path, *words), open_genome(path):
        pass
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: bgzip(content, 30)])
def test_a_packed_file_cut_anywhere_is_refused(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    whole = pack(GENOME.encode() * 3)
    for n in range(2, len(whole)):
        path = put(tmp_path, whole[:n])
        with refused(GenomeError, path, "cut short"), open_genome(path):
            pass


def test_a_file_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, gzip.compress(b">chr1\n" + b"N" * 5_000_000))
    with refused(GenomeError, path, "unpack", "3,000,000"):
        unpack(path, tmp_path / "plain", allowed=3_000_000)
    assert (tmp_path / "plain").stat().st_size <= 3_000_000


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, gzip.compress(GENOME.encode()))
    with refused(GenomeError, path, "/dev", "no room", "TMPDIR"):
        unpack(path, Path("/dev/full"))


@pytest.mark.parametrize(
    ("letters", "found", "position"),
    [
        ("MCDEDETTALVC", "'E'", 4),
        ("ACGT\nAC>G", "'>'", 7),
        ("AC\0T", r"'\x00'", 3),
        ("AC T", "' '", 3),
        ("ACGT\nA*\n", "'*'", 6),
        ("ACGT\r\nA1", "'1'", 6),
        ("A" * 300_000 + "\xe9", "Ã", 300_001),
    ],
)
def test_what_is_no_nucleotide_is_refused_where_it_is_read(
    tmp_path: Path, letters: str, found: str, position: int
) -> None:
    path = put(tmp_path, f">actin\n{letters}\n")
    for read in (read_all, lambda path: gather_all(path, 4)):
        with refused(GenomeError, path, found, f"position {position} ", "actin"):
            read(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with refused(GenomeError, tmp_path / "none.fa", "no such file"):
        open_genome(tmp_path / "none.fa")
    with refused(GenomeError, tmp_path, "folder"):
        open_genome(tmp_path)


def test_a_genome_is_read_after_its_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "genome.fa.gz"
    shutil.copy(REAL_DATA / "genome.fa.gz", path)
    with open_genome(path) as genome:
        path.unlink()
        assert len(genome.read("chr_13")) == 160_000
