import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.intervals.background import Places, first_come, place
from enngene_core.intervals.free_space import FreeSpace, starts_anywhere

STRETCHES = st.lists(st.integers(1, 40), min_size=1, max_size=10)
LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=30)


def free_space(sizes: list[int]) -> FreeSpace:
    """Stretches of these sizes, with one position between them."""
    end = np.cumsum(np.array(sizes) + 1)
    return FreeSpace(end - sizes, end)


def placed(
    lengths: list[int], free: FreeSpace, seed: int = 0, *, even_only: bool = False
) -> Places:
    """Places anywhere; or, as a condition, at even positions."""
    rng = np.random.default_rng(seed)
    length = np.array(lengths)
    return place(
        length,
        free,
        draw=lambda room, items, step, n: starts_anywhere(room, length[items], n, rng),
        fits=(lambda items, step, start: start % 2 == 0) if even_only else None,
        n_steps=1,
        rng=rng,
    )


def check(places: Places, lengths: list[int], free: FreeSpace) -> FreeSpace:
    """Items lie on free space without overlap; returns what they leave."""
    is_placed = places.start >= 0
    start, length = places.start[is_placed], np.array(lengths)[is_placed]
    for first, size in zip(start.tolist(), length.tolist(), strict=True):
        assert ((free.start <= first) & (first + size <= free.end)).any()
    order = np.argsort(start)
    assert (start[order][1:] >= (start + length)[order][:-1]).all()
    return free.without(start, start + length)


@given(STRETCHES, LENGTHS, st.integers(0, 99))
def test_what_is_not_placed_has_no_room(sizes: list[int], lengths: list[int], seed: int) -> None:
    free = free_space(sizes)
    places = placed(lengths, free, seed)
    left = check(places, lengths, free)
    most = int((left.end - left.start).max(initial=0))
    for start, length in zip(places.start.tolist(), lengths, strict=True):
        assert start >= 0 or length > most
    assert not places.has_room[places.start < 0].any()


@given(STRETCHES, LENGTHS, st.integers(0, 99))
def test_a_condition_is_kept(sizes: list[int], lengths: list[int], seed: int) -> None:
    free = free_space(sizes)
    places = placed(lengths, free, seed, even_only=True)
    check(places, lengths, free)
    assert (places.start[places.start >= 0] % 2 == 0).all()


def test_long_items_come_first() -> None:
    for seed in range(20):
        places = placed([1] * 10 + [20], free_space([20, 10]), seed)
        assert (places.start >= 0).all()


def test_no_item_is_preferred_for_its_row() -> None:
    free = free_space([5, 5])
    n_placed = sum((placed([5] * 6, free, seed).start >= 0).astype(int) for seed in range(600))
    assert n_placed.sum() == 1200
    assert (abs(n_placed - 200) < 60).all()  # five standard deviations


def test_a_wider_search_is_told() -> None:
    free = free_space([50])
    length = np.full(3, 4)
    rng = np.random.default_rng(1)
    places = place(
        length,
        free,
        draw=lambda room, items, step, n: starts_anywhere(room, length[items], n, rng),
        fits=lambda items, step, start: np.broadcast_to(step >= items[:, None], start.shape),
        n_steps=2,
        rng=rng,
    )
    assert (places.start >= 0).tolist() == [True, True, False]
    assert places.step[:2].tolist() == [0, 1]
    assert places.has_room.all()


def test_progress_ends_with_all() -> None:
    told = []
    rng = np.random.default_rng(0)
    length = np.array([3, 30, 3])
    place(
        length,
        free_space([40]),
        draw=lambda room, items, step, n: starts_anywhere(room, length[items], n, rng),
        fits=None,
        n_steps=1,
        rng=rng,
        on_progress=lambda done, n: told.append((done, n)),
    )
    assert told == [(1, 3), (3, 3)]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=30))
def test_first_come_is_what_a_loop_finds(items: list[tuple[int, int]]) -> None:
    kept: list[tuple[int, int]] = []
    expected = []
    for start, length in items:
        stays = all(start + length <= a or b <= start for a, b in kept)
        expected.append(stays)
        if stays:
            kept.append((start, start + length))
    start, length = np.array(items, dtype=np.int64).reshape(-1, 2).T
    assert first_come(start, start + length).tolist() == expected


@pytest.mark.parametrize("n", [1, 500])
def test_many_items_in_a_crowd(n: int) -> None:
    free = free_space([n * 10])
    places = placed([10] * n * 3, free)
    left = check(places, [10] * n * 3, free)
    assert (left.end - left.start).max(initial=0) < 10
