import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.errors import SpecError
from enngene_core.intervals.splits import split_by_chromosome, split_groups
from enngene_core.specs.splitting import SPLITS
from tests.refusal import refused

RATIOS = st.lists(st.integers(0, 20), min_size=3, max_size=4).filter(lambda ratio: ratio[0] > 0)


def split_alone(labels: np.ndarray, ratio: Sequence[int], seed: int = 0) -> np.ndarray:
    """Windows that overlap nothing."""
    rng = np.random.default_rng(seed)
    return split_groups(np.arange(len(labels)), labels, ratio=ratio, rng=rng)


@given(
    labels=st.lists(st.integers(0, 3), min_size=1, max_size=200),
    ratio=RATIOS,
    seed=st.integers(0, 99),
)
def test_each_class_is_divided_by_the_ratio(labels: list[int], ratio: list[int], seed: int) -> None:
    y = np.array(labels)
    split = split_alone(y, ratio, seed)
    assert split.shape == y.shape
    assert split.dtype == np.uint8
    for label in set(labels):
        found = np.bincount(split[y == label], minlength=len(ratio))
        n = labels.count(label)
        # Ends of the splits are rounded; a half may fall on either side.
        ends = np.cumsum(ratio) / sum(ratio) * n
        assert found.sum() == n
        assert (abs(np.cumsum(found) - ends) <= 0.5 + 1e-9).all()
        assert not found[np.array(ratio) == 0].any()


def test_windows_alone_by_hand() -> None:
    labels = np.array([0] * 10 + [1] * 20)
    split = split_alone(labels, (7, 1, 1, 1))
    assert np.bincount(split[:10]).tolist() == [7, 1, 1, 1]
    assert np.bincount(split[10:]).tolist() == [14, 2, 2, 2]


def test_groups_by_hand() -> None:
    # 20 windows are to be 14, 2, 2 and 2: the large group, the two pairs, and what is alone.
    groups = np.array([7] * 14 + [3, 3, 5, 5] + [10, 11])
    split = split_groups(
        groups, np.zeros(20, dtype=int), ratio=(7, 1, 1, 1), rng=np.random.default_rng(0)
    )
    assert np.bincount(split).tolist() == [14, 2, 2, 2]
    assert set(split[:14]) == {0}


def test_any_window_may_land_in_any_split() -> None:
    labels = np.zeros(10, dtype=int)
    found = np.array([split_alone(labels, (1, 1, 1), seed) for seed in range(100)])
    assert all(set(of_window) == {0, 1, 2} for of_window in found.T)


groups_and_labels = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=1, max_size=120
)


@given(rows=groups_and_labels, ratio=RATIOS, seed=st.integers(0, 9))
def test_no_group_crosses(rows: list[tuple[int, int]], ratio: list[int], seed: int) -> None:
    groups, labels = np.array(rows).T
    split, again = (
        split_groups(groups, labels, ratio=ratio, rng=np.random.default_rng(seed)) for _ in range(2)
    )
    np.testing.assert_array_equal(split, again)
    assert not set(split.tolist()) & set(np.flatnonzero(np.array(ratio) == 0).tolist())
    for group in set(groups.tolist()):
        assert len(set(split[groups == group].tolist())) == 1


@given(rows=groups_and_labels, numbers=st.permutations(range(31)))
def test_how_groups_are_numbered_changes_nothing(
    rows: list[tuple[int, int]], numbers: list[int]
) -> None:
    groups, labels = np.array(rows).T
    first, second = (
        split_groups(of_window, labels, ratio=(3, 1, 1), rng=np.random.default_rng(1))
        for of_window in (groups, np.array(numbers)[groups])
    )
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("largest", [1, 2, 3, 6])
def test_groups_come_near_to_the_ratio(largest: int) -> None:
    rng = np.random.default_rng(largest)
    groups = np.repeat(np.arange(300), rng.integers(1, largest + 1, 300))
    labels = rng.integers(0, 3, len(groups))
    split = split_groups(groups, labels, ratio=(7, 1, 1, 1), rng=rng)
    for label in range(3):
        found = np.bincount(split[labels == label], minlength=4)
        wanted = np.array([0.7, 0.1, 0.1, 0.1]) * found.sum()
        assert (abs(found - wanted) <= largest).all()


def by_chromosome(
    counts: np.ndarray,
    *,
    named: dict[str, list[str]] | None = None,
    automatic: Sequence[str] = (),
    ratio: Sequence[int] = (7, 1, 1, 1),
    order: Sequence[int] | None = None,
) -> list[str]:
    """Split of each chromosome; chrom N+1 has ``counts[N]`` windows of each class."""
    n_chroms, n_classes = counts.shape
    order = list(order if order is not None else range(n_chroms))
    chrom = np.repeat(np.array(order), counts.sum(axis=1))
    labels = np.concatenate([np.repeat(np.arange(n_classes), row) for row in counts])
    names = [""] * n_chroms
    for number, place in enumerate(order):
        names[place] = f"chr{number + 1}"
    split = split_by_chromosome(
        chrom,
        labels,
        names=names,
        named=named or {},
        automatic=automatic,
        ratio=ratio,
        rng=np.random.default_rng(4),
    )
    of_chrom = [set(split[chrom == place].tolist()) for place in order]
    assert all(len(splits) == 1 for splits in of_chrom)  # a chromosome is never divided
    return [SPLITS[splits.pop()] for splits in of_chrom]


