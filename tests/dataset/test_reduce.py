"""Reduction of classes, and what else stands around the division."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.dataset.divide import check_counts, reduce_classes, shuffled_by_split
from enngene_core.errors import SpecError
from enngene_core.specs.splitting import SplittingSpec
from tests.intervals.loci import make_windows
from tests.refusal import refused

NAMES = ("exons", "introns", "rest")


@given(
    labels=st.lists(st.integers(0, 2), min_size=1, max_size=60),
    wanted=st.dictionaries(
        st.sampled_from(NAMES),
        st.one_of(st.integers(1, 40), st.floats(0.01, 0.99).map(lambda share: round(share, 2))),
        max_size=3,
    ),
    seed=st.integers(0, 5),
)
def test_classes_are_reduced(labels: list[int], wanted: dict[str, float], seed: int) -> None:
    labels = sorted(labels)
    windows = make_windows([("chr1", i, i + 5) for i in range(len(labels))], labels=labels)
    spec = SplittingSpec(reduce=[f"{name}={number}" for name, number in wanted.items()], seed=seed)
    rows, rejections = reduce_classes(windows, spec, NAMES)
    for label, name in enumerate(NAMES):
        n = labels.count(label)
        number = wanted.get(name, n)
        expected = min(n, max(1, round(n * number) if number < 1 else int(number)))
        assert np.count_nonzero(windows.label[rows] == label) == expected
    kept = windows.take(rows)
    keys = [
        *zip(kept.label, kept.source_row, strict=True),
        *zip(rejections.label, rejections.line, strict=True),
    ]
    assert sorted(keys) == sorted(zip(windows.label, windows.source_row, strict=True))
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(reduce_classes(windows, spec, NAMES)[0], rows)


def test_the_seed_draws() -> None:
    windows = make_windows([("chr1", i, i + 5) for i in range(30)])
    drawn = [
        reduce_classes(windows, SplittingSpec(reduce=["exons=10"], seed=seed), NAMES)[0].tolist()
        for seed in range(40)
    ]
    assert len({tuple(rows) for rows in drawn}) > 30
    assert {row for rows in drawn for row in rows} == set(range(30))  # any window may stay


def test_another_reduction_changes_no_other_class() -> None:
    windows = make_windows([("chr1", i, i + 5) for i in range(60)], labels=[0, 1] * 30)
    first, second = (
        reduce_classes(windows, SplittingSpec(reduce=reduce), NAMES)[0]
        for reduce in (["exons=10"], ["introns=20", "exons=10"])
    )
    assert [row for row in first if row % 2 == 0] == [row for row in second if row % 2 == 0]


def test_a_class_that_does_not_exist() -> None:
    windows = make_windows([("chr1", 0, 5)])
    with refused(SpecError, "--reduce genes", "exons, introns, rest"):
        reduce_classes(windows, SplittingSpec(reduce=["genes=5"]), NAMES)


def test_each_class_needs_windows_for_training() -> None:
    check_counts(np.array([[1, 0, 0, 0], [5, 1, 1, 1]]), ("a", "b"))
    with refused(SpecError, "'b'", "7 usable windows", "none of them for training"):
        check_counts(np.array([[1, 0, 0, 0], [0, 3, 4, 0]]), ("a", "b"))


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_shuffled_within_splits(seed: int) -> None:
    split = np.random.default_rng(9).integers(0, 4, 200).astype(np.uint8)
    order = shuffled_by_split(split, np.random.default_rng(seed))
    assert sorted(order.tolist()) == list(range(200))
    assert (np.diff(split[order].astype(int)) >= 0).all()
    of_first = order[split[order] == 0]
    assert (np.diff(of_first) < 0).any()
