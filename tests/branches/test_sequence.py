from pathlib import Path

import numpy as np
import pyfaidx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from enngene_core.branches.sequence import (
    decode_sequence,
    encode_sequence,
    gc_content,
    reverse_complement,
)
from enngene_core.formats.fasta import Genome
from tests.branches.real_windows import real_windows, windows_at
from tests.core_fixtures import REAL_DATA

CODES = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2), elements=st.integers(0, 4))


@pytest.fixture
def twelve_bases(tmp_path: Path) -> Genome:
    path = tmp_path / "genome.fa"
    path.write_text(">chr1\nACGTNacg\nuRGG\n")
    with Genome(path) as genome:
        yield genome


def test_twelve_bases_on_both_strands(twelve_bases: Genome) -> None:
    windows = windows_at(
        [("chr1", 0, "+"), ("chr1", 0, "-"), ("chr1", 6, "."), ("chr1", 6, "-")], 6
    )
    codes = encode_sequence(windows, twelve_bases, width=6)
    assert codes.dtype == np.uint8
    assert codes[0].tolist() == [0, 1, 2, 3, 4, 0]
    assert decode_sequence(codes) == ["ACGTNA", "TNACGT", "CGTNGG", "CCNACG"]


def test_the_same_as_a_plain_reading_of_the_real_genome(tmp_path: Path) -> None:
    windows = real_windows(width=37)
    with Genome(REAL_DATA / "genome.fa") as genome:
        found = decode_sequence(encode_sequence(windows, genome, width=37))
    plain = pyfaidx.Fasta(str(REAL_DATA / "genome.fa"), indexname=str(tmp_path / "genome.fai"))
    for index, word in enumerate(found):
        start, end = int(windows.start[index]), int(windows.end[index])
        stretch = plain[windows.chrom[index]][start:end]
        if windows.strand[index] == "-":
            stretch = -stretch
        assert word == "".join(b if b in "ACGT" else "N" for b in str(stretch).upper())
    assert {"+", "-"} <= set(windows.strand)


@given(CODES)
def test_reverse_complement_twice_is_the_identity(codes: np.ndarray) -> None:
    np.testing.assert_array_equal(reverse_complement(reverse_complement(codes)), codes)


@given(CODES)
def test_both_strands_have_the_same_gc_content(codes: np.ndarray) -> None:
    shares = gc_content(codes)
    assert ((shares >= 0) & (shares <= 1)).all()
    np.testing.assert_array_equal(gc_content(reverse_complement(codes)), shares)


def test_gc_content_passes_over_unknown_bases() -> None:
    assert gc_content(np.array([[0, 1, 2, 4], [4, 4, 4, 4]], dtype=np.uint8)).tolist() == [2 / 3, 0]
