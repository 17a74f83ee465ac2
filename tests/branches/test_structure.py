from pathlib import Path

import numpy as np
import pytest
import RNA
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.branches.codes import decode
from enngene_core.branches.structure import BEYOND, Failure, encode_structure
from enngene_core.errors import SpecError
from enngene_core.specs.branches import STRUCTURE, StructureEncoding
from tests.refusal import refused

REPOSITORY = Path(__file__).parent.parent.parent
GENOME = REPOSITORY / "test-data" / "genome.fa"
LETTERS = "ACGTN-"


def coded(*sequences: str) -> np.ndarray:
    return np.array([[LETTERS.index(letter) for letter in word] for word in sequences], np.uint8)


def encoded(
    sequence: np.ndarray, structure: StructureEncoding = "mfe", n_threads: int = 1, **options: int
) -> tuple[np.ndarray, list[Failure]]:
    """All rows at once; each must come exactly once, in order within its turn."""
    width = sequence.shape[1] - 2 * options.get("flank", 0)
    values = np.zeros((len(sequence), width), dtype=STRUCTURE[structure].dtype)
    times = np.zeros(len(sequence), dtype=int)
    failures = []
    for rows, chunk, failed in encode_structure(
        sequence, structure=structure, n_threads=n_threads, **options
    ):
        assert chunk.dtype == values.dtype
        assert (np.diff(rows) > 0).all()
        assert {failure.row for failure in failed} <= set(rows.tolist())
        values[rows] = chunk
        times[rows] += 1
        failures += failed
    assert (times == 1).all()
    return values, failures


def plain_unpaired(sequence: str) -> np.ndarray:
    """From the whole matrix of pair probabilities, as ViennaRNA's manual computes it."""
    compound = RNA.fold_compound(sequence)
    _, energy = compound.mfe()
    compound.exp_params_rescale(energy)
    compound.pf()
    pairs = np.array(compound.bpp())
    return 1 - (pairs + pairs.T).sum(axis=1)[1:]


def plain_local_unpaired(sequence: str, span: int) -> np.ndarray:
    window = min(2 * span, len(sequence))
    rows = RNA.pfl_fold_up(sequence, 1, window, min(span, len(sequence)))
    return np.array([row[1] for row in rows[1:]])


@pytest.fixture(scope="module")
def words() -> list[str]:
    """Real sequences with some N and some of them twice, more than one worker's share."""
    records = GENOME.read_text().split(">")[1:]
    genome = ["".join(record.split("\n")[1:]).upper() for record in records]
    rng = np.random.default_rng(5)
    words = []
    for index in range(60):
        chromosome = genome[index % len(genome)]
        start = int(rng.integers(len(chromosome) - 70))
        words.append(chromosome[start : start + 70])
    words[3] = words[3][:20] + "N" * 9 + words[3][29:]
    words[4] = "N" * 70
    return words + words[:5]


def test_a_hairpin() -> None:
    hairpin = coded("GGGGGAAAACCCCC")
    codes, failures = encoded(hairpin)
    assert codes.tolist() == [[0] * 5 + [1] * 4 + [2] * 5]
    assert failures == []
    elements, _ = encoded(coded("AAGGGGGAAAACCCCCAA"), "elements")
    assert decode(elements, STRUCTURE["elements"]) == ["EESSSSSHHHHSSSSSEE"]
    unpaired, _ = encoded(hairpin, "unpaired")
    assert unpaired[0, 5:9].min() > 0.99
    assert unpaired[0, 1:4].max() < 0.01


def test_every_kind_of_element() -> None:
    # Two hairpins, one with a bulge, closed by a stem: a multiloop.
    clover = "A" + "GGCGC" + "AA" + "GGCGAAAGCC" + "AA" + "GGCAGCGAAAGCGCC" + "AA" + "GCGCC" + "A"
    brackets = RNA.fold(clover)[0]
    expected = {"h": "H", "i": "I", "m": "M", "e": "E"}
    told = RNA.db_to_element_string(brackets)
    elements, _ = encoded(coded(clover), "elements")
    text = decode(elements, STRUCTURE["elements"])[0]
    assert text == "".join(expected.get(letter, "S") for letter in told)
    assert set(text) == set("SHIME")


