from collections import Counter
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from enngene_core.intervals.composition import LETTERS, base_codes
from enngene_core.intervals.shuffle import shuffle

SEQUENCES = st.lists(st.text("ACGTN", min_size=1, max_size=60), min_size=1, max_size=8)


def shuffled(sequences: list[str], k: int, seed: int = 0) -> list[str]:
    """The same through arrays."""
    offsets = np.concatenate([[0], np.cumsum([len(sequence) for sequence in sequences])])
    codes = base_codes(np.frombuffer("".join(sequences).encode(), dtype=np.uint8))
    made = shuffle(codes, offsets, k, np.random.default_rng(seed))
    text = "".join(chr(LETTERS[code]) for code in made)
    return [text[a:b] for a, b in pairwise(offsets)]


def kmers(sequence: str, k: int) -> Counter[str]:
    return Counter(sequence[i : i + k] for i in range(len(sequence) - k + 1))


@given(sequences=SEQUENCES, k=st.integers(1, 3), seed=st.integers(0, 99))
def test_every_count_is_kept(sequences: list[str], k: int, seed: int) -> None:
    made = shuffled(sequences, k, seed)
    for before, after in zip(sequences, made, strict=True):
        for shorter in range(1, k + 1):
            assert kmers(before, shorter) == kmers(after, shorter)
        if k > 1:
            assert before[: k - 1] == after[: k - 1]
            assert before[len(before) - k + 1 :] == after[len(after) - k + 1 :]


@pytest.mark.parametrize(
    ("sequence", "k"),
    [
        ("AACGT", 1),
        ("AAACCA", 1),
        ("ACAGATACA", 2),
        ("AACAACCAGA", 2),
        ("ATATNATNNAT", 2),
        ("ACACGACATAC", 3),
        ("AACAAAACAACA", 3),
    ],
)
def test_all_orders_are_equally_likely(sequence: str, k: int) -> None:
    possible = {
        "".join(letters) for letters in set(permutations(sequence[1:-1] if k > 1 else sequence))
    }
    if k > 1:
        possible = {sequence[0] + inner + sequence[-1] for inner in possible}
    possible = {text for text in possible if kmers(text, k) == kmers(sequence, k)}
    if k > 2:
        possible = {text for text in possible if text[:2] == sequence[:2]}
    assert len(possible) > 2
    n_draws = 400 * len(possible)
    found = Counter(shuffled([sequence] * n_draws, k))
    assert set(found) == possible
    assert chisquare([found[text] for text in sorted(possible)]).pvalue > 1e-3


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_sequence_without_another_order_stays(k: int) -> None:
    alone = ["A", "AC", "AAAAAAAA", "N"] if k > 1 else ["A", "AAAA", "NN"]
    assert shuffled(alone, k) == alone


def test_sequences_do_not_depend_on_their_neighbours_letters() -> None:
    made = shuffled(["AAAA", "ACGTACGTTGCA" * 20, "CCCC"], 2)
    assert made[0] == "AAAA"
    assert made[2] == "CCCC"
    assert made[1] != "ACGTACGTTGCA" * 20


@pytest.mark.parametrize("trap", ["A" * 30_000 + "C", "AT" * 15_000 + "C", "ACG" * 9_000 + "T"])
@pytest.mark.parametrize("k", [2, 3])
def test_a_rare_way_out_is_found(trap: str, k: int) -> None:
    (made,) = shuffled([trap], k)
    assert kmers(made, k) == kmers(trap, k)


def test_more_letters_than_are_shuffled_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enngene_core.intervals.shuffle._BATCH", 100)
    rng = np.random.default_rng(3)
    sequences = ["".join(rng.choice(list("ACGT"), n)) for n in (40, 300, 3, 70, 99, 100, 101)]
    for k in (1, 2, 3):
        for before, after in zip(sequences, shuffled(sequences, k), strict=True):
            assert kmers(before, k) == kmers(after, k)


def test_same_seed_same_order() -> None:
    sequences = ["ACGTTGCAACGGT" * 4] * 20
    assert shuffled(sequences, 2, seed=1) == shuffled(sequences, 2, seed=1)
    assert shuffled(sequences, 2, seed=1) != shuffled(sequences, 2, seed=2)


@pytest.mark.parametrize("k", [0, 4])
def test_k_out_of_bounds(k: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 3"):
        shuffled(["ACGT"], k)
