import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.errors import SpecError
from enngene_core.intervals.splits import split_by_chromosome, split_randomly
from enngene_core.specs.preprocess import SPLITS
from tests.refusal import refused

RATIOS = st.lists(st.integers(0, 20), min_size=3, max_size=4).filter(lambda ratio: ratio[0] > 0)


@given(
    labels=st.lists(st.integers(0, 3), min_size=1, max_size=200),
    ratio=RATIOS,
    seed=st.integers(0, 99),
)
def test_each_class_is_divided_by_the_ratio(labels: list[int], ratio: list[int], seed: int) -> None:
    y = np.array(labels)
    split = split_randomly(y, ratio=ratio, rng=np.random.default_rng(seed))
    assert split.shape == y.shape
    assert split.max() < len(ratio)
    for label in set(labels):
        found = np.bincount(split[y == label], minlength=len(ratio))
        wanted = np.array(ratio) / sum(ratio) * found.sum()
        assert found.sum() == labels.count(label)
        assert (abs(found - wanted) <= 1).all()
        assert not found[np.array(ratio) == 0].any()


def test_ten_windows_by_hand() -> None:
    labels = np.array([0] * 10 + [1] * 20)
    split = split_randomly(labels, ratio=(7, 1, 1, 1), rng=np.random.default_rng(0))
    assert np.bincount(split[:10]).tolist() == [7, 1, 1, 1]
    assert np.bincount(split[10:]).tolist() == [14, 2, 2, 2]


def test_any_window_may_land_in_any_split() -> None:
    labels = np.zeros(10, dtype=int)
    rng = np.random.default_rng(0)
    found = np.array([split_randomly(labels, ratio=(1, 1, 1), rng=rng) for _ in range(100)])
    assert all(set(of_window) == {0, 1, 2} for of_window in found.T)


def test_chromosomes_are_never_divided() -> None:
    chrom = np.array(["chr1", "chr2", "chr3", "chr4", "chr2"], dtype=object)
    split = split_by_chromosome(chrom, validation=["chr2"], test=["chr3", "chr4"])
    assert [SPLITS[index] for index in split] == [
        "train", "validation", "test", "test", "validation"
    ]  # fmt: skip


@pytest.mark.parametrize("named", [{"validation": ["chrX"]}, {"test": ["chrX"]}])
def test_a_chromosome_without_windows_is_named(named: dict[str, list[str]]) -> None:
    chrom = np.array(["chr1", "chr2"], dtype=object)
    with refused(SpecError, "chrX", "chr1, chr2"):
        split_by_chromosome(chrom, **({"validation": ["chr1"], "test": ["chr2"]} | named))
