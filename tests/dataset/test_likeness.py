from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from enngene_core.dataset.likeness import (
    DINUCLEOTIDES,
    auroc,
    dinucleotides_at,
    joined,
    profile_of,
    profile_places,
)
from enngene_core.formats.genomes.file import open_genome
from enngene_core.intervals.composition import base_codes, survey

GENOME = Path(__file__).parents[2] / "test-data" / "genome.fa"
COMPLEMENT = str.maketrans("ACGT", "TGCA")
VALUES = st.lists(st.integers(0, 5), min_size=1, max_size=30)


def pairs(sequences: list[str]) -> list[int]:
    counts = Counter(text[i : i + 2] for text in sequences for i in range(len(text) - 1))
    return [counts[pair] for pair in DINUCLEOTIDES]


def letters(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), dtype=np.uint8)


@given(VALUES, VALUES)
def test_auroc_is_that_of_scikit_learn(positives: list[int], negatives: list[int]) -> None:
    y = [1] * len(positives) + [0] * len(negatives)
    area = roc_auc_score(y, positives + negatives)
    assert auroc(np.array(positives), np.array(negatives)) == pytest.approx(max(area, 1 - area))


def test_auroc_by_hand() -> None:
    assert auroc(np.array([1, 2]), np.array([3, 4])) == 1
    assert auroc(np.array([1, 1]), np.array([1, 1])) == 0.5
    assert auroc(np.array([1, 3]), np.array([2])) == 0.5
    assert np.isnan(auroc(np.array([1]), np.array([])))


@given(
    text=st.text("ACGTN", min_size=1, max_size=60),
    places=st.lists(st.tuples(st.integers(0, 59), st.integers(1, 60), st.booleans()), max_size=12),
)
def test_dinucleotides_are_those_of_a_loop(text: str, places: list[tuple[int, int, bool]]) -> None:
    inside = [(min(a, len(text) - 1), min(a + n, len(text)), minus) for a, n, minus in places]
    inside = [(a, b, minus) for a, b, minus in inside if a < b]
    start, end, is_minus = np.array(inside, dtype=np.int64).reshape(-1, 3).T
    parts = [
        text[a:b].translate(COMPLEMENT)[::-1] if minus else text[a:b] for a, b, minus in inside
    ]
    found = dinucleotides_at(letters(text), start, end, is_minus.astype(bool))
    assert found.tolist() == pairs(parts)


def test_dinucleotides_of_more_letters_than_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("enngene_core.dataset.likeness._BLOCK", 7)
    text = "ACGTTGCANNACGATTACAGGCATCATTTAGC"
    start, end = np.array([0, 3, 5, 20, 20]), np.array([32, 9, 6, 25, 29])
    found = dinucleotides_at(letters(text), start, end, np.zeros(5, dtype=bool))
    assert found.tolist() == pairs([text[a:b] for a, b in zip(start, end, strict=True)])


@given(st.lists(st.text("ACGTN", min_size=1, max_size=20), min_size=1, max_size=6))
def test_profile_of_sequences(sequences: list[str]) -> None:
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in sequences])])
    profile = profile_of(base_codes(letters("".join(sequences))), offsets)
    assert profile.length.tolist() == [len(text) for text in sequences]
    assert profile.n_gc.tolist() == [text.count("G") + text.count("C") for text in sequences]
    assert profile.n_unknown.tolist() == [text.count("N") for text in sequences]
    assert profile.dinucleotides.tolist() == pairs(sequences)
    both = joined([profile, profile])
    assert len(both) == 2 * len(profile)
    assert both.dinucleotides.tolist() == (2 * profile.dinucleotides).tolist()
    assert not len(joined([]))


def test_real_places() -> None:
    rng = np.random.default_rng(2)
    with open_genome(GENOME) as genome:
        composition = survey(genome)
        texts = [genome.read(chrom).tobytes().decode() for chrom in genome.chrom_sizes]
        start = rng.integers(0, 159_000, 200)
        chrom, end = rng.integers(0, 4, 200), start + rng.integers(1, 800, 200)
        is_minus = rng.random(200) < 0.5
        shift = composition.offset[chrom]
        place = (start + shift, end + shift, is_minus)
        nowhere = tuple(column[:0] for column in place)
        profile, empty = profile_places(genome, composition, [place, nowhere])
    parts = [texts[c][a:b] for c, a, b in zip(chrom, start, end, strict=True)]
    parts = [
        part.translate(COMPLEMENT)[::-1] if minus else part
        for part, minus in zip(parts, is_minus, strict=True)
    ]
    assert profile.dinucleotides.tolist() == pairs(parts)
    assert profile.n_gc.tolist() == [part.count("G") + part.count("C") for part in parts]
    assert profile.dinucleotide_shares.sum() == pytest.approx(1)
    assert not len(empty)
    assert empty.unknown_share == 0
