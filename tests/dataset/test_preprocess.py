from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.encode import References, encode_new_intervals
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import ClassFile, PreprocessResult, preprocess
from enngene_core.formats.bed import read_intervals
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import SPLITS, PreprocessSpec
from tests.core_fixtures import BRANCHES, CLASSES, RealDataset

ONE_CORE = ExecutionSpec(threads=1)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with a 12-base genome and two classes on it."""
    (tmp_path / "genome.fa").write_text(">chr1\nAACCGGTTACGT\n")
    (tmp_path / "a.bed").write_text("chr1\t0\t4\tleft\t0\t+\nchrX\t0\t4\nchr1\t8\t12\n")
    (tmp_path / "b.bed").write_text("chr1\t4\t8\tright\t0\t-\n\nchr1\t8\t12\n")
    return tmp_path


def preprocess_tiny(folder: Path, **options) -> PreprocessResult:
    return preprocess(
        [ClassFile("a", folder / "a.bed"), ClassFile("b", folder / "b.bed")],
        References(folder / "genome.fa"),
        PreprocessSpec(window=4, ratio=(1, 0, 0)),
        output=folder / "dataset.h5",
        **options,
    )


def test_twelve_bases_become_a_dataset(tiny: Path) -> None:
    result = preprocess_tiny(tiny)
    with Dataset(tiny / "dataset.h5") as dataset:
        rows = np.arange(dataset.n_windows)
        windows = dataset.windows(rows)
        found = sorted(
            zip(
                windows.name, windows.label.tolist(), windows.start.tolist(), windows.strand,
                windows.source_row.tolist(), dataset.branch("sequence", rows).tolist(), strict=True,
            )
        )  # fmt: skip
        assert dataset.spec.classes == ("a", "b")
    assert found == [
        ("left", 0, 0, "+", 1, [0, 0, 1, 1]),
        ("right", 1, 4, "-", 1, [0, 0, 1, 1]),  # GGTT, read on the other strand
    ]
    assert result.counts.tolist() == [[1, 0, 0, 0], [1, 0, 0, 0]]
    assert result.n_intervals == {"a": 3, "b": 2}
    assert {name: shares.tolist() for name, shares in result.gc.items()} == {"a": [0.5], "b": [0.5]}


def test_what_was_rejected_is_a_table(tiny: Path) -> None:
    preprocess_tiny(tiny, rejected=tiny / "rejected.tsv")
    header, *rows = (tiny / "rejected.tsv").read_text().splitlines()
    assert header == "class\tline\tchrom\tstart\tend\tname\tstrand\treason"
    cells = [row.split("\t") for row in rows]
    assert [(row[0], row[1], row[2]) for row in cells] == [
        ("a", "2", "chrX"), ("a", "3", "chr1"), ("b", "3", "chr1")
    ]  # fmt: skip
    assert "not in the reference" in cells[0][-1]
    assert "several classes" in cells[1][-1]


def test_text_of_the_input_cannot_become_a_formula(tiny: Path) -> None:
    (tiny / "a.bed").write_text("chr1\t0\t4\nchrX\t0\t4\t=1+1\n")
    preprocess_tiny(tiny, rejected=tiny / "rejected.tsv")
    assert "\t'=1+1\t" in (tiny / "rejected.tsv").read_text()


def test_every_real_interval_is_a_window_or_rejected(real_dataset: RealDataset) -> None:
    result = real_dataset.result
    with Dataset(real_dataset.path) as dataset:
        counts = np.zeros_like(result.counts)
        np.add.at(counts, (dataset.label, dataset.split), 1)
        windows = dataset.windows(np.arange(dataset.n_windows))
    np.testing.assert_array_equal(counts, result.counts)
    for label, name in enumerate(CLASSES):
        rejected = [r.line for r in result.rejections if r.class_name == name]
        used = windows.source_row[windows.label == label].tolist()
        assert sorted(rejected + used) == list(range(1, result.n_intervals[name] + 1))
    assert (result.counts > 0).all()


def test_real_windows_lie_around_the_middle_of_their_intervals(
    real_dataset: RealDataset, class_files: list[ClassFile]
) -> None:
    with Dataset(real_dataset.path) as dataset:
        windows = dataset.windows(np.arange(dataset.n_windows))
    assert set((windows.end - windows.start).tolist()) == {51}
    for label, item in enumerate(class_files):
        intervals = read_intervals(item.path)
        of_class = windows.label == label
        source = windows.source_row[of_class] - 1
        middle = (intervals.start[source] + intervals.end[source]) // 2
        shift = windows.start[of_class] + 25 - middle
        assert np.count_nonzero(abs(shift) > 1) <= real_dataset.result.n_shifted
        np.testing.assert_array_equal(windows.strand[of_class], intervals.strand[source])


def test_rows_of_a_split_are_in_a_random_order(real_dataset: RealDataset) -> None:
    with Dataset(real_dataset.path) as dataset:
        assert (np.diff(dataset.split.astype(int)) >= 0).all()
        labels = dataset.label[dataset.rows("train")]
    for label in range(len(CLASSES)):
        share = np.mean(labels == label)
        assert abs(np.mean(labels[: len(labels) // 2] == label) - share) < 0.1


def test_a_dataset_and_new_intervals_are_encoded_alike(
    real_dataset: RealDataset, class_files: list[ClassFile], references: References
) -> None:
    with Dataset(real_dataset.path) as dataset:
        new = encode_new_intervals(
            class_files[0].path, references, dataset.spec, branches=BRANCHES, execution=ONE_CORE
        )
        rows = np.flatnonzero(dataset.label == 0)
        windows = dataset.windows(rows)
        order = np.searchsorted(new.windows.source_row, windows.source_row)
        for name in BRANCHES:
            np.testing.assert_array_equal(new.branches[name][order], dataset.branch(name, rows))


@pytest.mark.parametrize("placement", ["center", "random"])
def test_splits_by_chromosome(
    class_files: list[ClassFile], references: References, tmp_path: Path, placement: str
) -> None:
    spec = PreprocessSpec(
        window=30,
        placement=placement,
        split="chromosome",
        validation_chromosomes="chr_12",
        test_chromosomes="chr_11,chr_13",
    )
    preprocess(class_files, references, spec, output=tmp_path / "dataset.h5")
    with Dataset(tmp_path / "dataset.h5") as dataset:
        chrom = dataset.windows(np.arange(dataset.n_windows)).chrom
        found = {
            SPLITS[split]: set(chrom[dataset.split == split]) for split in np.unique(dataset.split)
        }
    assert found == {"train": {"chr_10"}, "validation": {"chr_12"}, "test": {"chr_11", "chr_13"}}


def test_unknown_and_unscored_bases_are_counted(real_dataset: RealDataset) -> None:
    result = real_dataset.result
    with Dataset(real_dataset.path) as dataset:
        rows = np.arange(dataset.n_windows)
        assert result.n_unknown_bases == np.count_nonzero(dataset.branch("sequence", rows) == 4)
        n_zero = np.count_nonzero(dataset.branch("conservation", rows) == 0)
    assert 0 < result.n_unscored_bases <= n_zero
    inputs = result.provenance["inputs_sha256"]
    assert set(inputs) == {"fasta", "conservation", *(f"intervals:{name}" for name in CLASSES)}
