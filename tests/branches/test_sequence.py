from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyfaidx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from enngene_core.branches import sequence
from enngene_core.branches.codes import decode
from enngene_core.branches.sequence import (
    encode_sequences,
    gc_content,
    reverse_complement,
)
from enngene_core.errors import GenomeError, SpecError
from enngene_core.formats.genomes.file import open_genome
from enngene_core.formats.genomes.genome import Genome
from enngene_core.formats.genomes.sequences import Sequences, read_sequences
from enngene_core.intervals.windows import Windows, concatenate
from enngene_core.specs.branches import SEQUENCE
from tests.branches.real_windows import real_windows, windows_at
from tests.refusal import refused

REAL_DATA = Path(__file__).parents[2] / "test-data"
CODES = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2), elements=st.integers(0, 4))
COMPLEMENT = str.maketrans("ACGTU", "TGCAA")


@pytest.fixture
def genome(tmp_path: Path) -> Iterator[Genome]:
    path = tmp_path / "genome.fa"
    path.write_text(">chr2\nGGGGG\n>chr1\nACGTNacg\nuRGG\n")
    with open_genome(path) as genome:
        yield genome


@pytest.fixture
def ready(tmp_path: Path) -> list[Sequences]:
    classes = {"dna.fa": ">a\nACGT\n>b\nNRaaC\n", "rna.fa": ">c\nUUUGCA\n"}
    for name, text in classes.items():
        (tmp_path / name).write_text(text)
    return [read_sequences(tmp_path / name) for name in classes]


def encode(
    windows: Windows, genome: Genome | None, ready: list[Sequences] | None = None, *, width: int
) -> np.ndarray:
    """All windows, each of which must come once, on its own row."""
    codes = np.full((len(windows), width), 99, dtype=np.uint8)
    n_seen = np.zeros(len(windows), dtype=int)
    for rows, values in encode_sequences(windows, genome, ready or [], width=width):
        assert values.dtype == np.uint8
        codes[rows] = values
        n_seen[rows] += 1
    assert (n_seen == 1).all()
    return codes


def texts(*args: object, width: int) -> list[str]:
    return decode(encode(*args, width=width), SEQUENCE)


def padded(windows: Windows, left: list[int], right: list[int]) -> Windows:
    """Windows cut shorter at their ends, and padded there instead."""
    n_left, n_right = (np.array(n, dtype=np.int32) for n in (left, right))
    return replace(
        windows,
        start=windows.start + n_left,
        end=windows.end - n_right,
        pad_left=n_left,
        pad_right=n_right,
    )


def plain_window(windows: Windows, index: int, letters: str) -> str:
    """One window, base by base."""
    stretch = letters[windows.start[index] : windows.end[index]].upper()
    word = "N" * windows.pad_left[index] + stretch + "N" * windows.pad_right[index]
    if windows.strand[index] == b"-":
        word = word.translate(COMPLEMENT)[::-1]
    return "".join(b if b in "ACGT" else "N" for b in word.replace("U", "T"))


def test_twelve_bases_on_both_strands(genome: Genome) -> None:
    windows = windows_at(
        [("chr1", 0, "+"), ("chr1", 0, "-"), ("chr1", 6, "."), ("chr1", 6, "-")], 6
    )
    codes = encode(windows, genome, width=6)
    assert codes[0].tolist() == [0, 1, 2, 3, 4, 0]
    assert decode(codes, SEQUENCE) == ["ACGTNA", "TNACGT", "CGTNGG", "CCNACG"]


def test_padding_is_unknown_on_both_strands(genome: Genome) -> None:
    windows = windows_at(
        [("chr1", -2, "+"), ("chr1", -2, "-"), ("chr1", 9, "."), ("chr1", 9, "-"),
         ("chr2", -1, "-"), ("chr2", 5, "+")],
        5,
    )  # fmt: skip
    windows = padded(windows, [2, 2, 0, 0, 1, 0], [0, 0, 2, 2, 0, 5])
    assert texts(windows, genome, width=5) == [
        "NNACG", "CGTNN", "NGGNN", "NNCCN", "CCCCN", "NNNNN",
    ]  # fmt: skip


def test_windows_on_ready_sequences(ready: list[Sequences]) -> None:
    places = [("a", 0, "+"), ("b", 1, "+"), ("c", 2, "+"), ("c", 0, "-"), ("b", 1, "-")]
    assert texts(windows_at(places, 4), None, ready, width=4) == [
        "ACGT", "NAAC", "TGCA", "CAAA", "GTTN",
    ]  # fmt: skip


def test_windows_on_a_genome_and_on_ready_sequences(genome: Genome, ready: list[Sequences]) -> None:
    windows = windows_at([("c", 0, "+"), ("chr1", 0, "+"), ("a", 0, "-"), ("b", 1, "+")], 6)
    chroms = (*genome.chrom_sizes, "a", "b", "c")
    index = [chroms.index(windows.chroms[i]) for i in windows.chrom]
    windows = replace(windows, chroms=chroms, chrom=np.array(index, dtype=np.int32))
    windows = padded(windows, [0, 0, 0, 0], [0, 0, 2, 2])
    assert texts(windows, genome, ready, width=6) == ["TTTGCA", "ACGTNA", "NNACGT", "NAACNN"]


