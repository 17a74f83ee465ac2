"""Intervals and windows for tests, from plain Python values."""

from collections.abc import Sequence

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.text.lines import TextLines
from enngene_core.intervals.windows import Windows

#: Chromosome, start, end and, optionally, strand.
Place = tuple[str, int, int] | tuple[str, int, int, str]


def make_intervals(places: Sequence[Place]) -> Intervals:
    """Intervals as a BED file of these lines would give them."""
    rows = [(*place, ".")[:4] for place in places]
    chroms = tuple(dict.fromkeys(row[0] for row in rows))
    texts = ["\t".join(map(str, row)) for row in rows]
    end = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) - 1
    return Intervals(
        chroms=chroms,
        chrom=np.array([chroms.index(row[0]) for row in rows], dtype=np.int32),
        start=np.array([row[1] for row in rows], dtype=np.int64),
        end=np.array([row[2] for row in rows], dtype=np.int64),
        name=np.array([f"locus{i}".encode() for i in range(len(rows))], dtype="S9"),
        strand=np.array([row[3].encode() for row in rows], dtype="S1"),
        line=np.arange(1, len(rows) + 1),
        lines=TextLines(
            np.frombuffer("\n".join(texts).encode(), np.uint8),
            end - [len(text) for text in texts],
            end,
        ),
    )


def make_windows(
    places: Sequence[Place],
    *,
    labels: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    chroms: Sequence[str] | None = None,
) -> Windows:
    """Windows that are not padded; line numbers count within each class."""
    rows = [(*place, ".")[:4] for place in places]
    chroms = tuple(chroms or dict.fromkeys(row[0] for row in rows))
    label = np.array(labels if labels is not None else [0] * len(rows), dtype=np.int32)
    start = np.array([row[1] for row in rows], dtype=np.int64)
    end = np.array([row[2] for row in rows], dtype=np.int64)
    source_row = np.zeros(len(rows), dtype=np.int64)
    for index in np.unique(label):
        source_row[label == index] = np.arange(1, np.count_nonzero(label == index) + 1)
    return Windows(
        chroms=chroms,
        chrom=np.array([chroms.index(row[0]) for row in rows], dtype=np.int32),
        start=start,
        end=end,
        pad_left=np.zeros(len(rows), dtype=np.int32),
        pad_right=np.zeros(len(rows), dtype=np.int32),
        strand=np.array([row[3].encode() for row in rows], dtype="S1"),
        name=np.array([name.encode() for name in names or ["."] * len(rows)], dtype=np.bytes_),
        label=label,
        source_row=source_row,
        source_length=end - start,
    )
