import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from enngene_core.branches import similarity
from enngene_core.branches.similarity import cluster, near_repeats
from tests.branches.near_repeats import (
    coded,
    plain_clusters,
    plain_identity,
    planted,
    random_codes,
    real_codes,
)

UNRELATED = "GATTACAGCC"


def few_sequences(*, most: int = 12, letters: int = 5) -> st.SearchStrategy[np.ndarray]:
    """Sequences of one width, of few letters, so that many are alike."""
    shapes = st.tuples(st.integers(1, most), st.integers(3, 24))
    return shapes.flatmap(
        lambda shape: arrays(np.uint8, shape, elements=st.integers(0, letters - 1))
    )


@pytest.mark.parametrize(
    ("window", "identity"),
    [
        ("ACGTTGCAAG", 1),  # itself
        ("CTTGCAACGT", 1),  # its reverse complement
        ("ACGTTGCATC", 0.8),  # two bases differ
        ("GTTGCAAGTT", 0.8),  # shifted by two
        ("AACTTGCAAC", 0.8),  # that, reverse complemented
        ("TGCGTTGCAA", 0.8),  # shifted by one, one base differs
        ("ACGTTGCAAN", 0.9),  # an unknown base differs
        ("ACGTTGCTTC", 0),  # three bases differ
        ("TTGCAAGGGG", 0),  # shifted by three
        ("GAACGTTGCA", 0.8),
        ("GCAACGTTGC", 0),
    ],
)
def test_ten_bases_by_hand(window: str, identity: float) -> None:
    found = near_repeats(coded(window), coded(UNRELATED, "ACGTTGCAAG"))
    assert found.identity.tolist() == [identity]
    assert found.index.tolist() == [1 if identity else -1]


def test_an_unknown_base_is_like_no_other() -> None:
    known, unknown = "ACGGTCATTGCAACG", "N" * 15
    three, four = "ACNGTNATTGCAACN", "NCNGTNATTGCAACN"
    codes = coded(unknown, unknown, three, three, four, four)
    assert near_repeats(codes, codes).index.tolist() == [-1, -1, 2, 2, -1, -1]
    assert near_repeats(codes, codes).identity[2] == 0.8
    assert cluster(codes).tolist() == [0, 1, 2, 2, 3, 4]
    assert near_repeats(coded(known), coded(unknown)).index.tolist() == [-1]


def test_one_strand_if_asked() -> None:
    codes = coded("ACGGTCATTGCAACG", "CGTTGCAATGACCGT")
    assert near_repeats(codes[:1], codes[1:]).index.tolist() == [0]
    assert near_repeats(codes[:1], codes[1:], both_strands=False).index.tolist() == [-1]
    assert cluster(codes).tolist() == [0, 0]
    assert cluster(codes, both_strands=False).tolist() == [0, 1]


def test_nothing_to_find_or_nothing_to_find_it_in() -> None:
    codes, none = coded("ACGT", "GGCA"), np.zeros((0, 4), dtype=np.uint8)
    assert near_repeats(codes, none).index.tolist() == [-1, -1]
    assert near_repeats(none, codes).index.tolist() == []
    assert cluster(none).tolist() == []


def test_a_chain_is_one_cluster() -> None:
    rng = np.random.default_rng(1)
    first = random_codes(1, 50, rng)
    second = planted(first, 8, rng)
    third = planted(second, 8, rng)
    other = random_codes(1, 50, rng)
    assert plain_identity(first[0], third[0]) < 0.8
    codes = np.concatenate([third, other, first, second])
    assert cluster(codes).tolist() == [0, 1, 0, 0]
    assert cluster(codes, identity=0.9).tolist() == [0, 1, 2, 3]


@given(few_sequences(), few_sequences(), st.sampled_from([0.6, 0.8, 0.9, 1.0]))
def test_what_is_reported_is_true(query: np.ndarray, target: np.ndarray, identity: float) -> None:
    width = min(query.shape[1], target.shape[1])
    query, target = query[:, :width], target[:, :width]
    found = near_repeats(query, target, identity=identity)
    for row, index, reported in zip(query, found.index, found.identity, strict=True):
        if index < 0:
            assert reported == 0
        else:
            assert identity - 1e-9 <= reported <= plain_identity(row, target[index]) + 1e-9


@given(few_sequences(), st.randoms(use_true_random=False), st.sampled_from([0.8, 1.0]))
def test_exact_copies_are_never_missed(codes: np.ndarray, random: object, identity: float) -> None:
    rng = np.random.default_rng(random.getrandbits(32))
    copied = rng.integers(0, len(codes), 7)
    copies = codes[copied]
    copies[::2] = np.where(copies < 4, 3 - copies, 4)[::2, ::-1]
    known = (copies < 4).mean(axis=1)
    found = near_repeats(copies, codes, identity=identity)
    is_near = known >= identity - 1e-9
    assert (found.index >= 0)[is_near].all()
    assert (found.identity[is_near] >= known[is_near] - 1e-9).all()
    clusters = cluster(np.concatenate([codes, copies]), identity=identity)
    assert (clusters[len(codes) :] == clusters[copied])[is_near].all()


