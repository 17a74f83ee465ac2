"""The conservation branch and the user's own tracks: scores, or regions, base by base."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.signals.signal import Signal
from enngene_core.intervals.windows import Windows

#: Longest stretch that is read at once, bp.
_LONGEST = 1 << 18
#: Memory of the values that are handed out at once, bytes.
_BLOCK = 1 << 26
#: Stretches that are read while one is in use.
_AHEAD = 4


def encode_signal(
    windows: Windows, signal: Signal, *, width: int, names: Mapping[str, str] | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Score of each base of each window, reversed on the minus strand as its sequence is.

    Parameters
    ----------
    windows
        Windows of `width`, padding included.
    signal
        Opened bigWig or wig files.
    width
        Width of the windows, bp.
    names
        Name in `signal` of each chromosome of `windows` that it calls otherwise.

    Yields
    ------
    rows : ndarray of int64, shape (n,)
        Indices of some windows; each window comes once.
    scores : ndarray of float32, shape (n, width)
        0 where there is no score, and on padding.
    n_missing : ndarray of int64, shape (n,)
        Bases without a score, padding aside.

    Raises
    ------
    SignalError
        If the signal cannot be read, or a score is infinite.
    """
    rows_by_name = _rows_by_name(windows, names or {})
    wanted = {
        name: _stretches(windows.start[rows], windows.end[rows], signal.largest_gap)
        for name, rows in rows_by_name.items()
        if name in signal.chroms
    }
    for name, rows in rows_by_name.items():
        if name not in wanted:
            for part in _parts(rows, width):
                n_missing = windows.end[part] - windows.start[part]
                yield part, np.zeros((len(part), width), dtype=np.float32), n_missing
    ends = {name: windows.end[rows] for name, rows in rows_by_name.items()}
    is_minus = windows.is_minus
    stretches = _join(signal.blocks(wanted), width)
    for joined in _read_ahead(stretches) if signal.is_indexed else stretches:
        is_missing = np.isnan(joined.scores)
        joined.scores[is_missing] = 0
        forward = np.lib.stride_tricks.sliding_window_view(joined.scores, width)
        among = np.searchsorted(ends[joined.name], (joined.start[0], joined.end), side="right")
        for part in _parts(rows_by_name[joined.name][slice(*among)], width):
            low, high = windows.start[part], windows.end[part]
            shift = joined.shift[np.searchsorted(joined.start, high, side="left") - 1]
            n_missing = _count(is_missing, low + shift, high + shift)
            place = low - windows.pad_left[part] + shift
            is_reverse = is_minus[part]
            for is_here, view in ((~is_reverse, forward), (is_reverse, forward[:, ::-1])):
                yield part[is_here], view[place[is_here]], n_missing[is_here]


@dataclass(frozen=True)
class _Joined:
    """Stretches of one chromosome side by side, before and after which margins stand.

    Attributes
    ----------
    name : str
    start : ndarray of int64, shape (n_stretches,)
        0-based position at which each begins; sorted.
    shift : ndarray of int64, shape (n_stretches,)
        A base of the stretch lies in `scores` at its position and this.
    end : int
        Where the last ends.
    scores : ndarray of float32
        NaN where there is no score; 0 in margins, which stand for padding.
    """

    name: str
    start: np.ndarray
    shift: np.ndarray
    end: int
    scores: np.ndarray


def _join(blocks: Iterable[tuple[str, int, np.ndarray]], width: int) -> Iterator[_Joined]:
    """Stretches joined to few long ones; neighbours follow each other without a margin."""
    margin = np.zeros(width, dtype=np.float32)
    before, end, tail = "", 0, margin
    parts: list[np.ndarray] = []
    starts: list[int] = []
    shifts: list[int] = []
    length = 0

    def joined() -> _Joined:
        scores = np.concatenate([*parts, margin])
        return _Joined(before, np.array(starts), np.array(shifts), end, scores)

    for name, start, scores in blocks:
        if parts and (name != before or length > _LONGEST):
            last = joined()
            tail = last.scores[-2 * width : -width].copy()  # before it is changed
            yield last
            parts, starts, shifts, length = [], [], [], 0
        is_next = name == before and start == end
        if not (is_next and parts):
            parts.append(tail if is_next else margin)
            length += width
        starts.append(start)
        shifts.append(length - start)
        parts.append(scores)
        length += len(scores)
        before, end = name, start + len(scores)
    if parts:
        yield joined()


def _read_ahead(items: Iterator[_Joined]) -> Iterator[_Joined]:
    """The same items, the next of which are read while one is in use."""
    with ThreadPoolExecutor(1) as reader:
        coming = deque(reader.submit(next, items, None) for _ in range(_AHEAD))
        while (item := coming.popleft().result()) is not None:
            coming.append(reader.submit(next, items, None))
            yield item


