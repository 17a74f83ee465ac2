"""Windows of one width, placed on intervals."""

from dataclasses import dataclass

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.specs.preprocess import PreprocessSpec


@dataclass(frozen=True)
class Stretches:
    """What windows can lie on: chromosomes of a genome, then ready sequences.

    Attributes
    ----------
    names : tuple of str
    sizes : ndarray of int64, shape (n_stretches,)
        Length of each, nt.
    """

    names: tuple[str, ...]
    sizes: np.ndarray


@dataclass(frozen=True)
class Placed:
    """Outcome of placing windows on the intervals of one file.

    Attributes
    ----------
    windows : Windows
    rejections : Rejections
    n_shifted : int
        Windows that were moved to lie within their chromosome.
    """

    windows: Windows
    rejections: Rejections
    n_shifted: int


def place_windows(
    intervals: Intervals,
    stretches: Stretches,
    spec: PreprocessSpec,
    *,
    stretch: np.ndarray,
    rng: np.random.Generator,
    label: int,
) -> Placed:
    """One window for each interval that the reference can serve.

    A centred window lies around its interval's middle. A random one starts anywhere such that it
    lies within its interval or, where the interval is shorter, holds it.

    Parameters
    ----------
    intervals
        Loci of one class.
    stretches
        Chromosomes and ready sequences.
    spec
        Width, placement, and what to do at an end.
    stretch : ndarray of int32, shape (n_intervals,)
        Index into `stretches` of each interval's chromosome or sequence; -1 where it has none.
    rng
        Used by random placement only.
    label
        Class index that the windows get; -1 if it is not known.
    """
    width = spec.window
    size = np.where(stretch >= 0, stretches.sizes[stretch], -1)
    # Where a whole window fits: from 0 to `room`; from `room` to 0 lie those that hold all of
    # a stretch that is shorter than the window.
    room = size - width
    inside = np.minimum(room, 0), np.maximum(room, 0)
    if spec.placement == "center":
        lowest = highest = intervals.start + (intervals.end - intervals.start) // 2 - width // 2
    else:
        lowest = np.minimum(intervals.start, intervals.end - width)
        highest = np.maximum(intervals.start, intervals.end - width)
    is_outside = (room < 0) | (highest < 0) | (lowest > room)
    if spec.edge == "shift" or (spec.edge == "drop" and spec.placement == "random"):
        lowest, wanted = np.clip(lowest, *inside), lowest
        highest = np.clip(highest, *inside)
        n_shifted_all = (lowest != wanted) if spec.placement == "center" else np.zeros(1, bool)
    else:
        n_shifted_all = np.zeros(1, bool)
    start = lowest if spec.placement == "center" else rng.integers(lowest, highest + 1)

    is_known, is_within = size >= 0, intervals.end <= size
    is_usable = is_known & is_within
    if spec.edge == "drop":
        is_usable &= ~is_outside
    rejections = _reject(intervals, size, label, is_known, is_within, is_usable, width)
    rows = np.flatnonzero(is_usable)
    first, last = np.maximum(start, 0), np.minimum(start + width, size)
    windows = Windows(
        chroms=stretches.names,
        chrom=stretch.astype(np.int32),
        start=first,
        end=last,
        pad_left=(first - start).astype(np.int32),
        pad_right=(start + width - last).astype(np.int32),
        strand=intervals.strand if spec.strand == "apply" else np.full(len(intervals), b"."),
        name=intervals.name,
        label=np.full(len(intervals), label, dtype=np.int32),
        source_row=intervals.line,
        source_length=intervals.end - intervals.start,
    )
    n_shifted = int(np.count_nonzero(n_shifted_all & is_usable & (room >= 0)))
    return Placed(windows.take(rows), rejections, n_shifted)


def _reject(
    intervals: Intervals,
    size: np.ndarray,
    label: int,
    is_known: np.ndarray,
    is_within: np.ndarray,
    is_usable: np.ndarray,
    width: int,
) -> Rejections:
    unknown = np.flatnonzero(~is_known)
    beyond = np.flatnonzero(is_known & ~is_within)
    dropped = np.flatnonzero(is_known & is_within & ~is_usable)
    return Rejections.joined(
        [
            Rejections.of(
                label,
                intervals.line[unknown],
                "its chromosome is not in the genome",
                (f"chromosome {intervals.chroms[c]} is not in the genome"
                 for c in intervals.chrom[unknown].tolist()),
            ),
            Rejections.of(
                label,
                intervals.line[beyond],
                "interval ends beyond the chromosome's end",
                (f"interval ends beyond the chromosome's end ({n})" for n in size[beyond].tolist()),
            ),
            Rejections.of(
                label,
                intervals.line[dropped],
                "its window reaches past an end of the chromosome or sequence",
                (f"its window of {width} nt reaches past an end of the chromosome or sequence "
                 f"({n} nt)" for n in size[dropped].tolist()),
            ),
        ]
    )  # fmt: skip
