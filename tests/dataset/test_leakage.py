import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.dataset.leakage import COLUMNS, leakage
from enngene_core.specs.splitting import SPLITS
from tests.branches.near_repeats import coded, plain_identity, random_codes, real_codes
from tests.branches.real_windows import windows_at

TRAIN, VALIDATION, TEST, BLACKBOX = range(4)
RNG = np.random.default_rng(0)

PLACES = st.lists(
    st.tuples(
        st.sampled_from(["chr1", "chr2"]), st.integers(0, 60), st.sampled_from(["+", "-", "."])
    ),
    min_size=1,
    max_size=25,
)


def test_seven_windows_by_hand() -> None:
    places = [
        ("chr1", 100, "+"),  # training
        ("chr2", 500, "+"),  # training
        ("chr1", 110, "+"),  # test: beside a training window, and its exact copy
        ("chr1", 91, "-"),  # test: one base in common with it on the other strand
        ("chr2", 100, "+"),  # test: there on another chromosome; reverse complement but for a base
        ("chr2", 90, "+"),  # blackbox: nothing
        ("chr2", 505, "."),  # blackbox: overlaps
    ]
    windows = windows_at(places, 10)
    windows = replace(windows, label=np.array([0, 1, 0, 0, 1, 1, 1], dtype=np.int32))
    codes = coded(
        *("ACGTTGCAAG", "TTTTTCCCCC", "ACGTTGCAAG", "AGGAAAGACA"),
        *("CTTGCAACGA", "GATATATGCC", "GATATATGCC"),
    )
    split = np.array([TRAIN, TRAIN, TEST, TEST, TEST, BLACKBOX, BLACKBOX], dtype=np.uint8)
    found = leakage(windows, codes, split, rng=RNG)
    assert COLUMNS[2:] == (
        *("windows", "checked", "overlapping", "identical", "nearly_identical", "share"),
    )
    assert found.table(("introns", "exons")) == [
        ("test", "all", 3, 3, 1, 1, 2, 1.0),
        ("test", "introns", 2, 2, 1, 1, 1, 1.0),
        ("test", "exons", 1, 1, 0, 0, 1, 1.0),
        ("blackbox", "all", 2, 2, 1, 0, 0, 0.5),
        ("blackbox", "exons", 2, 2, 1, 0, 0, 0.5),
    ]
    assert found.of("test").leaking == 3
    assert found.of("validation") is None
    strict = leakage(windows, codes, split, identity=1, rng=RNG)
    assert strict.of("test").nearly_identical == 1


def test_no_training_window_means_no_leakage() -> None:
    windows = windows_at([("chr1", 0, "+"), ("chr1", 0, "+")], 4)
    found = leakage(windows, coded("ACGT", "ACGT"), np.array([TEST, TEST]), rng=RNG)
    assert [row[2:] for row in found.table(("one",))] == [(2, 2, 0, 0, 0, 0.0)] * 2
    found = leakage(windows, coded("ACGT", "ACGT"), np.array([TRAIN, TRAIN]), rng=RNG)
    assert found.rows == ()


def test_padding_lies_nowhere_on_the_genome() -> None:
    windows = windows_at([("chr1", 0, "+"), ("chr1", 3, "+"), ("chr1", 8, "+")], 10)
    # Of the first only 0 to 3 lies on the chromosome, of the last nothing does.
    windows = replace(windows, end=np.array([3, 8, 8]), pad_right=np.array([7, 5, 10]))
    codes = coded("ACGNNNNNNN", "TTTTTNNNNN", "NNNNNNNNNN")
    found = leakage(windows, codes, np.array([TRAIN, TEST, VALIDATION]), rng=RNG)
    assert found.of("test").overlapping == found.of("validation").overlapping == 0
    windows = replace(windows, end=np.array([4, 8, 8]))
    assert leakage(windows, codes, np.array([TRAIN, TEST, TEST]), rng=RNG).of("test").leaking == 1


@given(PLACES, st.integers(1, 20), st.randoms(use_true_random=False))
def test_overlaps_are_those_of_a_plain_comparison(
    places: list[tuple[str, int, str]], width: int, random: object
) -> None:
    windows = windows_at(places, width)
    split = np.array([random.randrange(4) for _ in places], dtype=np.uint8)
    codes = np.full((len(places), width), 4, dtype=np.uint8)
    found = leakage(windows, codes, split, rng=RNG)
    for index, name in list(enumerate(SPLITS))[1:]:
        plain = sum(
            any(
                chrom == other and abs(start - other_start) < width
                for (other, other_start, _), of in zip(places, split, strict=True)
                if of == TRAIN
            )
            for (chrom, start, _), of in zip(places, split, strict=True)
            if of == index
        )
        row = found.of(name)
        assert (row.overlapping if row else 0) == plain
        assert row is None or row.leaking == row.overlapping


@given(st.integers(0, 1_000))
def test_chromosomes_apart_and_no_repeats_do_not_leak(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chrom = rng.integers(0, 4, 60)
    windows = windows_at([(f"chr{at}", int(rng.integers(0, 200)), "+") for at in chrom], 60)
    found = leakage(windows, random_codes(60, 60, rng), chrom.astype(np.uint8), rng=rng)
    assert all(row.leaking == 0 and row.share == 0 for row in found.rows)


def test_a_sample_is_checked_and_all_overlaps_are_counted() -> None:
    rng = np.random.default_rng(2)
    width, n = 30, 400
    codes = random_codes(n, width, rng)
    codes = np.concatenate([codes, codes])
    windows = windows_at([("chr1", 100 * at, "+") for at in [*range(n), *range(n)]], width)
    windows = replace(windows, label=np.array(([0] * 399 + [1]) * 2, dtype=np.int32))
    split = np.repeat([TRAIN, TEST], n).astype(np.uint8)
    found = leakage(windows, codes, split, most_windows=50, rng=np.random.default_rng(0))
    all_classes = found.of("test")
    assert (all_classes.windows, all_classes.checked, all_classes.overlapping) == (400, 50, 400)
    assert all_classes.identical == all_classes.nearly_identical == all_classes.leaking == 50
    assert all_classes.share == 1
    rare = found.rows[-1]
    assert (rare.label, rare.windows, rare.checked, rare.overlapping) == (1, 1, 0, 1)
    assert math.isnan(rare.share)
    again = leakage(windows, codes, split, most_windows=50, rng=np.random.default_rng(0))
    assert again.table("ab")[:2] == found.table("ab")[:2]


def test_near_repeats_of_the_real_genome() -> None:
    codes = real_codes(width=60, step=60)[:1_500]
    windows = windows_at([("chr_10", 60 * at, "+") for at in range(len(codes))], 60)
    split = (np.arange(len(codes)) % 4 == 0).astype(np.uint8) * TEST
    found = leakage(windows, codes, split, rng=RNG).of("test")
    assert found.overlapping == 0
    training = codes[split == TRAIN]
    # The chromosome begins with its telomere: windows of one repeat.
    assert plain_identity(codes[0], training[0]) > 0.95
    assert 1 <= found.nearly_identical < 0.1 * found.windows