def _count(is_true: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """How often True stands in each ``[first, last)``."""
    is_edge = np.empty(len(is_true) + 1, dtype=bool)
    is_edge[0], is_edge[-1] = is_true[0], is_true[-1]
    np.not_equal(is_true[1:], is_true[:-1], out=is_edge[1:-1])
    edges = np.flatnonzero(is_edge)
    if not len(edges):
        return np.zeros(len(first), dtype=np.int64)
    # The number of True before a place is a line that rises by one a place within a run.
    lengths = np.zeros(len(edges), dtype=np.int64)
    lengths[1::2] = edges[1::2] - edges[::2]
    before = np.cumsum(lengths)
    return (np.interp(last, edges, before) - np.interp(first, edges, before)).astype(np.int64)


def encode_regions(
    windows: Windows, regions: Intervals, *, width: int, names: Mapping[str, str] | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Whether each base of each window lies in a region, on whichever strand.

    Parameters
    ----------
    windows
        Windows of `width`, padding included.
    regions
        Intervals, in any order; they may overlap.
    width
        Width of the windows, bp.
    names
        Name in `regions` of each chromosome of `windows` that it calls otherwise.

    Yields
    ------
    rows : ndarray of int64, shape (n,)
        Indices of some windows; each window comes once.
    inside : ndarray of float32, shape (n, width)
        1 inside, 0 outside and on padding; reversed on the minus strand as the sequence is.
    """
    merged = _merge(regions)
    is_minus = windows.is_minus
    for name, rows in _rows_by_name(windows, names or {}).items():
        start, end = merged.get(name, np.empty((2, 0), np.int64))
        for part in _parts(rows, width):
            low, high = windows.start[part], windows.end[part]
            first = np.searchsorted(end, low, side="right")
            n = np.searchsorted(start, high, side="left") - first
            row = np.repeat(np.arange(len(part)), n)
            region = np.arange(len(row)) + np.repeat(first - np.cumsum(n) + n, n)
            origin = (low - windows.pad_left[part])[row]
            # Merged regions do not touch, so that no place is written twice.
            change = np.zeros((len(part), width + 1), dtype=np.int8)
            change[row, np.maximum(start[region], low[row]) - origin] = 1
            change[row, np.minimum(end[region], high[row]) - origin] = -1
            inside = np.cumsum(change[:, :-1], axis=1, dtype=np.int8).astype(np.float32)
            is_reverse = is_minus[part]
            inside[is_reverse] = inside[is_reverse, ::-1]
            yield part, inside


def _rows_by_name(windows: Windows, names: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Windows of each chromosome, by its name in a file; sorted by their ends."""
    own = [names.get(chrom, chrom) for chrom in windows.chroms]
    index = {name: number for number, name in enumerate(dict.fromkeys(own))}
    number = np.array([index[name] for name in own], dtype=np.int64)[windows.chrom]
    order = np.lexsort((windows.end, number))
    bounds = np.searchsorted(number[order], np.arange(len(index) + 1))
    return {
        name: order[bounds[k] : bounds[k + 1]]
        for name, k in index.items()
        if bounds[k] < bounds[k + 1]
    }


def _stretches(start: np.ndarray, end: np.ndarray, gap: int) -> np.ndarray:
    """Sorted, disjoint stretches that hold all windows; none is longer than `_LONGEST`."""
    low, high = _unite(start, end, gap)
    n = -(-(high - low) // _LONGEST)
    piece = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    first = np.repeat(low, n) + piece * _LONGEST
    return np.stack([first, np.minimum(first + _LONGEST, np.repeat(high, n))], axis=1)


def _merge(regions: Intervals) -> dict[str, np.ndarray]:
    """Sorted starts and ends, shape (2, n), of what the regions of each chromosome cover."""
    order = np.argsort(regions.chrom, kind="stable")
    bounds = np.searchsorted(regions.chrom[order], np.arange(len(regions.chroms) + 1))
    return {
        name: np.stack(_unite(regions.start[order[first:last]], regions.end[order[first:last]], 0))
        for name, first, last in zip(regions.chroms, bounds[:-1], bounds[1:], strict=True)
    }


def _unite(start: np.ndarray, end: np.ndarray, gap: int) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends of the stretches that are left when those nearer than `gap` are united."""
    order = np.argsort(start, kind="stable")
    start, end = start[order], np.maximum.accumulate(end[order])
    is_first = np.concatenate(([True], start[1:] > end[:-1] + gap))[: len(start)]
    is_last = np.concatenate((is_first[1:], [True]))[: len(start)]
    return start[is_first], end[is_last]


def _parts(rows: np.ndarray, width: int) -> Iterator[np.ndarray]:
    """Rows, no more at a time than fit into one block."""
    n = max(1, _BLOCK // (4 * width))
    for first in range(0, len(rows), n):
        yield rows[first : first + n]
