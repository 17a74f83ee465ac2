from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enngene_core.branches.similarity import cluster
from enngene_core.dataset.divide import (
    Divided,
    divide,
    read_splits,
)
from enngene_core.errors import IntervalError, SpecError
from enngene_core.intervals.windows import Windows
from enngene_core.specs.splitting import SPLITS, SplittingSpec
from tests.intervals.loci import make_windows
from tests.refusal import refused

CHROMS = ("chr1", "chr2", "chr3", "chr4")


def random_codes(n: int, width: int = 30, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4, (n, width), dtype=np.uint8)


def divide_windows(
    windows: Windows,
    *,
    codes: np.ndarray | None = None,
    given: Mapping[str, str] | None = None,
    on_genome: np.ndarray | None = None,
    **spec,
) -> Divided:
    return divide(
        windows,
        SplittingSpec(**spec),
        codes=random_codes(len(windows)) if codes is None else codes,
        given=given,
        on_genome=np.ones(len(windows), dtype=bool) if on_genome is None else on_genome,
    )


def crossing(windows: Windows, split: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of windows that overlap and are in two splits, found one by one."""
    loci = [windows.locus(index) for index in range(len(windows))]
    return [
        (i, j)
        for i, here in enumerate(loci)
        for j, there in enumerate(loci[:i])
        if here.chrom == there.chrom
        and here.start < there.end
        and there.start < here.end
        and split[i] != split[j]
    ]


SPREAD = st.lists(
    st.tuples(st.sampled_from(CHROMS), st.integers(0, 600), st.integers(0, 1)),
    min_size=40,
    max_size=60,
)
KINDS = [
    {"split": "random", "ratio": (2, 1, 1)},
    {"split": "random", "ratio": (2, 1, 1, 1)},
    {"split": "chromosome", "ratio": (2, 1, 1)},
    {"split": "chromosome", "validation_chromosomes": "chr1", "test_chromosomes": "chr3"},
    {"split": "homology", "ratio": (2, 1, 1)},
    {"split": "given"},
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind["split"]))
@settings(max_examples=25)
@given(places=SPREAD, seed=st.integers(0, 5))
def test_overlapping_windows_never_cross(
    kind: dict[str, object], places: list[tuple[str, int, int]], seed: int
) -> None:
    places += [(chrom, 5000, 0) for chrom in CHROMS]  # each chromosome has a window
    windows = make_windows(
        [(chrom, start, start + 9, "+-."[start % 3]) for chrom, start, _ in places],
        labels=[label for _, _, label in places],
        names=[f"w{i}|{SPLITS[(i + seed) % 4]}" for i in range(len(places))],
    )
    divided = divide_windows(windows, seed=seed, **kind)
    kept = windows.take(divided.rows)
    assert crossing(kept, divided.split) == []
    keys = [*zip(kept.label, kept.source_row, strict=True)]
    keys += zip(divided.rejections.label, divided.rejections.line, strict=True)
    assert sorted(keys) == sorted(zip(windows.label, windows.source_row, strict=True))
    assert (np.diff(divided.rows) > 0).all()
    if kind["split"] != "given":
        assert len(kept) == len(windows)
    again = divide_windows(windows, seed=seed, **kind)
    np.testing.assert_array_equal(divided.split, again.split)


@pytest.mark.parametrize("split", ["random", "homology", "given"])
def test_overlaps_may_cross_if_the_user_says_so(split: str) -> None:
    n = 40
    windows = make_windows(
        [("chr1", 3 * i, 3 * i + 9) for i in range(n)],
        names=[f"w{i}|{SPLITS[i % 3]}" for i in range(n)],
    )
    divided = divide_windows(windows, split=split, ratio=(2, 1, 1), allow_overlap=True)
    assert len(divided.rows) == n
    assert crossing(windows, divided.split)
    assert np.bincount(divided.split).min() >= 10


@pytest.mark.parametrize("split", ["random", "homology"])
def test_one_large_group_cannot_be_divided(split: str) -> None:
    windows = make_windows([("chr1", 3 * i, 3 * i + 9) for i in range(30)] + [("chr2", 0, 9)] * 2)
    with refused(SpecError, "overlapping", "94 %", "--split chromosome", "--allow-overlap"):
        divide_windows(windows, split=split)
    assert len(divide_windows(windows, split=split, ratio=(1, 0, 0)).rows) == 32


def test_too_few_windows_that_are_alone() -> None:
    windows = make_windows([("chr1", 100 * i, 100 * i + 9) for i in range(3)])
    with refused(SpecError, "no window is left for", "3 windows", "--ratio"):
        divide_windows(windows)


def test_nothing_is_divided_into_nothing() -> None:
    nothing = make_windows([("chr1", 0, 9)]).take(np.zeros(0, dtype=int))
    for split in ("random", "chromosome", "homology", "given"):
        divided = divide_windows(nothing, split=split)
        assert (len(divided.rows), len(divided.split), len(divided.rejections)) == (0, 0, 0)


def families(n: int, size: int, *, width: int = 40) -> np.ndarray:
    """Codes of `n` families whose members differ in a few bases, the last ones reversed."""
    rng = np.random.default_rng(1)
    codes = np.repeat(rng.integers(0, 4, (n, width), dtype=np.uint8), size, axis=0)
    for row in range(len(codes)):
        place = rng.integers(0, width, 2)
        codes[row, place] = (codes[row, place] + 1) % 4
    codes[size - 1 :: size] = 3 - codes[size - 1 :: size, ::-1]
    return codes


def test_a_family_never_crosses() -> None:
    n, size = 40, 5
    codes = families(n, size)
    windows = make_windows([("chr1", 100 * i, 100 * i + 40) for i in range(n * size)])
    family = np.repeat(np.arange(n), size)
    divided = divide_windows(windows, codes=codes, split="homology", ratio=(2, 1, 1))
    of_family = [set(divided.split[family == k].tolist()) for k in range(n)]
    assert all(len(splits) == 1 for splits in of_family)
    assert np.bincount(divided.split).tolist() == [100, 50, 50]
    at_random = divide_windows(windows, codes=codes, ratio=(2, 1, 1)).split
    assert any(len(set(at_random[family == k].tolist())) > 1 for k in range(n))


def test_what_overlaps_joins_families() -> None:
    # The first of each family of two overlaps the second of the next: a chain of ten.
    codes = families(5, 2)
    starts = [0, 500, 1000, 505, 1500, 1005, 2000, 1505, 2500, 2005]
    chain = make_windows([("chr1", start, start + 40) for start in starts])
    divided = divide_windows(chain, codes=codes, split="homology", ratio=(1, 0, 0))
    assert set(divided.split.tolist()) == {0}
    with refused(SpecError, "overlapping or similar", "100 %"):
        divide_windows(chain, codes=codes, split="homology", ratio=(1, 1, 0))


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_no_cluster_crosses(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = families(12, 4)[rng.permutation(48)]
    places = [(CHROMS[c], s, s + 40) for c, s in rng.integers(0, (4, 9000), (48, 2)).tolist()]
    divided = divide_windows(
        make_windows(places), codes=codes, split="homology", ratio=(1, 1, 1), seed=seed
    )
    clusters = cluster(codes, identity=0.8)
    assert len(set(clusters.tolist())) == 12
    for number in range(12):
        assert len(set(divided.split[clusters == number].tolist())) == 1


def test_homology_needs_sequences() -> None:
    windows = make_windows([("chr1", 0, 9)] * 4)
    with refused(SpecError, "homology", "sequence branch"):
        divide(
            windows,
            SplittingSpec(split="homology"),
            codes=None,
            given=None,
            on_genome=np.ones(4, dtype=bool),
        )


def test_ready_sequences_have_no_chromosome() -> None:
    windows = make_windows([(chrom, 0, 9) for chrom in CHROMS], labels=[0, 0, 1, 1])
    with refused(SpecError, "chromosome", "ready sequences", "--split random, homology or given"):
        divide_windows(windows, split="chromosome", on_genome=windows.label == 0)


def given_split(names: Sequence[str], given: Mapping[str, str] | None = None) -> list[str]:
    """Split of each window by its name; ``-`` for one that was left out."""
    windows = make_windows([("chr1", 20 * i, 20 * i + 9) for i in range(len(names))], names=names)
    divided = divide_windows(windows, split="given", given=given)
    words = ["-"] * len(names)
    for row, split in zip(divided.rows, divided.split, strict=True):
        words[row] = SPLITS[split]
    assert divided.rejections.line.tolist() == [
        line for line, word in enumerate(words, 1) if word == "-"
    ]
    assert set(divided.rejections.reason) <= {"no split is given"}
    return words


def test_a_split_that_names_say() -> None:
    names = [
        "peak1|test", "train", "génè;validation", "a:b=blackbox", "x,test", "peak test", "a_test",
        "Test", "test|1", ".", "", "train|",
    ]  # fmt: skip
    assert given_split(names) == [
        "test", "train", "validation", "blackbox", "test", "test", *["-"] * 6
    ]  # fmt: skip


def test_a_split_that_a_table_says() -> None:
    table = {"a": "train", "b|train": "test", "génè": "blackbox"}
    found = given_split(["a", "b|train", "génè", "a|test", "c"], table)
    assert found == ["train", "test", "blackbox", "-", "-"]


def test_a_split_that_nobody_says() -> None:
    with refused(SpecError, "--split given", "'peak1'", "peak7|test", "--split-table"):
        given_split(["peak1", "peak2"])
    with refused(SpecError, "--split given", "'peak1'", "first column of --split-table"):
        given_split(["peak1", "peak2"], {"peak3": "test"})


def test_what_judges_stays_whole() -> None:
    # A chain in which each window overlaps the next one.
    words = ["train", "validation", "test", "blackbox", "train", "test", "train"]
    windows = make_windows(
        [("chr1", 5 * i, 5 * i + 9) for i in range(len(words))],
        names=[f"w|{word}" for word in words],
    )
    divided = divide_windows(windows, split="given")
    # blackbox drives out test and train beside it; test drives out train; validation has lost
    # its test neighbour and drives out train.
    assert divided.rows.tolist() == [1, 3, 5]
    assert dict(zip(divided.rejections.line.tolist(), divided.rejections.reason, strict=True)) == {
        1: "overlaps a window of the validation split",
        3: "overlaps a window of the blackbox split",
        5: "overlaps a window of the blackbox split",
        7: "overlaps a window of the test split",
    }


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


GIVEN = SplittingSpec(split="given")


def test_the_table_of_splits(tmp_path: Path) -> None:
    table = write(tmp_path / "splits.tsv", "# name\tsplit\na\ttrain\nb c\ttest\tmore\n\n")
    assert read_splits(table, GIVEN) == {"a": "train", "b c": "test"}
    assert read_splits(None, GIVEN) is None
    with refused(SpecError, "--split-table", "--split given"):
        read_splits(table, SplittingSpec())


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("a\ttrain\nb\tlearn\n", SpecError, ("'learn'", "'b'", "train, validation")),
        ("name\tsplit\na\ttrain\n", SpecError, ("'split'", "'name'")),
        ("a\ttrain\na\ttest\n", IntervalError, ("line 2", "'test'", "'a'")),
        ("a train\n", IntervalError, ("line 1", "tabs")),
        ("", IntervalError, ()),
    ],
)
def test_a_bad_table_of_splits(
    tmp_path: Path, text: str, error: type[Exception], words: tuple[str, ...]
) -> None:
    table = write(tmp_path / "splits.tsv", text)
    with refused(error, table, *words):
        read_splits(table, GIVEN)
