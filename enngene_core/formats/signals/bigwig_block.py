"""Blocks of scores of a bigWig file."""

import struct

import numpy as np

from enngene_core.formats.signals.wanted import side_by_side

_HEAD = struct.Struct("<IIIIIBBH")
_BEDGRAPH, _VARIABLE, _FIXED = 1, 2, 3
_ITEM = {
    _BEDGRAPH: np.dtype([("start", "<u4"), ("end", "<u4"), ("score", "<f4")]),
    _VARIABLE: np.dtype([("start", "<u4"), ("score", "<f4")]),
    _FIXED: np.dtype("<f4"),
}
#: Largest content of a block, bytes: it counts its items in 16 bits.
LARGEST_BLOCK = _HEAD.size + 0xFFFF * 12


def put_block(
    data: bytes, *, chrom_id: int, low: int, high: int, into: np.ndarray, first: int
) -> bool:
    """Put the scores of a block where they belong.

    Parameters
    ----------
    data
        Content of the block, unpacked.
    chrom_id
        Number of the chromosome that it is of.
    low, high
        Stretch that it may have scores for, 0-based, half-open, bp.
    into : ndarray of float32
        Scores of consecutive bases, to be filled.
    first
        Position of the first of those bases.

    Returns
    -------
    bool
        Whether the block is as it should be; if not, nothing is put.
    """
    if len(data) < _HEAD.size:
        return False
    found_id, start, _, step, span, kind, _, n = _HEAD.unpack_from(data)
    item = _ITEM.get(kind)
    if item is None or found_id != chrom_id or not 0 < n * item.itemsize <= len(data) - _HEAD.size:
        return False
    items = np.frombuffer(data, item, n, _HEAD.size)
    if kind != _FIXED:
        starts = items["start"].astype(np.int64)
        ends = items["end"].astype(np.int64) if kind == _BEDGRAPH else starts + span
        return _put_items(starts, ends, items["score"], low, high, into, first)
    if step != 1 or span != 1:
        starts = start + step * np.arange(n)
        return _put_items(starts, starts + span, items, low, high, into, first)
    if not low <= start <= high - n:
        return False
    begin, end = max(start, first), min(start + n, first + len(into))
    if begin < end:
        into[begin - first : end - first] = items[begin - start : end - start]
    return True


def _put_items(
    starts: np.ndarray,
    ends: np.ndarray,
    scores: np.ndarray,
    low: int,
    high: int,
    into: np.ndarray,
    first: int,
) -> bool:
    is_sound = (starts < ends).all() and (starts[1:] >= ends[:-1]).all()
    if not (is_sound and low <= starts[0] and ends[-1] <= high):
        return False
    last = first + len(into)
    few = slice(np.searchsorted(ends, first, "right"), np.searchsorted(starts, last, "left"))
    starts, ends = np.maximum(starts[few], first) - first, np.minimum(ends[few], last) - first
    if len(starts):
        into[starts[0] : ends[-1]] = side_by_side(starts, ends, scores[few])
    return True
