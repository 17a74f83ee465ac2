import numpy as np
import pytest
import RNA

from enngene_core.branches.sequence import decode_sequence, encode_sequence
from enngene_core.branches.structure import decode_structure, encode_structure
from enngene_core.formats.fasta import Genome
from tests.branches.real_windows import real_windows
from tests.core_fixtures import REAL_DATA


@pytest.fixture(scope="module")
def sequence() -> np.ndarray:
    """Real windows, more than one worker's share of them, and some twice."""
    windows = real_windows(width=40, n=140)
    with Genome(REAL_DATA / "genome.fa") as genome:
        codes = encode_sequence(windows, genome, width=40)
    return np.concatenate([codes, codes[:5]])


def test_a_hairpin() -> None:
    hairpin = np.array([[2] * 5 + [0] * 4 + [1] * 5], dtype=np.uint8)  # GGGGG AAAA CCCCC
    codes = encode_structure(hairpin, n_threads=1)
    assert codes.dtype == np.uint8
    assert codes.tolist() == [[0] * 5 + [1] * 4 + [2] * 5]
    assert decode_structure(codes) == ["(((((....)))))"]


def test_the_same_as_folding_one_at_a_time(sequence: np.ndarray) -> None:
    found = decode_structure(encode_structure(sequence, n_threads=1))
    assert found == [RNA.fold(word)[0] for word in decode_sequence(sequence)]
    assert any("(" in structure for structure in found)


def test_brackets_are_balanced(sequence: np.ndarray) -> None:
    codes = encode_structure(sequence, n_threads=1).astype(int)
    depth = np.cumsum(1 - codes, axis=1)
    assert (depth >= 0).all()
    assert (depth[:, -1] == 0).all()


def test_two_workers_fold_as_one_does(sequence: np.ndarray) -> None:
    told = []
    alone = encode_structure(sequence, n_threads=1)
    together = encode_structure(
        sequence, n_threads=2, on_progress=lambda done, all_: told.append((done, all_))
    )
    np.testing.assert_array_equal(together, alone)
    assert told == sorted(told)
    assert told[-1] == (143, 143)  # each distinct sequence once


def test_unknown_bases_stay_unpaired() -> None:
    unknown = np.full((1, 20), 4, dtype=np.uint8)
    assert decode_structure(encode_structure(unknown, n_threads=1)) == ["." * 20]