def test_the_same_as_folding_one_at_a_time(words: list[str]) -> None:
    codes, _ = encoded(coded(*words))
    brackets = [RNA.fold(word)[0] for word in words]
    assert decode(codes, STRUCTURE["mfe"]) == brackets
    elements, _ = encoded(coded(*words), "elements")
    is_stem = np.array([[letter != "." for letter in text] for text in brackets])
    np.testing.assert_array_equal(elements == STRUCTURE["elements"].symbols.index("S"), is_stem)


def test_unpaired_as_of_one_at_a_time(words: list[str]) -> None:
    probabilities, _ = encoded(coded(*words), "unpaired")
    expected = [plain_unpaired(word) for word in words]
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-6)
    assert 0.1 < probabilities.mean() < 0.9


@pytest.mark.parametrize("span", [5, 12, 40, 70, 300])
def test_local_unpaired_as_of_one_at_a_time(words: list[str], span: int) -> None:
    probabilities, _ = encoded(coded(*words), "unpaired", span=span)
    expected = [plain_local_unpaired(word, span) for word in words]
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("span", [0, 15])
def test_flanks_fold_along_but_are_not_told(words: list[str], span: int) -> None:
    wide, _ = encoded(coded(*words), "unpaired", span=span)
    cut, _ = encoded(coded(*words), "unpaired", flank=20, span=span)
    np.testing.assert_array_equal(cut, wide[:, 20:50])
    alone, _ = encoded(coded(*words)[:, 20:50], "unpaired", span=span)
    assert np.abs(cut - alone).max() > 0.1


@pytest.mark.parametrize("structure", ["mfe", "elements"])
def test_flanks_fold_along_in_every_structure(
    words: list[str], structure: StructureEncoding
) -> None:
    wide, _ = encoded(coded(*words), structure)
    cut, _ = encoded(coded(*words), structure, flank=20)
    np.testing.assert_array_equal(cut, wide[:, 20:50])


@pytest.mark.parametrize("structure", ["mfe", "elements", "unpaired"])
def test_beyond_the_chromosome_is_no_base(words: list[str], structure: StructureEncoding) -> None:
    short = coded(*words)[:, :50]
    padded = np.full((len(words), 60), BEYOND, dtype=np.uint8)
    padded[:, 3:53] = short
    expected, _ = encoded(short, structure)
    found, failures = encoded(padded, structure)
    np.testing.assert_array_equal(found[:, 3:53], expected)
    outside = np.delete(found, np.s_[3:53], axis=1)
    assert (outside == STRUCTURE[structure].no_symbol).all()  # 0 for probabilities
    assert failures == []


def test_a_missing_flank_folds_the_shorter_stretch(words: list[str]) -> None:
    sequence = coded(*words)
    sequence[:, :20] = BEYOND  # a window of 30 at the very start of its chromosome
    found, _ = encoded(sequence, "unpaired", flank=20)
    expected = [plain_unpaired(word[20:])[:30] for word in words]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_a_row_without_any_base() -> None:
    nothing = np.full((2, 9), BEYOND, dtype=np.uint8)
    assert (encoded(nothing)[0] == STRUCTURE["mfe"].no_symbol).all()
    assert (encoded(nothing, "unpaired")[0] == 0).all()


def test_no_rows() -> None:
    assert list(encode_structure(coded("ACGT")[:0], structure="mfe", n_threads=2)) == []


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("span", [0, 1, 4, 5, 6])
def test_the_shortest_sequences(length: int, span: int) -> None:
    sequence = coded("GGAACC"[:length], "NNNNNN"[:length])
    probabilities, failures = encoded(sequence, "unpaired", span=span)
    assert failures == []
    if min(length, span or length) < 5:  # three bases lie between two that pair
        assert (probabilities == 1).all()
    assert decode(encoded(sequence)[0], STRUCTURE["mfe"])[1] == "." * length