ONE_EACH = np.ones((4, 1), dtype=int)


def test_chromosomes_that_are_named() -> None:
    named = {"validation": ["chr2"], "test": ["chr3", "chr4"], "blackbox": []}
    assert by_chromosome(ONE_EACH, named=named) == ["train", "validation", "test", "test"]
    assert by_chromosome(ONE_EACH) == ["train"] * 4


@pytest.mark.parametrize("named", [{"validation": ["chrX"]}, {"test": ["chrX"]}])
def test_a_chromosome_without_windows_is_named(named: dict[str, list[str]]) -> None:
    with refused(SpecError, "chrX", "chr1, chr2"):
        by_chromosome(ONE_EACH, named={"validation": ["chr1"], "test": ["chr2"], **named})


def test_named_and_automatic_chromosomes_by_hand() -> None:
    # chr5 is for testing whatever the ratio says; of the others chr3 is nearest to a tenth of 150.
    found = by_chromosome(
        np.array([[10], [70], [14], [9], [47]]),
        named={"test": ["chr5"]},
        automatic=["validation"],
        ratio=(8, 1, 1),
    )
    assert found == ["train", "train", "validation", "train", "test"]


def plain_costs(counts: np.ndarray, tried: np.ndarray, shares: dict[int, float]) -> np.ndarray:
    """How far from the ratio, summed over splits and classes; an empty split counts 1000.

    `tried` has a row for each way to divide the chromosomes.
    """
    total = counts.sum(axis=0)
    cost = 1000.0 * ~(tried == 0).any(axis=1)
    for split, share in shares.items():
        found = (tried == split).astype(int) @ counts
        cost += (abs(found - share * total) / np.maximum(total, 1)).sum(axis=1)
        cost += 1000.0 * ~(tried == split).any(axis=1)
    return cost


@given(
    counts=st.integers(1, 3).flatmap(
        lambda n_classes: st.lists(
            st.lists(st.integers(0, 40), min_size=n_classes, max_size=n_classes).filter(any),
            min_size=4,
            max_size=6,
        )
    ),
    automatic=st.sampled_from([["validation", "test"], ["validation", "test", "blackbox"]]),
    ratio=st.sampled_from([(7, 1, 1, 1), (2, 1, 1, 1), (6, 2, 1, 1)]),
)
def test_automatic_chromosomes_against_trying_all(
    counts: list[list[int]], automatic: list[str], ratio: tuple[int, ...]
) -> None:
    table = np.array(counts)
    found = [SPLITS.index(name) for name in by_chromosome(table, automatic=automatic, ratio=ratio)]
    shares = {SPLITS.index(name): ratio[SPLITS.index(name)] / sum(ratio) for name in automatic}
    tried = np.array(list(itertools.product([0, *shares], repeat=len(table))))
    lowest = plain_costs(table, tried, shares).min()
    assert plain_costs(table, np.array([found]), shares)[0] <= 1.2 * lowest + 0.01
    assert set(found) == {0, *shares}


def test_the_order_of_chromosomes_changes_nothing() -> None:
    counts = np.random.default_rng(0).integers(1, 50, (20, 2))
    first, second = (
        by_chromosome(counts, automatic=["validation", "test"], order=order)
        for order in (range(20), np.random.default_rng(1).permutation(20).tolist())
    )
    assert first == second


def test_many_chromosomes_come_near_to_the_ratio() -> None:
    counts = np.random.default_rng(0).integers(1, 5, (3000, 2))
    split = np.array(by_chromosome(counts, automatic=["validation", "test"], ratio=(8, 1, 1)))
    for name, share in {"train": 0.8, "validation": 0.1, "test": 0.1}.items():
        found = counts[split == name].sum(axis=0) / counts.sum(axis=0)
        np.testing.assert_allclose(found, share, atol=0.01)


def test_a_share_of_nothing_gets_no_chromosome() -> None:
    found = by_chromosome(ONE_EACH[:2], automatic=["validation", "test"], ratio=(8, 2, 0))
    assert sorted(found) == ["train", "validation"]


@pytest.mark.parametrize(
    ("named", "automatic", "n"),
    [({}, ["validation", "test"], 2), ({"test": ["chr1", "chr2"]}, ["validation"], 3)],
)
def test_too_few_chromosomes(named: dict[str, list[str]], automatic: list[str], n: int) -> None:
    left = n - sum(map(len, named.values()))
    with refused(SpecError, f"{left} chromosomes", "train and validation", "--split"):
        by_chromosome(ONE_EACH[:n], named=named, automatic=automatic)
