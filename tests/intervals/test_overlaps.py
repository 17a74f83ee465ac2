from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.intervals.overlaps import drop_repeated, overlap_groups, overlaps_any
from enngene_core.intervals.windows import Windows
from tests.intervals.loci import make_windows

NAMES = ("a", "b", "c")


def five_wide(rows: list[tuple[int, str, int]]) -> Windows:
    """Windows from start, strand and label."""
    return make_windows(
        [("chr1", start, start + 5, strand) for start, strand, _ in rows],
        labels=[label for _, _, label in rows],
    )


def test_a_repeat_in_a_class_is_dropped_once() -> None:
    kept, rejections = drop_repeated(five_wide([(1, "+", 0), (1, "+", 0), (1, "-", 0)]), NAMES)
    assert kept.source_row.tolist() == [1, 3]
    assert rejections.line.tolist() == [2]
    assert rejections.reason.tolist() == ["the same window as line 1"]


def test_a_place_that_two_classes_claim_is_dropped_from_both() -> None:
    rows = [(1, "+", 0), (9, "+", 0), (1, "+", 1), (1, "-", 1)]
    kept, rejections = drop_repeated(five_wide(rows), NAMES)
    assert kept.label.tolist() == [0, 1]
    assert kept.source_row.tolist() == [2, 2]
    assert rejections.label.tolist() == [0, 1]
    assert rejections.line.tolist() == [1, 1]
    assert all(reason.endswith("in several classes: a, b") for reason in rejections.reason)


def test_a_place_of_three_lines_and_two_classes() -> None:
    kept, rejections = drop_repeated(five_wide([(1, "+", 2), (1, "+", 0), (1, "+", 2)]), NAMES)
    assert len(kept) == 0
    assert rejections.line.tolist() == [1, 1, 2]  # of a, and two of c
    assert all(reason.endswith("in several classes: a, c") for reason in rejections.reason)


def test_an_unknown_strand_is_read_as_plus_and_repeats_it() -> None:
    kept, rejections = drop_repeated(five_wide([(1, "+", 0), (1, ".", 1), (1, "-", 1)]), NAMES)
    assert kept.strand.tolist() == [b"-"]
    assert len(rejections) == 2


def test_one_start_on_two_chromosomes_is_two_places() -> None:
    windows = make_windows([("chr2", 0, 5), ("chr1", 0, 5)], labels=[0, 1])
    assert len(drop_repeated(windows, NAMES)[0]) == 2


def test_padding_tells_places_apart() -> None:
    # Both lie at [0, 4) of a sequence of 4, in windows of 6.
    windows = replace(
        make_windows([("s", 0, 4), ("s", 0, 4), ("s", 0, 4)]),
        pad_left=np.array([0, 2, 0], dtype=np.int32),
        pad_right=np.array([2, 0, 2], dtype=np.int32),
    )
    kept, rejections = drop_repeated(windows, NAMES)
    assert kept.source_row.tolist() == [1, 2]
    assert rejections.reason.tolist() == ["the same window as line 1"]


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from("+-."), st.integers(0, 2)), max_size=30
    )
)
def test_repeats_by_a_plain_reference(rows: list[tuple[int, str, int]]) -> None:
    windows = five_wide(rows)
    kept, rejections = drop_repeated(windows, NAMES)
    lines_at: dict[tuple[int, bool], list[tuple[int, int]]] = {}
    keys = list(zip(windows.label.tolist(), windows.source_row.tolist(), strict=True))
    for key, (start, strand, _) in zip(keys, rows, strict=True):
        lines_at.setdefault((start, strand == "-"), []).append(key)
    expected = {lines[0] for lines in lines_at.values() if len({label for label, _ in lines}) == 1}
    found = list(zip(kept.label.tolist(), kept.source_row.tolist(), strict=True))
    assert found == [key for key in keys if key in expected]  # in the order that they had
    rejected = list(zip(rejections.label.tolist(), rejections.line.tolist(), strict=True))
    assert rejected == sorted(set(keys) - expected)


places = st.lists(
    st.tuples(
        st.sampled_from(["chr1", "chr2", "chrX"]),
        st.integers(0, 40),
        st.integers(1, 9),
        st.sampled_from("+-."),
    ),
    max_size=25,
)
chroms = st.permutations(["chr1", "chr2", "chrX"])


flanks = st.integers(0, 6)


def overlap(windows: Windows, i: int, others: Windows, j: int, flank: int) -> bool:
    here, there = windows.locus(i), others.locus(j)
    is_near = here.start < there.end + flank and there.start - flank < here.end
    return here.chrom == there.chrom and is_near


def make(rows: list[tuple[str, int, int, str]], order: list[str]) -> Windows:
    return make_windows([(c, start, start + n, s) for c, start, n, s in rows], chroms=order)


@given(rows=places, order=chroms, flank=flanks)
def test_groups_are_what_overlaps_link(
    rows: list[tuple[str, int, int, str]], order: list[str], flank: int
) -> None:
    windows = make(rows, order)
    groups = overlap_groups(windows, flank=flank)
    n = range(len(rows))
    linked = np.array(
        [[overlap(windows, i, windows, j, flank) for j in n] for i in n],
        dtype=bool,
    ).reshape(len(rows), len(rows))
    for k in range(len(rows)):  # Warshall's transitive closure
        linked |= linked[:, k, None] & linked[None, k]
    np.testing.assert_array_equal(groups[:, None] == groups, linked)
    assert sorted(set(groups.tolist())) == list(range(len(set(groups.tolist()))))


def test_windows_that_touch_do_not_overlap() -> None:
    windows = make_windows([("chr1", 0, 5), ("chr1", 5, 10), ("chr1", 9, 14)])
    assert overlap_groups(windows).tolist() == [0, 1, 1]
    assert overlaps_any(windows, windows.take(np.array([0]))).tolist() == [True, False, False]


@given(rows=places, others=places, order=chroms, flank=flanks)
def test_overlaps_with_any_by_brute_force(
    rows: list[tuple[str, int, int, str]],
    others: list[tuple[str, int, int, str]],
    order: list[str],
    flank: int,
) -> None:
    windows, judges = make(rows, order), make(others, order)
    expected = [
        any(overlap(windows, i, judges, j, flank) for j in range(len(others)))
        for i in range(len(rows))
    ]
    assert overlaps_any(windows, judges, flank=flank).tolist() == expected


def test_the_largest_coordinates_of_many_chromosomes_stay_apart() -> None:
    n = 1 << 21
    end = (1 << 40) - 1
    windows = make_windows([("chr1", end - 5, end), ("chr2", 0, 5)] * 2)
    windows = replace(windows, chrom=np.array([n - 2, n - 1, n - 2, n - 1], dtype=np.int32))
    assert overlap_groups(windows).tolist() == [0, 1, 0, 1]
    assert overlaps_any(windows, windows.take(np.array([1]))).tolist() == [False, True] * 2