def test_windows_on_a_genome_that_is_not_there(ready: list[Sequences]) -> None:
    windows = windows_at([("chr1", 0, "+")], 2)
    windows = replace(windows, chroms=("chr1", "a", "b", "c"))
    with refused(SpecError, "reference"):
        encode(windows, None, ready, width=2)


def test_no_windows(genome: Genome) -> None:
    windows = windows_at([("chr1", 0, "+")], 4).take(np.array([], dtype=int))
    assert list(encode_sequences(windows, genome, width=4)) == []


@pytest.mark.parametrize("reference", ["genome.fa", "genome.fa.gz", "genome.2bit"])
@pytest.mark.parametrize("block", [37, 1 << 21], ids=["a window a block", "large blocks"])
def test_the_same_as_a_plain_reading_of_the_real_genome(
    tmp_path: Path, reference: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequence, "_BLOCK", block)
    inside = real_windows(width=37)
    ends = windows_at([("chr_10", -9, "+"), ("chr_10", -36, "-"), ("chr_11", 0, "+"),
                       ("chr_13", 159_990, "-"), ("chr_13", 159_999, ".")], 37)  # fmt: skip
    ends = replace(ends, chrom=np.array([0, 0, 1, 3, 3], dtype=np.int32), chroms=inside.chroms)
    windows = concatenate([inside, padded(ends, [9, 36, 0, 0, 0], [0, 0, 0, 27, 36])])
    with open_genome(REAL_DATA / reference) as genome:
        found = texts(windows, genome, width=37)
    plain = pyfaidx.Fasta(str(REAL_DATA / "genome.fa"), indexname=str(tmp_path / "index"))
    letters = {name: str(plain[name][:]) for name in windows.chroms}
    for index, word in enumerate(found):
        assert word == plain_window(windows, index, letters[windows.chroms[windows.chrom[index]]])
    assert {b"+", b"-", b"."} == set(windows.strand)


@settings(deadline=None)
@given(st.data(), st.integers(1, 12))
def test_windows_of_any_length_on_real_sequences(data: st.DataObject, width: int) -> None:
    ready = [read_sequences(REAL_DATA / f"{name}.fa.gz") for name in ("exons", "introns")]
    windows, letters = [], []
    first = 0
    for sequences in ready:
        for record in data.draw(st.lists(st.integers(0, len(sequences) - 1), max_size=5)):
            start, end = sequences.offsets[record : record + 2].tolist()
            letters.append(sequences.letters[start:end].tobytes().decode())
            at = data.draw(st.integers(1 - width, end - start - 1))
            window = windows_at([("any", at, data.draw(st.sampled_from("+-.")))], width)
            window = padded(window, [max(0, -at)], [max(0, at + width - (end - start))])
            windows.append(replace(window, chrom=window.chrom + first + record))
        first += len(sequences)
    if not windows:
        return
    chroms = tuple(name for sequences in ready for name in sequences.intervals.chroms)
    joined = replace(concatenate(windows), chroms=chroms)
    found = texts(joined, None, ready, width=width)
    assert found == [plain_window(joined, i, word) for i, word in enumerate(letters)]


def test_a_letter_of_no_nucleotide_is_told_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "genome.fa"
    path.write_text(">a\nACGTA\nCG\n>actin\nACGT\nACEG\n")
    windows = windows_at([("a", 0, "+"), ("actin", 0, "+"), ("actin", 3, "-")], 4)
    with open_genome(path) as genome:
        assert texts(windows.take(np.arange(2)), genome, width=4) == ["ACGT", "ACGT"]
        with refused(GenomeError, path, "'E'", "position 7 ", "actin"):
            encode(windows, genome, width=4)


@given(CODES)
def test_reverse_complement_twice_is_the_identity(codes: np.ndarray) -> None:
    once = reverse_complement(codes)
    assert once.dtype == np.uint8
    np.testing.assert_array_equal(reverse_complement(once), codes)
    plain = [word.translate(COMPLEMENT)[::-1] for word in decode(codes, SEQUENCE)]
    assert decode(once, SEQUENCE) == plain


@given(CODES)
def test_both_strands_have_the_same_gc_content(codes: np.ndarray) -> None:
    shares = gc_content(codes)
    assert ((shares >= 0) & (shares <= 1)).all()
    np.testing.assert_array_equal(gc_content(reverse_complement(codes)), shares)
    plain = [
        (word.count("G") + word.count("C")) / max(1, len(word) - word.count("N"))
        for word in decode(codes, SEQUENCE)
    ]
    assert shares.tolist() == plain


def test_gc_content_passes_over_unknown_bases() -> None:
    assert gc_content(np.array([[0, 1, 2, 4], [4, 4, 4, 4]], dtype=np.uint8)).tolist() == [2 / 3, 0]


def test_many_windows_are_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = np.random.default_rng(2).integers(0, 5, (50, 7)).astype(np.uint8)
    whole, shares = decode(codes, SEQUENCE), gc_content(codes)
    monkeypatch.setattr(sequence, "_BLOCK", 20)
    assert decode(codes, SEQUENCE) == whole
    np.testing.assert_array_equal(gc_content(codes), shares)
