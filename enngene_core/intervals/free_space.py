"""What is free on an axis, and random starts there."""

from dataclasses import dataclass

import numpy as np

#: Pairs of an item and a free stretch near it that are looked at together.
_PAIRS = 1 << 22


@dataclass(frozen=True)
class FreeSpace:
    """Stretches of an axis that background may lie on, sorted, without overlap.

    Attributes
    ----------
    start, end : ndarray of int64, shape (n_stretches,)
        Half-open.
    """

    start: np.ndarray
    end: np.ndarray

    @classmethod
    def between(
        cls, start: np.ndarray, end: np.ndarray, *, within: tuple[np.ndarray, np.ndarray]
    ) -> "FreeSpace":
        """What intervals ``[start, end)`` in any order leave free.

        Parameters
        ----------
        start, end : ndarray of int64
            Intervals, which may overlap.
        within
            Starts and ends of the chromosomes, sorted, none side by side.
        """
        first, last = within
        start = np.concatenate([start, last])
        end = np.concatenate([end, np.append(first[1:], last[-1:] + 1)])
        order = np.argsort(start)
        reach = np.maximum.accumulate(np.append(first[:1], end[order]))
        free = cls(reach[:-1], start[order])
        return free.of_length(1)

    def of_length(self, length: int) -> "FreeSpace":
        """Stretches of at least this length."""
        is_long = self.end - self.start >= length
        return FreeSpace(self.start[is_long], self.end[is_long])

    def without(self, start: np.ndarray, end: np.ndarray) -> "FreeSpace":
        """What is left when intervals are taken away, each of which lies within a stretch."""
        order = np.argsort(start)
        start, end = start[order], end[order]
        stretch = np.searchsorted(self.start, start, side="right") - 1
        left = FreeSpace(
            np.insert(self.start, stretch + 1, end), np.insert(self.end, stretch, start)
        )
        return left.of_length(1)


def starts_anywhere(
    room: FreeSpace, length: np.ndarray, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Starts at random, each possible one equally likely.

    Parameters
    ----------
    room
        Where items may lie.
    length : ndarray of int64, shape (n_items,)
    n_draws
        Starts for each item.
    rng
        Source of the choice.

    Returns
    -------
    ndarray of int64, shape (n_items, n_draws)
        -1 where no stretch is long enough.
    """
    size = room.end - room.start
    order = np.argsort(-size, kind="stable")
    size = size[order]
    total = np.concatenate([[0], np.cumsum(size)])
    # The first i stretches of those that are long enough have total[i] - i * (length - 1) starts.
    less = (length - 1)[:, None]
    n_long = np.searchsorted(-size, -length, side="right")[:, None]
    pick = _picks(total[n_long] - n_long * less, n_draws, rng)
    found = np.zeros_like(pick)
    step = 1 << int(n_long.max(initial=1)).bit_length()
    while step := step >> 1:
        tried = np.minimum(found + step, n_long)
        found += step * (total[tried] - tried * less <= pick)
    if not len(size):
        return np.full(pick.shape, -1)
    found = np.minimum(found, np.maximum(n_long - 1, 0))  # where there is none at all
    start = room.start[order[found]] + pick - (total[found] - found * less)
    return np.where(n_long > 0, start, -1)


def starts_between(
    room: FreeSpace,
    lowest: np.ndarray,
    highest: np.ndarray,
    length: np.ndarray,
    n_draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Starts at random within ranges, each possible one equally likely.

    Parameters
    ----------
    room
        Where items may lie.
    lowest, highest : ndarray of int64, shape (n_items, n_ranges)
        First and last position that an item may start at, in each of its ranges, which don't
        overlap.
    length : ndarray of int64, shape (n_items,)
    n_draws
        Starts for each item.
    rng
        Source of the choice.

    Returns
    -------
    ndarray of int64, shape (n_items, n_draws)
        -1 where there is no possible start.
    """
    first = np.searchsorted(room.end, lowest, side="right")
    n_near = np.maximum(np.searchsorted(room.start, highest, side="right") - first, 0)
    n_pairs = np.cumsum(n_near.sum(axis=1))
    starts = np.full((len(length), n_draws), -1)
    done = 0
    while done < len(length):
        before = n_pairs[done - 1] if done else 0
        end = max(int(np.searchsorted(n_pairs, before + _PAIRS, side="right")), done + 1)
        part = slice(done, end)
        n = n_near[part].ravel()
        pair = np.repeat(np.arange(len(n)), n)
        stretch = first[part].ravel()[pair] + np.arange(len(pair)) - (np.cumsum(n) - n)[pair]
        item = pair // lowest.shape[1]
        low = np.maximum(room.start[stretch], lowest[part].ravel()[pair])
        high = np.minimum(room.end[stretch] - length[part][item], highest[part].ravel()[pair])
        n_starts = np.maximum(high - low + 1, 0)
        reach = np.cumsum(n_starts)
        of_item = np.bincount(item, n_starts, minlength=end - done).astype(np.int64)[:, None]
        pick = _picks(of_item, n_draws, rng) + np.cumsum(of_item)[:, None] - of_item
        chosen = np.minimum(np.searchsorted(reach, pick, side="right"), len(pair) - 1)
        if len(pair):
            found = low[chosen] + pick - (reach[chosen] - n_starts[chosen])
            starts[part] = np.where(of_item > 0, found, -1)
        done = end
    return starts


def _picks(total: np.ndarray, n_draws: int, rng: np.random.Generator) -> np.ndarray:
    """Whole numbers from 0 to below each total, shape (n_items, n_draws); 0 for a total of 0."""
    picks = (rng.random((len(total), n_draws)) * total).astype(np.int64)
    return np.minimum(picks, np.maximum(total - 1, 0))  # should the product be rounded up