sequences = st.lists(st.text("ACGTN", min_size=24, max_size=24), min_size=1, max_size=6)


@given(sequences)
def test_brackets_balance(drawn: list[str]) -> None:
    codes, _ = encoded(coded(*drawn))
    depth = np.cumsum(1 - codes.astype(int), axis=1)
    assert (depth >= 0).all()
    assert (depth[:, -1] == 0).all()
    assert (codes[coded(*drawn) == LETTERS.index("N")] == 1).all()


@given(sequences, st.integers(0, 30), st.integers(0, 11))
def test_probabilities_lie_between_0_and_1(drawn: list[str], span: int, flank: int) -> None:
    probabilities, failures = encoded(coded(*drawn), "unpaired", span=span, flank=flank)
    assert failures == []
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    unknown = coded(*drawn)[:, flank : 24 - flank] == LETTERS.index("N")
    np.testing.assert_allclose(probabilities[unknown], 1, atol=1e-6)


@given(st.lists(st.sampled_from(["GGGAAAACCC", "ACGTACGTAA", "CCCTTTTGGG"]), max_size=30))
def test_rows_in_any_order_and_number(drawn: list[str]) -> None:
    sequence = coded(*drawn) if drawn else coded("GGGAAAACCC")[:0]
    codes, _ = encoded(sequence)
    assert decode(codes, STRUCTURE["mfe"]) == [RNA.fold(word)[0] for word in drawn]


def test_identical_sequences_are_folded_once(words: list[str]) -> None:
    told: list[tuple[int, int]] = []
    turns = encode_structure(
        np.tile(coded(*words), (300, 1)),  # more rows than are given out at a time
        structure="mfe",
        n_threads=1,
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert max(len(rows) for rows, _, _ in turns) < 10_000
    assert told == sorted(told)
    assert told[-1] == (len(set(words)), len(set(words)))


@pytest.mark.parametrize("structure", ["mfe", "elements", "unpaired"])
def test_two_workers_fold_as_one_does(words: list[str], structure: StructureEncoding) -> None:
    alone, _ = encoded(coded(*words), structure)
    together, failures = encoded(coded(*words), structure, n_threads=2)
    np.testing.assert_array_equal(together, alone)
    assert failures == []


def test_more_workers_than_sequences(words: list[str]) -> None:
    sequence = coded(*("N" * 1600 + word for word in words[:3]))  # each a worker's share
    np.testing.assert_array_equal(encoded(sequence, n_threads=8)[0], encoded(sequence)[0])


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_window_that_fails_is_told_and_not_the_others(n_threads: int) -> None:
    # So many pairs in so long a sequence that Boltzmann factors vanish: by ViennaRNA's own matrix
    # no base of it pairs.
    perfect = "A" * 300 + "G" * 260 + "C" * 260 + "A" * 300
    hairpin = "N" * 500 + "GGGGAAAACCCC" + "N" * 608
    sequence = coded(perfect, hairpin, perfect)
    found, failures = encoded(sequence, "unpaired", n_threads=n_threads)
    assert sorted(failure.row for failure in failures) == [0, 2]
    assert "ViennaRNA" in failures[0].reason
    assert "partition function" in failures[0].reason
    assert (found[[0, 2]] == 0).all()
    np.testing.assert_allclose(found[1], plain_unpaired(hairpin), rtol=0, atol=1e-6)
    assert found[1].min() < 0.1


def test_a_perfect_hairpin_overflows_only_the_usual_scale() -> None:
    perfect = "G" * 190 + "C" * 190
    found, failures = encoded(coded(perfect), "unpaired")
    assert failures == []
    np.testing.assert_allclose(found[0], plain_unpaired(perfect), rtol=0, atol=1e-6)


def test_refusals() -> None:
    with refused(SpecError, "elements", "span of 40", "unpaired"):
        encode_structure(coded("ACGTA"), structure="elements", span=40, n_threads=1)
    with refused(ValueError, "4 nt", "flanks of 2"):
        encode_structure(coded("ACGT"), structure="unpaired", flank=2, n_threads=1)
