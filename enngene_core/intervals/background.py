"""Places for background intervals, drawn at random from what is free."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from enngene_core.intervals.free_space import FreeSpace

#: Intervals that are placed at a time, and candidates that are drawn for them together.
_BATCH, _CANDIDATES = 1 << 17, 1 << 20
#: Candidates that are looked at for one interval at a time, and before its search is given up.
_FEWEST, MOST_CANDIDATES = 8, 512


#: Starts of candidates, shape (n_items, n_draws), from the free space, the items, how often the
#: search was widened, and the number of draws; -1 in the whole row of an item that has no place.
Draw = Callable[[FreeSpace, np.ndarray, int, int], np.ndarray]
#: Whether candidates will do, from the items, how often the search was widened, and starts.
Fits = Callable[[np.ndarray, int, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Places:
    """Where items were placed.

    Attributes
    ----------
    start : ndarray of int64, shape (n_items,)
        -1 where no place was found.
    step : ndarray of int64, shape (n_items,)
        How often the search was widened.
    has_room : ndarray of bool, shape (n_items,)
        Whether there was a place when it was last looked for, if only one that would not do.
    """

    start: np.ndarray
    step: np.ndarray
    has_room: np.ndarray


def place(
    length: np.ndarray,
    free: FreeSpace,
    *,
    draw: Draw,
    fits: Fits | None,
    n_steps: int,
    rng: np.random.Generator,
    on_progress: Callable[[int, int], None] | None = None,
) -> Places:
    """Place items on free space so that no two overlap.

    Long items are placed before those that are less than half as long, which would leave them no
    room. Otherwise the order is random, whatever the order of the input.

    Parameters
    ----------
    length : ndarray of int64, shape (n_items,)
        Length of each item.
    free
        Where they may lie.
    draw
        Makes candidates.
    fits
        Judges them; without it every candidate will do.
    n_steps
        The search is widened so often, less one.
    rng
        Source of the order.
    on_progress
        Called with the number of items that are done, and of all.
    """
    n = len(length)
    places = Places(np.full(n, -1), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool))
    octave = np.frexp(length)[1]
    for current in np.unique(octave)[::-1]:
        items = np.flatnonzero(octave == current)
        for step in range(n_steps):
            if not len(items):
                break
            room = free.of_length(int(length[items].min()))
            placed = _fill(room, items, length, step, draw, fits, places, rng)
            free = free.without(places.start[placed], places.start[placed] + length[placed])
            items = items[places.start[items] < 0]
        if on_progress is not None:
            on_progress(int(np.count_nonzero(octave >= current)), n)
    return places


def _fill(
    room: FreeSpace,
    items: np.ndarray,
    length: np.ndarray,
    step: int,
    draw: Draw,
    fits: Fits | None,
    places: Places,
    rng: np.random.Generator,
) -> np.ndarray:
    """Place as many items as will find a place; returns them."""
    shortest = int(length[items].min())
    n_tried = np.zeros(len(length), dtype=np.int64)
    placed = [items[:0]]
    queue = rng.permutation(items)
    while len(queue):
        now, queue = queue[:_BATCH], queue[_BATCH:]
        n_draws = 1 if fits is None else _n_draws(len(now), int(n_tried[now].max()))
        starts = draw(room, now, step, n_draws)
        has_room = starts[:, 0] >= 0
        places.has_room[now] = has_room
        now, starts = now[has_room], starts[has_room]
        will_do = np.ones(starts.shape, bool) if fits is None else fits(now, step, starts)
        n_tried[now] += n_draws
        is_found = will_do.any(axis=1)
        found = now[is_found]
        start = starts[is_found, will_do.argmax(axis=1)[is_found]]
        is_first = first_come(start, start + length[found])
        taken = found[is_first]
        places.start[taken], places.step[taken] = start[is_first], step
        placed.append(taken)
        room = room.without(start[is_first], start[is_first] + length[taken]).of_length(shortest)
        again = now[~is_found & (n_tried[now] < MOST_CANDIDATES)]
        queue = np.concatenate([queue, found[~is_first], again])
    return np.concatenate(placed)


def _n_draws(n_items: int, n_tried: int) -> int:
    """Candidates to draw for each item: few at first, as most items need no more."""
    n_at_most = max(_CANDIDATES // n_items, _FEWEST)
    return min(max(n_tried, _FEWEST), n_at_most, MOST_CANDIDATES)


def first_come(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Which intervals stay when each in turn is dropped if it overlaps one that stays.

    Returns
    -------
    ndarray of bool, shape (n_intervals,)
    """
    stays = np.zeros(len(start), dtype=bool)
    left = np.argsort(start, kind="stable")
    while len(left):
        reach = np.maximum.accumulate(end[left])
        is_new = np.ones(len(left), dtype=bool)
        is_new[1:] = start[left[1:]] >= reach[:-1]
        # Of intervals that hang together the first in turn stays, whatever comes of the others.
        first = np.minimum.reduceat(left, np.flatnonzero(is_new))
        stays[first] = True
        first = first[np.cumsum(is_new) - 1]
        left = left[(end[left] <= start[first]) | (start[left] >= end[first])]
    return stays
