"""Windows of one width, placed on intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from enngene_core.formats.bed import Intervals


@dataclass(frozen=True)
class Windows:
    """Fixed-width stretches of the genome, one array element each.

    Attributes
    ----------
    chrom, strand, name : ndarray of object (str), shape (n_windows,)
    start, end : ndarray of int64, shape (n_windows,)
        0-based, half-open, bp.
    label : ndarray of int32, shape (n_windows,)
        Index of the class; -1 where it is not known.
    source_row : ndarray of int64, shape (n_windows,)
        1-based line number in the class's interval file.
    """

    chrom: np.ndarray
    start: np.ndarray
    end: np.ndarray
    strand: np.ndarray
    name: np.ndarray
    label: np.ndarray
    source_row: np.ndarray

    def __len__(self) -> int:
        return len(self.chrom)

    @property
    def is_minus(self) -> np.ndarray:
        """Whether each window is read on the minus strand; ``.`` is read as plus."""
        return self.strand == "-"

    def take(self, indices: np.ndarray) -> "Windows":
        """The windows at `indices`, in that order."""
        return Windows(**{field.name: getattr(self, field.name)[indices] for field in fields(self)})


def concatenate(parts: Sequence[Windows]) -> Windows:
    """All windows of the parts, one after the other."""
    return Windows(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Windows)
        }
    )


@dataclass(frozen=True)
class Rejection:
    """An input line that became no window, and why."""

    class_name: str
    line: int
    chrom: str
    start: int
    end: int
    name: str
    strand: str
    reason: str


@dataclass(frozen=True)
class Placed:
    """Outcome of placing windows on the intervals of one file.

    Attributes
    ----------
    windows : Windows
    rejections : list of Rejection
    n_shifted : int
        Windows that were moved to lie within their chromosome.
    """

    windows: Windows
    rejections: list[Rejection]
    n_shifted: int


def place_windows(
    intervals: Intervals,
    *,
    chrom_sizes: Mapping[str, int],
    width: int,
    placement: str,
    rng: np.random.Generator,
    label: int,
    class_name: str,
) -> Placed:
    """One window for each interval that the reference can serve.

    A centred window lies around its interval's middle. A random one starts anywhere such that it
    lies within its interval or, where the interval is shorter, holds it. A window that would
    reach past its chromosome's end is moved inside.

    Parameters
    ----------
    intervals
        Loci of one class.
    chrom_sizes
        Length of each chromosome of the reference, nt.
    width
        Width of a window, nt.
    placement
        ``"center"`` or ``"random"``.
    rng
        Used by random placement only.
    label
        Class index that the windows get; -1 if it is not known.
    class_name
        Class as it is named in rejections.
    """
    sizes = np.array([chrom_sizes.get(chrom, -1) for chrom in intervals.chrom], dtype=np.int64)
    reasons = _reasons(intervals, sizes, width)
    is_usable = np.array([not reason for reason in reasons], dtype=bool)

    length = intervals.end - intervals.start
    if placement == "center":
        wanted = intervals.start + length // 2 - width // 2
        start = np.clip(wanted, 0, np.maximum(sizes - width, 0))
    else:
        wanted = np.minimum(intervals.start, intervals.end - width)
        last = np.maximum(intervals.start, intervals.end - width)
        lowest = np.clip(wanted, 0, np.maximum(sizes - width, 0))
        highest = np.clip(last, 0, np.maximum(sizes - width, 0))
        start = rng.integers(lowest, np.maximum(highest, lowest) + 1)
        wanted = start
    windows = Windows(
        chrom=intervals.chrom,
        start=start,
        end=start + width,
        strand=intervals.strand,
        name=intervals.name,
        label=np.full(len(intervals), label, dtype=np.int32),
        source_row=intervals.line,
    )
    rejections = [
        reject(intervals, index, class_name, reasons[index]) for index in np.flatnonzero(~is_usable)
    ]
    n_shifted = int(np.count_nonzero((start != wanted) & is_usable))
    return Placed(windows.take(np.flatnonzero(is_usable)), rejections, n_shifted)


def _reasons(intervals: Intervals, sizes: np.ndarray, width: int) -> list[str]:
    reasons = []
    for chrom, end, size in zip(intervals.chrom, intervals.end, sizes, strict=True):
        if size < 0:
            reasons.append(f"chromosome {chrom} is not in the reference")
        elif end > size:
            reasons.append(f"interval ends beyond the chromosome's end ({size})")
        elif size < width:
            reasons.append(f"chromosome ({size} nt) is shorter than the window ({width} nt)")
        else:
            reasons.append("")
    return reasons


def reject(
    loci: Intervals | Windows, index: int | np.integer, class_name: str, reason: str
) -> Rejection:
    """Rejection of one element of intervals or windows."""
    line = loci.line if isinstance(loci, Intervals) else loci.source_row
    return Rejection(
        class_name=class_name,
        line=int(line[index]),
        chrom=loci.chrom[index],
        start=int(loci.start[index]),
        end=int(loci.end[index]),
        name=loci.name[index],
        strand=loci.strand[index],
        reason=reason,
    )


def drop_repeated(windows: Windows, classes: Sequence[str]) -> tuple[Windows, list[Rejection]]:
    """Windows without repeats, and the repeats as rejections.

    A second window at the same place and strand in one class is dropped. A place that two
    classes claim is dropped from both: a window has one class. Strand ``.`` is read as plus, and
    so repeats it.
    """
    first_at: dict[tuple[str, int, bool], int] = {}
    labels_at: dict[tuple[str, int, bool], set[int]] = {}
    is_minus = windows.is_minus.tolist()
    keys = list(zip(windows.chrom, windows.start.tolist(), is_minus, strict=True))
    for index, key in enumerate(keys):
        first_at.setdefault(key, index)
        labels_at.setdefault(key, set()).add(int(windows.label[index]))
    kept, rejections = [], []
    for index, key in enumerate(keys):
        class_name = classes[windows.label[index]]
        if len(labels_at[key]) > 1:
            others = ", ".join(classes[label] for label in sorted(labels_at[key]))
            reason = f"the same window is in several classes: {others}"
        elif first_at[key] != index:
            reason = f"the same window as line {windows.source_row[first_at[key]]}"
        else:
            kept.append(index)
            continue
        rejections.append(reject(windows, index, class_name, reason))
    return windows.take(np.array(kept, dtype=np.int64)), rejections
