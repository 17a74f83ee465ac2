from pathlib import Path

import numpy as np

from enngene_core.dataset.checks import CHECK_COLUMNS, check_dataset, write_checks
from enngene_core.dataset.file import Dataset
from enngene_core.specs.preprocess import DatasetSpec
from tests.core_fixtures import CLASSES, RealDataset
from tests.intervals.loci import make_windows


def test_every_number_has_a_row(real_dataset: RealDataset, tmp_path: Path) -> None:
    with Dataset(real_dataset.path) as dataset:
        rows = np.arange(dataset.n_windows)
        spec, split = dataset.spec, dataset.split
        windows, codes = dataset.windows(rows), dataset.branch("sequence", rows)
    checks = check_dataset(windows, codes, split, spec)
    assert checks == check_dataset(windows, codes, split, spec)
    write_checks(tmp_path / "checks.tsv", checks, spec)
    header, *cells = (
        line.split("\t") for line in (tmp_path / "checks.tsv").read_text().splitlines()
    )
    assert tuple(header) == CHECK_COLUMNS
    assert all(len(row) == len(CHECK_COLUMNS) for row in cells)
    # Three numbers of leakage in each of three splits, and five signals, of all and each class.
    assert len(cells) == (3 * 3 + 5) * (1 + len(CLASSES))
    value = {tuple(row[:3]): row[3:] for row in cells}
    for name in ("validation", "test", "blackbox"):
        n = np.count_nonzero(split == ("train", "validation", "test", "blackbox").index(name))
        assert value["windows that overlap a training window", name, "all"][:2] == [str(n), "0"]
    of_gc = value["AUROC of GC content alone", "test", "all"]
    auroc, low, high = map(float, of_gc[1:])
    assert 0.5 < low < auroc < high < 0.8


def test_what_leaks_is_counted() -> None:
    spec = DatasetSpec(classes=("a", "b"), window=40)
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (40, 40), dtype=np.uint8)
    places = [("chr1", 100 * i, 100 * i + 40) for i in range(40)]
    split = np.array([0] * 30 + [2] * 10, dtype=np.uint8)
    codes[35] = codes[3]  # a copy
    codes[36] = 3 - codes[4, ::-1]  # of the other strand
    codes[37, :35] = codes[5, :35]  # nearly
    places[38] = ("chr1", 620, 660)  # overlaps the seventh
    windows = make_windows(places, labels=[0, 1] * 20)
    of_test = check_dataset(windows, codes, split, spec).leakage.of("test")
    assert of_test is not None
    counts = (of_test.windows, of_test.overlapping, of_test.identical, of_test.nearly_identical)
    assert counts == (10, 1, 2, 3)
    assert of_test.share == 0.4


def test_without_test_windows_it_is_validation_that_judges() -> None:
    spec = DatasetSpec(classes=("a", "b"), window=40)
    codes = np.random.default_rng(0).integers(0, 4, (40, 40), dtype=np.uint8)
    windows = make_windows([("chr1", 100 * i, 100 * i + 40) for i in range(40)], labels=[0, 1] * 20)
    split = np.array([0] * 30 + [1] * 10, dtype=np.uint8)
    checks = check_dataset(windows, codes, split, spec)
    assert checks.tested_on == "validation"
    assert {signal.n_test for signal in checks.signals} == {10}
    alone = check_dataset(windows, codes, np.zeros(40, dtype=np.uint8), spec)
    assert alone.signals == ()
    assert alone.leakage.rows == ()
