from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.intervals.placement import Placed, Stretches, place_windows
from enngene_core.specs.preprocess import PreprocessSpec
from tests.intervals.loci import Place, make_intervals

EDGES = ("shift", "pad", "drop")


def place(
    places: Sequence[Place], *, size: int = 100, seed: int = 1, label: int = 1, **spec
) -> Placed:
    intervals = make_intervals(places)
    names = ("tiny", "chr1")
    return place_windows(
        intervals,
        Stretches(names, np.array([3, size], dtype=np.int64)),
        PreprocessSpec(**spec),
        stretch=np.array(
            [names.index(c) if c in names else -1 for c in intervals.chroms], dtype=np.int32
        )[intervals.chrom],
        rng=np.random.default_rng(seed),
        label=label,
    )


def first_position(placed: Placed) -> np.ndarray:
    """Where each window would begin if its chromosome had no ends."""
    return placed.windows.start - placed.windows.pad_left


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
    windows = place([("chr1", *interval)], window=width).windows
    assert (windows.start[0], windows.end[0]) == expected
    assert (windows.pad_left[0], windows.pad_right[0]) == (0, 0)


@pytest.mark.parametrize(
    ("interval", "edge", "expected"),
    [
        # a window of 6 on a chromosome of 100, at its left end, at its right, and not quite
        ((0, 2), "shift", (0, 6, 0, 0)),
        ((0, 2), "pad", (0, 4, 2, 0)),
        ((0, 2), "drop", None),
        ((99, 100), "shift", (94, 100, 0, 0)),
        ((99, 100), "pad", (96, 100, 0, 2)),
        ((99, 100), "drop", None),
        *(((2, 4), edge, (0, 6, 0, 0)) for edge in EDGES),
        *(((96, 98), edge, (94, 100, 0, 0)) for edge in EDGES),
    ],
)
def test_a_chromosomes_ends_by_hand(
    interval: tuple[int, int], edge: str, expected: tuple[int, int, int, int] | None
) -> None:
    placed = place([("chr1", *interval)], window=6, edge=edge)
    found = [
        (int(w.start[0]), int(w.end[0]), int(w.pad_left[0]), int(w.pad_right[0]))
        for w in [placed.windows]
        if len(w)
    ]
    assert found == ([expected] if expected else [])
    assert len(placed.rejections) == (expected is None)
    assert placed.n_shifted == (edge == "shift" and interval in ((0, 2), (99, 100)))


@st.composite
def loci(draw) -> tuple[int, list[Place]]:
    """A chromosome's length, and intervals on it, some of which cannot be used."""
    size = draw(st.integers(1, 40))
    start = st.integers(0, size)
    interval = st.tuples(st.sampled_from(["chr1", "chr1", "tiny", "chrUn"]), start, st.just(0))
    rows = draw(st.lists(interval, min_size=1, max_size=8))
    return size, [
        (chrom, begin, begin + draw(st.integers(1, size + 2)), draw(st.sampled_from("+-.")))
        for chrom, begin, _ in rows
    ]


@given(
    loci=loci(),
    width=st.integers(3, 30),
    placement=st.sampled_from(["center", "random"]),
    edge=st.sampled_from(EDGES),
    strand=st.sampled_from(["apply", "ignore"]),
    seed=st.integers(0, 9),
)
def test_every_row_is_one_whole_window_or_rejected(
    loci: tuple[int, list[Place]], width: int, placement: str, edge: str, strand: str, seed: int
) -> None:
    size, places = loci
    placed = place(
        places, size=size, seed=seed, window=width, placement=placement, edge=edge, strand=strand
    )
    windows, rejections = placed.windows, placed.rejections
    lines = windows.source_row.tolist() + rejections.line.tolist()
    assert sorted(lines) == list(range(1, len(places) + 1))
    assert set(rejections.label.tolist()) <= {1}
    sizes = np.array([3, size])[windows.chrom]
    assert (windows.start >= 0).all()
    assert (windows.start < windows.end).all()
    assert (windows.end <= sizes).all()
    whole = windows.pad_left + (windows.end - windows.start) + windows.pad_right
    assert (whole == width).all()
    assert ((windows.pad_left == 0) | (windows.start == 0)).all()
    assert ((windows.pad_right == 0) | (windows.end == sizes)).all()
    is_short = sizes < width
    is_padded = (windows.pad_left > 0) | (windows.pad_right > 0)
    if edge == "shift":
        np.testing.assert_array_equal(is_padded, is_short)
    if edge == "drop":
        assert not is_padded.any()
    for index, line in enumerate(windows.source_row.tolist()):
        chrom, start, end, sign = places[line - 1]
        locus = windows.locus(index)
        assert (locus.chrom, locus.name) == (chrom, f"locus{line - 1}")
        assert locus.strand == (sign if strand == "apply" else ".")
        assert windows.source_length[index] == end - start
        # Whatever the edge, the window holds a part of its interval.
        assert locus.start < end
        assert start < locus.end


