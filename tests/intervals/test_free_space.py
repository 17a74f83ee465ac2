from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from enngene_core.intervals.free_space import FreeSpace, starts_anywhere, starts_between

#: Two chromosomes on one axis.
WITHIN = (np.array([0, 64]), np.array([50, 100]))
TAKEN = st.lists(
    st.tuples(st.sampled_from([(0, 50), (64, 100)]), st.integers(0, 50), st.integers(1, 20)).map(
        lambda drawn: (
            min(drawn[0][0] + drawn[1], drawn[0][1] - 1),
            min(drawn[0][0] + drawn[1] + drawn[2], drawn[0][1]),
        )
    ),
    max_size=12,
)


def free_space(taken: list[tuple[int, int]]) -> FreeSpace:
    start, end = np.array(taken, dtype=np.int64).reshape(-1, 2).T
    return FreeSpace.between(start, end, within=WITHIN)


def positions(free: FreeSpace) -> set[int]:
    return {p for a, b in zip(free.start, free.end, strict=True) for p in range(a, b)}


def starts(free: FreeSpace, length: int) -> set[int]:
    """All places for an item, one by one."""
    return {p for a, b in zip(free.start, free.end, strict=True) for p in range(a, b - length + 1)}


@given(TAKEN)
def test_free_is_what_is_not_taken(taken: list[tuple[int, int]]) -> None:
    free = free_space(taken)
    everything = {*range(50), *range(64, 100)}
    assert positions(free) == everything - {p for a, b in taken for p in range(a, b)}
    assert (free.end > free.start).all()
    assert (free.start[1:] > free.end[:-1]).all()


@given(TAKEN, st.integers(1, 9), st.integers(0, 99))
def test_taking_away_leaves_the_rest(taken: list[tuple[int, int]], length: int, seed: int) -> None:
    free = free_space(taken)
    rng = np.random.default_rng(seed)
    items = []
    for start in rng.permutation(sorted(starts(free, length))).tolist():
        if all(abs(start - other) >= length for other in items):
            items.append(start)
    taken_away = np.array(items, dtype=np.int64)
    left = free.without(taken_away, taken_away + length)
    assert positions(left) == positions(free) - {p for s in items for p in range(s, s + length)}
    assert (left.end > left.start).all()


@given(TAKEN, st.integers(0, 99))
def test_starts_anywhere_are_possible_ones(taken: list[tuple[int, int]], seed: int) -> None:
    free = free_space(taken)
    length = np.array([1, 2, 5, 9, 20, 50, 51])
    found = starts_anywhere(free, length, 3, np.random.default_rng(seed))
    for size, row in zip(length.tolist(), found.tolist(), strict=True):
        possible = starts(free, size)
        assert set(row) <= possible if possible else row == [-1] * 3


@given(TAKEN, st.integers(0, 90), st.integers(0, 20), st.integers(0, 99))
def test_starts_between_are_possible_ones(
    taken: list[tuple[int, int]], low: int, size: int, seed: int
) -> None:
    free = free_space(taken)
    length = np.array([1, 2, 5, 9])
    lowest = np.tile([low, low + size + 1], (4, 1))
    highest = lowest + size
    highest[:, 1] -= 3
    found = starts_between(free, lowest, highest, length, 4, np.random.default_rng(seed))
    for index, row in enumerate(found.tolist()):
        ranges = [range(a, b + 1) for a, b in zip(lowest[index], highest[index], strict=True)]
        possible = {p for p in starts(free, int(length[index])) if any(p in r for r in ranges)}
        assert set(row) <= possible if possible else row == [-1] * 4


@pytest.mark.parametrize("length", [1, 4, 10])
def test_all_starts_are_equally_likely(length: int) -> None:
    free = free_space([(3, 9), (20, 22), (40, 47), (70, 72), (85, 99)])
    rng = np.random.default_rng(5)
    anywhere = starts_anywhere(free, np.full(100, length), 200, rng)
    possible = sorted(starts(free, length))
    counts = Counter(anywhere.ravel().tolist())
    assert set(counts) == set(possible)
    assert chisquare([counts[start] for start in possible]).pvalue > 1e-3

    lowest, highest = np.tile([5, 60], (100, 1)), np.tile([45, 84], (100, 1))
    between = starts_between(free, lowest, highest, np.full(100, length), 200, rng)
    possible = [start for start in possible if 5 <= start <= 45 or 60 <= start <= 84]
    counts = Counter(between.ravel().tolist())
    assert set(counts) == set(possible)
    assert chisquare([counts[start] for start in possible]).pvalue > 1e-3


def test_pairs_beyond_what_is_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_space([(p, p + 1) for p in range(0, 50, 5)])
    lowest, highest = np.zeros((30, 1), int), np.full((30, 1), 99)
    length = np.full(30, 3)
    whole = starts_between(free, lowest, highest, length, 2, np.random.default_rng(1))
    monkeypatch.setattr("enngene_core.intervals.free_space._PAIRS", 25)
    parts = starts_between(free, lowest, highest, length, 2, np.random.default_rng(1))
    assert whole.tolist() == parts.tolist()


def test_no_room_at_all() -> None:
    free = free_space([(0, 50), (64, 100)])
    assert not len(free.start)
    rng = np.random.default_rng(0)
    assert starts_anywhere(free, np.array([1, 5]), 2, rng).tolist() == [[-1, -1], [-1, -1]]
    everywhere = np.array([[0]]), np.array([[99]])
    assert starts_between(free, *everywhere, np.array([1]), 2, rng).tolist() == [[-1, -1]]
