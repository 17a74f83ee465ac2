"""Windows for the tests of encoders."""

from collections.abc import Sequence

import numpy as np

from enngene_core.intervals.windows import Windows


def windows_at(places: Sequence[tuple[str, int, str]], width: int) -> Windows:
    """Windows from chromosome, start and strand, none of them padded."""
    chroms = tuple(dict.fromkeys(chrom for chrom, _, _ in places))
    start = np.array([place[1] for place in places], dtype=np.int64)
    return Windows(
        chroms=chroms,
        chrom=np.array([chroms.index(place[0]) for place in places], dtype=np.int32),
        start=start,
        end=start + width,
        pad_left=np.zeros(len(places), dtype=np.int32),
        pad_right=np.zeros(len(places), dtype=np.int32),
        strand=np.array([place[2].encode() for place in places], dtype="S1"),
        name=np.full(len(places), b"."),
        label=np.zeros(len(places), dtype=np.int32),
        source_row=np.arange(1, len(places) + 1),
        source_length=np.full(len(places), width, dtype=np.int64),
    )


def real_windows(*, width: int, n: int = 120) -> Windows:
    """Places of the real genome in no order, some close together, some at chromosome ends."""
    rng = np.random.default_rng(5)
    places = [
        (f"chr_{10 + i % 4}", int(rng.integers(0, 160_000 - width)), "+-."[i % 3]) for i in range(n)
    ]
    places += [("chr_10", 0, "-"), ("chr_12", 160_000 - width, "+"), ("chr_10", 3, "+")]
    return windows_at(places, width)