@given(data=st.data(), width=st.integers(3, 60), size=st.integers(60, 100))
def test_a_centred_window_is_off_by_half_a_base_at_most(
    data: st.DataObject, width: int, size: int
) -> None:
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    placed = place([("chr1", start, end)], size=size, window=width)
    window = placed.windows
    assert window.end[0] - window.start[0] == width
    distance = abs((int(window.start[0]) + int(window.end[0])) - (start + end))
    assert placed.n_shifted == 1 or distance <= 1
    padded = place([("chr1", start, end)], size=size, window=width, edge="pad")
    assert abs(2 * int(first_position(padded)[0]) + width - (start + end)) <= 1
    is_dropped = len(place([("chr1", start, end)], size=size, window=width, edge="drop").windows)
    assert is_dropped == 1 - placed.n_shifted


def plain_offsets(start: int, end: int, size: int, width: int, edge: str) -> set[int]:
    """Every place of a random window, one after the other."""
    offsets: set[int] = set()
    for offset in range(-width, size + width):
        is_within = start <= offset and offset + width <= end
        is_around = offset <= start and end <= offset + width
        if not (is_within or is_around):
            continue
        fits = offset >= 0 and offset + width <= size
        if edge == "pad" or fits:
            offsets.add(offset)
        elif edge == "shift":
            if size >= width:
                offsets.add(min(max(offset, 0), size - width))
            else:
                offsets.add(min(max(offset, size - width), 0))
    return offsets


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize(
    ("interval", "width", "size"),
    [
        ((10, 20), 4, 100),  # the window lies within the interval
        ((10, 14), 4, 100),
        ((10, 12), 5, 100),  # around it
        ((1, 3), 6, 100),  # at the chromosome's ends
        ((97, 99), 6, 100),
        ((0, 100), 100, 100),
        ((0, 7), 10, 7),  # a whole sequence that is shorter than the window
        ((2, 4), 10, 7),  # a part of it
        ((0, 3), 4, 3),
        ((0, 9), 4, 9),
    ],
)
def test_a_random_window_reaches_every_place_and_no_other(
    interval: tuple[int, int], width: int, size: int, edge: str
) -> None:
    places = [("chr1", *interval)] * 500
    placed = place(places, size=size, window=width, placement="random", edge=edge)
    expected = plain_offsets(*interval, size, width, edge)
    assert set(first_position(placed).tolist()) == expected
    assert len(placed.windows) == (500 if expected else 0)
    assert placed.n_shifted == 0


def test_all_of_a_short_sequence_at_every_offset() -> None:
    windows = place(
        [("chr1", 0, 4)] * 200, size=4, window=6, placement="random", edge="shift"
    ).windows
    assert set(zip(windows.pad_left.tolist(), windows.pad_right.tolist(), strict=True)) == {
        (0, 2), (1, 1), (2, 0)
    }  # fmt: skip
    assert set(windows.start.tolist()) == {0}
    assert set(windows.end.tolist()) == {4}


def test_random_windows_hang_on_the_generator_alone() -> None:
    loci: list[Place] = [("chr1", 0, 90)] * 30
    first, again, other = (
        place(loci, window=5, placement="random", seed=seed).windows.start for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_what_cannot_be_used_is_rejected_with_its_reason() -> None:
    loci: list[Place] = [("chrUn", 1, 5), ("chr1", 95, 101), ("tiny", 0, 2), ("chr1", 1, 9, "-")]
    placed = place(loci, window=8, edge="drop")
    rejections = placed.rejections
    assert list(zip(rejections.label.tolist(), rejections.line.tolist(), strict=True)) == [
        (1, 1), (1, 2), (1, 3)
    ]  # fmt: skip
    assert "chrUn" in rejections.reason[0]
    assert "(100)" in rejections.reason[1]
    assert "window of 8 nt" in rejections.reason[2]
    assert "(3 nt)" in rejections.reason[2]
    assert len(rejections.by_kind()) == 3
    windows = placed.windows
    assert windows.source_row.tolist() == [4]
    assert (windows.name[0], windows.strand[0], windows.label[0]) == (b"locus3", b"-", 1)


def test_windows_moved_inside_are_counted() -> None:
    loci: list[Place] = [
        ("chr1", 0, 2),
        ("chr1", 40, 44),
        ("chr1", 99, 100),
        ("chrUn", 0, 2),
        ("tiny", 0, 2),
    ]
    assert place(loci, window=8).n_shifted == 2
    assert place(loci, window=8, edge="pad").n_shifted == 0