@given(few_sequences(), st.sampled_from([0.7, 0.8, 1.0]))
def test_clusters_divide_the_windows(codes: np.ndarray, identity: float) -> None:
    clusters = cluster(codes, identity=identity)
    plain = plain_clusters(codes, identity)
    # Numbered in the order of their first windows.
    assert [number for at, number in enumerate(clusters) if number not in clusters[:at]] == list(
        range(clusters.max() + 1)
    )
    # Each lies within one of the reference's.
    assert len(set(zip(clusters.tolist(), plain, strict=True))) == clusters.max() + 1


@pytest.mark.parametrize("width", [12, 30, 60])
def test_clusters_are_those_of_a_plain_comparison(width: int) -> None:
    rng = np.random.default_rng(width)
    founders = random_codes(12, width, rng)
    n_different = width // 5
    codes = np.concatenate(
        [
            founders,
            *(planted(founders[: 4 * n], n_different, rng, shift=n) for n in range(1, 3)),
        ]
    )
    codes = rng.permutation(codes)
    assert cluster(codes).tolist() == plain_clusters(codes, 0.8)


@pytest.mark.parametrize("width", [50, 100, 200])
@pytest.mark.parametrize(("identity", "shift"), [(0.8, 0), (0.8, 0.1), (0.8, 0.2), (0.9, 0.05)])
def test_ninety_nine_of_a_hundred_planted_copies_are_found(
    width: int, identity: float, shift: float
) -> None:
    rng = np.random.default_rng(7)
    target = random_codes(2_000, width, rng)
    n_different = round((1 - identity) * width)
    query = planted(target[:600], n_different, rng, shift=int(shift * width))
    found = near_repeats(query, target)
    assert (found.index == np.arange(600)).mean() >= 0.99
    assert (found.identity[found.index >= 0] >= identity - 1e-9).all()


def test_stretches_of_the_real_genome() -> None:
    target = real_codes(width=100, step=400)
    shifted = real_codes(width=100, step=200)  # every second one is in the target
    found = near_repeats(shifted, target)
    np.testing.assert_allclose(found.identity[::2], (target < 4).mean(axis=1))
    repeats = np.flatnonzero(found.index[1::2] >= 0)
    for at in repeats.tolist()[:10]:
        assert plain_identity(shifted[1 + 2 * at], target[found.index[1 + 2 * at]]) >= 0.8
    # Telomeres and some low complexity aside, a genome does not repeat itself.
    assert 0 < len(repeats) < 0.05 * len(target)


def test_sequences_of_low_complexity_are_found_too() -> None:
    rng = np.random.default_rng(3)
    width, n = 60, 3_000
    repeat = np.tile([0, 1], width)[np.arange(width) + rng.integers(0, 2, n)[:, None]]
    is_other = rng.random((n, width)) < 0.04
    noisy = np.where(is_other, rng.integers(0, 4, (n, width)), repeat).astype(np.uint8)
    found = near_repeats(noisy[:500], noisy[500:])
    assert (found.index >= 0).all()
    assert cluster(noisy).max() == 0
    unknown = np.full((n, width), 4, dtype=np.uint8)
    assert (near_repeats(unknown[:500], unknown).index == -1).all()
    assert cluster(unknown).tolist() == list(range(n))
    assert cluster(np.zeros((n, width), dtype=np.uint8)).max() == 0


def test_a_large_family_is_one_cluster() -> None:
    rng = np.random.default_rng(4)
    family = np.repeat(random_codes(1, 80, rng), 2_000, axis=0)
    is_other = rng.random(family.shape) < 0.05
    family[is_other] = (family[is_other] + rng.integers(1, 4, is_other.sum())) % 4
    others = random_codes(2_000, 80, rng)
    mixed = np.stack([family, others], axis=1).reshape(4_000, 80)
    clusters = cluster(mixed)
    assert (clusters[::2] == 0).all()
    assert len(set(clusters[1::2].tolist())) == 2_000
    assert (near_repeats(family[:1_000], mixed[2_000:]).index % 2 == 0).all()


def test_the_same_in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    target = random_codes(900, 40, rng)
    query = np.concatenate([planted(target[:300], 4, rng, shift=2), random_codes(300, 40, rng)])
    whole, clusters = near_repeats(query, target), cluster(np.concatenate([target, query]))
    monkeypatch.setattr(similarity, "_MOST_INDEXED", 40 * 128)
    monkeypatch.setattr(similarity, "_BASES_AT_ONCE", 40 * 64)
    monkeypatch.setattr("enngene_core.branches.seed_index._PLACES_AT_ONCE", 40 * 32)
    monkeypatch.setattr("enngene_core.branches.seed_index._CANDIDATES_AT_ONCE", 500)
    parts = near_repeats(query, target)
    np.testing.assert_array_equal(parts.index, whole.index)
    assert (parts.index[:300] == np.arange(300)).all()
    np.testing.assert_array_equal(cluster(np.concatenate([target, query])), clusters)
