import gzip
import os
from pathlib import Path

import pytest
from Bio import bgzf

from enngene_core.errors import GenomeError
from enngene_core.formats.fasta import Genome
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused

GENOME = ">chr1 the first\nACGTAC\nGT\n>chr2\nggnnRY\n"
LETTERS = {"chr1": b"ACGTACGT", "chr2": b"GGNNRY"}


def fasta(folder: Path, text: str | bytes, name: str = "genome.fa") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def bgzipped(folder: Path, text: str, name: str) -> Path:
    path = folder / name
    with bgzf.BgzfWriter(str(path)) as writer:
        writer.write(text.encode())
    return path


def letters(path: Path) -> dict[str, bytes]:
    with Genome(path) as genome:
        found = {chrom: genome.read(chrom).tobytes() for chrom in genome.chrom_sizes}
        assert genome.chrom_sizes == {chrom: len(word) for chrom, word in found.items()}
        return found


@pytest.mark.parametrize("name", ["genome.fa", "dataset_1.dat", "a genome's file"])
def test_a_plain_file_of_any_name(tmp_path: Path, name: str) -> None:
    assert letters(fasta(tmp_path, GENOME, name)) == LETTERS


@pytest.mark.parametrize("name", ["genome.fa.gz", "genome.fa", "dataset_1.dat"])
def test_a_bgzipped_file_of_any_name(tmp_path: Path, name: str) -> None:
    assert letters(bgzipped(tmp_path, GENOME, name)) == LETTERS


def test_a_real_genome_is_the_same_plain_and_bgzipped(tmp_path: Path) -> None:
    plain = REAL_DATA / "genome.fa"
    packed = bgzipped(tmp_path, plain.read_text(), "genome.dat")
    found = letters(plain)
    assert letters(packed) == found
    sizes = dict(line.split() for line in (REAL_DATA / "chrom.sizes").read_text().splitlines())
    assert {chrom: str(len(word)) for chrom, word in found.items()} == sizes


@pytest.mark.parametrize(
    "text",
    [
        GENOME.replace("\n", "\r\n"),
        GENOME.rstrip("\n"),
        "\n" + GENOME,
        GENOME.replace(">chr2", ">nothing\n>chr2"),
    ],
    ids=["CRLF", "no last newline", "blank first line", "a record without sequence"],
)
def test_spellings_of_the_same_genome(tmp_path: Path, text: str) -> None:
    found = letters(fasta(tmp_path, text))
    assert {chrom: word for chrom, word in found.items() if word} == LETTERS


@pytest.mark.parametrize("pack", [fasta, bgzipped])
def test_nothing_is_left_beside_the_file(tmp_path: Path, pack) -> None:
    path = pack(tmp_path, GENOME, "genome.fa")
    tmp_path.chmod(0o555)
    try:
        assert letters(path) == LETTERS
    finally:
        tmp_path.chmod(0o755)
    assert list(tmp_path.iterdir()) == [path]


def test_an_index_beside_the_file_is_used_and_not_rewritten(tmp_path: Path) -> None:
    path = fasta(tmp_path, ">chr1\nACGT\n")
    index = fasta(tmp_path, "chr1\t3\t6\t4\t5\n", "genome.fa.fai")
    assert letters(path) == {"chr1": b"ACG"}
    assert index.read_text() == "chr1\t3\t6\t4\t5\n"


def test_an_index_older_than_the_file_is_not_used(tmp_path: Path) -> None:
    path = fasta(tmp_path, ">chr1\nACGT\n")
    index = fasta(tmp_path, "chr1\t3\t6\t4\t5\n", "genome.fa.fai")
    os.utime(index, (1, 1))
    assert letters(path) == {"chr1": b"ACGT"}
    assert index.read_text() == "chr1\t3\t6\t4\t5\n"


def test_an_index_of_another_genome_is_told(tmp_path: Path) -> None:
    path = fasta(tmp_path, ">chr1\nACGT\n")
    fasta(tmp_path, "chr1\t600\t6\t60\t61\n", "genome.fa.fai")
    with Genome(path) as genome, refused(GenomeError, path, "chr1", "4 nt", "600 nt", "index"):
        genome.read("chr1")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ("empty", "expected FASTA")),
        (b">chr1\n>chr2\n", ("no sequence",)),
        (b"\n\n", ("FASTA",)),
        (b"chr1\t1\t2\n", ("expected FASTA", ">")),
        (b">chr1\nACGT\n>chr1\nACGT\n", ("chr1",)),
        (b">chr1\nACGT\nAC\nACGT\n", ("chr1",)),
        (b">chr1\nACGT\n\n\n", ("blank",)),
        (b">\nACGT\n", ("line 0",)),
        (b">chr1\nACGT\xff\n", ("FASTA",)),
        (b"\x89PNG\r\n\x1a\n", ("expected FASTA",)),
        (gzip.compress(GENOME.encode()), ("gzip", "bgzip")),
    ],
    ids=[
        "empty", "names only", "blank", "a BED file", "a name twice", "ragged lines",
        "blank lines at the end", "no name", "not text", "a picture", "gzip, not bgzip",
    ],
)  # fmt: skip
def test_what_is_no_genome_is_refused(
    tmp_path: Path, content: bytes, words: tuple[str, ...]
) -> None:
    path = fasta(tmp_path, content)
    with refused(GenomeError, path, *words), Genome(path):
        pass
    assert list(tmp_path.iterdir()) == [path]


def test_a_truncated_bgzip_file_is_refused(tmp_path: Path) -> None:
    whole = bgzipped(tmp_path, GENOME * 2, "whole").read_bytes()
    path = fasta(tmp_path, whole[:-40], "cut.fa.gz")
    with refused(GenomeError, path), Genome(path):
        pass


def test_a_protein_is_refused_where_it_is_read(tmp_path: Path) -> None:
    path = fasta(tmp_path, ">actin\nMCDEDETTALVC\n")
    with Genome(path) as genome, refused(GenomeError, path, "'E'", "position 4", "actin"):
        genome.read("actin")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused(GenomeError, tmp_path / "none.fa", "no such file"):
        Genome(tmp_path / "none.fa")
