from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.formats.bed import Intervals
from enngene_core.intervals.windows import Placed, Windows, drop_repeated, place_windows

Locus = tuple[str, int, int] | tuple[str, int, int, str]


def intervals(loci: Sequence[Locus]) -> Intervals:
    return Intervals(
        chrom=np.array([locus[0] for locus in loci], dtype=object),
        start=np.array([locus[1] for locus in loci], dtype=np.int64),
        end=np.array([locus[2] for locus in loci], dtype=np.int64),
        name=np.array([f"locus{i}" for i in range(len(loci))], dtype=object),
        strand=np.array([locus[3] if len(locus) > 3 else "." for locus in loci], dtype=object),
        line=np.arange(1, len(loci) + 1),
    )


def place(
    loci: Sequence[Locus], *, width: int, placement: str = "center", seed: int = 1, size: int = 100
) -> Placed:
    return place_windows(
        intervals(loci),
        chrom_sizes={"chr1": size, "tiny": 3},
        width=width,
        placement=placement,
        rng=np.random.default_rng(seed),
        label=1,
        class_name="peaks",
    )


@pytest.mark.parametrize(
    ("interval", "width", "expected"),
    [
        ((10, 13), 3, (10, 13)),
        ((10, 14), 4, (10, 14)),
        ((10, 13), 5, (9, 14)),
        ((10, 20), 5, (13, 18)),
        ((10, 20), 4, (13, 17)),
        ((10, 21), 5, (13, 18)),
        ((10, 21), 4, (13, 17)),
        ((10, 11), 4, (8, 12)),
        ((10, 11), 5, (8, 13)),
        ((0, 2), 6, (0, 6)),
        ((98, 100), 6, (94, 100)),
        ((0, 100), 100, (0, 100)),
    ],
)
def test_a_centred_window_worked_out_by_hand(
    interval: tuple[int, int], width: int, expected: tuple[int, int]
) -> None:
    windows = place([("chr1", *interval)], width=width).windows
    assert (windows.start[0], windows.end[0]) == expected


@given(data=st.data(), width=st.integers(3, 60), size=st.integers(60, 100))
def test_a_centred_window_is_off_by_half_a_base_at_most(data, width: int, size: int) -> None:
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    placed = place([("chr1", start, end)], width=width, size=size)
    window = placed.windows
    assert 0 <= window.start[0] < window.end[0] <= size
    assert window.end[0] - window.start[0] == width
    distance = abs((int(window.start[0]) + int(window.end[0])) - (start + end))
    assert placed.n_shifted == 1 or distance <= 1


@pytest.mark.parametrize(
    ("interval", "width", "starts"),
    [
        ((10, 20), 4, range(10, 17)),  # within the interval
        ((10, 14), 4, range(10, 11)),
        ((10, 12), 5, range(7, 11)),  # around it
        ((1, 3), 6, range(0, 2)),  # at the chromosome's ends
        ((97, 99), 6, range(93, 95)),
        ((0, 100), 100, range(0, 1)),
    ],
)
def test_a_random_window_reaches_every_place_and_no_other(
    interval: tuple[int, int], width: int, starts: range
) -> None:
    windows = place([("chr1", *interval)] * 400, width=width, placement="random").windows
    assert set(windows.start.tolist()) == set(starts)
    assert set((windows.end - windows.start).tolist()) == {width}


def test_random_windows_hang_on_the_generator_alone() -> None:
    loci = [("chr1", 0, 90)] * 30
    first, again, other = (
        place(loci, width=5, placement="random", seed=seed).windows.start for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_what_cannot_be_used_is_rejected_with_its_reason() -> None:
    loci = [("chrUn", 1, 5), ("chr1", 95, 101), ("tiny", 0, 2), ("chr1", 1, 9, "-")]
    placed = place(loci, width=8)
    assert [(r.class_name, r.line, r.chrom, r.start, r.end) for r in placed.rejections] == [
        ("peaks", 1, "chrUn", 1, 5), ("peaks", 2, "chr1", 95, 101), ("peaks", 3, "tiny", 0, 2)
    ]  # fmt: skip
    reasons = [rejection.reason for rejection in placed.rejections]
    assert "chrUn" in reasons[0]
    assert "100" in reasons[1]
    assert "(3 nt)" in reasons[2]
    assert "(8 nt)" in reasons[2]
    windows = placed.windows
    assert windows.source_row.tolist() == [4]
    assert (windows.name[0], windows.strand[0], windows.label[0]) == ("locus3", "-", 1)


def test_windows_moved_inside_are_counted() -> None:
    loci = [("chr1", 0, 2), ("chr1", 40, 44), ("chr1", 99, 100), ("chrUn", 0, 2)]
    assert place(loci, width=8).n_shifted == 2


def windows(rows: Sequence[tuple[int, str, int]]) -> Windows:
    start = np.array([row[0] for row in rows], dtype=np.int64)
    return Windows(
        chrom=np.array(["chr1"] * len(rows), dtype=object),
        start=start,
        end=start + 5,
        strand=np.array([row[1] for row in rows], dtype=object),
        name=np.array(["."] * len(rows), dtype=object),
        label=np.array([row[2] for row in rows], dtype=np.int32),
        source_row=np.arange(1, len(rows) + 1),
    )


def test_a_repeat_in_a_class_is_dropped_once() -> None:
    kept, rejections = drop_repeated(windows([(1, "+", 0), (1, "+", 0), (1, "-", 0)]), ("a", "b"))
    assert kept.source_row.tolist() == [1, 3]
    assert [(r.line, r.reason) for r in rejections] == [(2, "the same window as line 1")]


def test_a_place_that_two_classes_claim_is_dropped_from_both() -> None:
    rows = [(1, "+", 0), (9, "+", 0), (1, "+", 1), (1, "-", 1)]
    kept, rejections = drop_repeated(windows(rows), ("a", "b"))
    assert kept.source_row.tolist() == [2, 4]
    assert [(r.class_name, r.line) for r in rejections] == [("a", 1), ("b", 3)]
    assert all("a, b" in rejection.reason for rejection in rejections)


def test_an_unknown_strand_is_read_as_plus_and_repeats_it() -> None:
    kept, rejections = drop_repeated(windows([(1, "+", 0), (1, ".", 1), (1, "-", 1)]), ("a", "b"))
    assert kept.source_row.tolist() == [3]
    assert len(rejections) == 2


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from("+-."), st.integers(0, 2)), max_size=30
    )
)
def test_every_window_is_kept_or_rejected_and_what_is_kept_differs(rows) -> None:
    kept, rejections = drop_repeated(windows(rows), ("a", "b", "c"))
    lines = kept.source_row.tolist() + [rejection.line for rejection in rejections]
    assert sorted(lines) == list(range(1, len(rows) + 1))
    places = list(zip(kept.start.tolist(), kept.is_minus.tolist(), strict=True))
    assert len(set(places)) == len(places)
