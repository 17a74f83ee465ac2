"""Scores of the bases that are wanted, and of no others."""

from collections.abc import Iterator

import numpy as np

#: Bases a score up to which scores are put as a row, NaN between them.
_DENSE = 4


class WantedScores:
    """Scores of stretches of one chromosome, none of which is known at first.

    Parameters
    ----------
    stretches : ndarray of int64, shape (n_stretches, 2)
        Sorted, disjoint; 0-based, half-open, bp.
    """

    def __init__(self, stretches: np.ndarray) -> None:
        # Contiguous, or each search would copy them.
        self._start, self._end = np.ascontiguousarray(stretches.T)
        self._edges = np.concatenate(([0], np.cumsum(self._end - self._start)))
        # The score of a base lies at its position and the shift of its stretch.
        self._shift = self._edges[:-1] - self._start
        self._scores = np.full(self._edges[-1], np.nan, dtype=np.float32)

    def stretches(self) -> Iterator[tuple[int, np.ndarray]]:
        """Start of each stretch, and its scores: float32, NaN where none was put."""
        for index, start in enumerate(self._start.tolist()):
            yield start, self._scores[self._edges[index] : self._edges[index + 1]]

    def put_row(self, first: int, scores: np.ndarray) -> int | None:
        """Put a score for each base from `first` on.

        Returns
        -------
        int or None
            Index of a score whose base has one already.
        """
        last = first + len(scores)
        low, high = self._touched(first, last)
        if low >= high:
            return None
        start = np.maximum(self._start[low:high], first)
        end = np.minimum(self._end[low:high], last)
        ranges = zip((start - first).tolist(), (end - first).tolist(), strict=True)
        at = int(start[0] + self._shift[low])
        clash = self._fill(at, np.concatenate([scores[i:j] for i, j in ranges]))
        if clash is None:
            return None
        stretch = np.searchsorted(self._edges, at + clash, side="right") - 1
        return int(at + clash - self._shift[stretch]) - first

    def put(self, start: np.ndarray, span: int, scores: np.ndarray) -> int | None:
        """Put scores that hold for `span` bases each, from `start` on, in any order.

        Returns
        -------
        int or None
            Index of a score that holds for a base that has one already.
        """
        order = None
        if (np.diff(start) < span).any():
            order = np.argsort(start, kind="stable")
            start, scores = start[order], scores[order]
            if (is_near := np.diff(start) < span).any():
                return int(order[is_near.argmax() + 1])
        if span == 1 and start[-1] - start[0] < _DENSE * len(start):
            row = np.full(start[-1] - start[0] + 1, np.nan, dtype=np.float32)
            row[start - start[0]] = scores
            clash = self.put_row(int(start[0]), row)
            if clash is not None:
                clash = int(np.searchsorted(start, start[0] + clash))
            return clash if order is None or clash is None else int(order[clash])
        low, high = self._touched(int(start[0]), int(start[-1]) + span)
        # For each stretch, the scores of which it wants at least one base.
        first = np.searchsorted(start, self._start[low:high] - span, side="right")
        n = np.searchsorted(start, self._end[low:high], side="left") - first
        stretch = np.repeat(np.arange(low, high), n)
        if not len(stretch):
            return None
        item = np.arange(len(stretch)) + np.repeat(first - np.cumsum(n) + n, n)
        begin = np.maximum(start[item], self._start[stretch]) + self._shift[stretch]
        end = np.minimum(start[item] + span, self._end[stretch]) + self._shift[stretch]
        clash = self._fill(int(begin[0]), side_by_side(begin, end, scores[item]))
        if clash is None:
            return None
        clashing = int(item[np.searchsorted(begin, begin[0] + clash, side="right") - 1])
        return clashing if order is None else int(order[clashing])

    def _touched(self, first: int, last: int) -> tuple[int, int]:
        """Stretches that share a base with ``[first, last)``."""
        low = self._end.searchsorted(first, side="right")
        return int(low), int(self._start.searchsorted(last, side="left"))

    def _fill(self, at: int, scores: np.ndarray) -> int | None:
        """Put scores side by side; the first of them that is the second for its base, if any."""
        known = self._scores[at : at + len(scores)]
        if np.isnan(known).all():
            known[:] = scores
            return None
        is_new = ~np.isnan(scores)
        if (is_clash := is_new & ~np.isnan(known)).any():
            return int(is_clash.argmax())
        np.copyto(known, scores, where=is_new)
        return None


def side_by_side(start: np.ndarray, end: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """A score for each base from the first start to the last end; NaN between the stretches.

    Parameters
    ----------
    start, end : ndarray of int64, shape (n,)
        Sorted, disjoint stretches, at least one.
    scores : ndarray of float32, shape (n,)
        The score of all bases of each.
    """
    values = np.full(2 * len(scores) - 1, np.nan, dtype=np.float32)
    values[::2] = scores
    return np.repeat(values, np.diff(np.stack([start, end], axis=1).ravel()))
