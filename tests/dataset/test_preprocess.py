import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from enngene_core.branches.codes import decode
from enngene_core.branches.sequence import gc_content
from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import PreprocessResult, preprocess
from enngene_core.dataset.sources import References
from enngene_core.formats.intervals.file import read_intervals
from enngene_core.provenance import sha256
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.splitting import SPLITS
from tests.core_fixtures import BRANCHES, CLASSES, REAL_DATA, RealDataset

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with a 12-base genome and two classes on it."""
    (tmp_path / "genome.fa").write_text(">chr1\nAACCGGTTACGT\n")
    (tmp_path / "a.bed").write_text("chr1\t0\t4\tleft\t0\t+\nchrX\t0\t4\nchr1\t8\t12\n")
    (tmp_path / "b.bed").write_text("chr1\t4\t8\tright\t0\t-\n\nchr1\t8\t12\n")
    return tmp_path


def preprocess_tiny(folder: Path, **options) -> PreprocessResult:
    return preprocess(
        [ClassFile("a", folder / "a.bed"), ClassFile("b", folder / "b.bed", file_name="B peaks")],
        References(folder / "genome.fa"),
        PreprocessSpec(window=4, ratio=(1, 0, 0)),
        for_report=True,
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
                windows.name.tolist(), windows.label.tolist(), windows.start.tolist(),
                windows.strand.tolist(), windows.source_row.tolist(),
                dataset.branch("sequence", rows).tolist(), strict=True,
            )
        )  # fmt: skip
        assert dataset.spec.classes == ("a", "b")
    assert found == [
        (b"left", 0, 0, b"+", 1, [0, 0, 1, 1]),
        (b"right", 1, 4, b"-", 1, [0, 0, 1, 1]),  # GGTT, read on the other strand
    ]
    summary = result.summary
    assert summary.counts.tolist() == [[1, 0, 0, 0], [1, 0, 0, 0]]
    assert result.n_intervals == {"a": 3, "b": 2}
    assert {name: shares.tolist() for name, shares in summary.gc.items()} == {
        "a": [0.5],
        "b": [0.5],
    }
    assert {name: n.tolist() for name, n in summary.lengths.items()} == {"a": [4], "b": [4]}
    assert {name: n.tolist() for name, n in summary.chromosomes.items()} == {"chr1": [2, 0, 0, 0]}


def test_what_was_rejected_is_a_table(tiny: Path) -> None:
    preprocess_tiny(tiny, rejected=tiny / "rejected.tsv")
    header, *rows = (tiny / "rejected.tsv").read_text().splitlines()
    assert header == "class\tfile\tline\ttext\treason"
    # A tab in a cell is a space.
    assert [row.split("\t") for row in rows] == [
        ["a", "a.bed", "2", "chrX 0 4", "chromosome chrX is not in the genome"],
        ["a", "a.bed", "3", "chr1 8 12", "the same window is in several classes: a, b"],
        ["b", "B peaks", "3", "chr1 8 12", "the same window is in several classes: a, b"],
    ]


def test_text_of_the_input_cannot_become_a_formula(tiny: Path) -> None:
    (tiny / "a.bed").write_text("chr1\t0\t4\n=1+1\t0\t4\n")
    preprocess_tiny(tiny, rejected=tiny / "rejected.tsv")
    assert "\t'=1+1 0 4\t" in (tiny / "rejected.tsv").read_text()


def test_the_same_seed_gives_the_same_bytes(tiny: Path) -> None:
    (tiny / "a.bed").write_text("".join(f"chr1\t{i}\t{i + 4}\n" for i in range(7)))
    code = (
        "import sys; from pathlib import Path; "
        "from tests.dataset.test_preprocess import preprocess_tiny; "
        "preprocess_tiny(Path(sys.argv[1]))"
    )
    contents = []
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", code, tiny]
        subprocess.run(command, check=True, cwd=ROOT, env=environment)
        contents.append((tiny / "dataset.h5").read_bytes())
    preprocess_tiny(tiny)
    assert contents == [(tiny / "dataset.h5").read_bytes()] * 2


def test_every_real_interval_is_a_window_or_rejected(real_dataset: RealDataset) -> None:
    result = real_dataset.result
    with Dataset(real_dataset.path) as dataset:
        counts = np.zeros_like(result.summary.counts)
        np.add.at(counts, (dataset.label, dataset.split), 1)
        windows = dataset.windows(np.arange(dataset.n_windows))
    np.testing.assert_array_equal(counts, result.summary.counts)
    for label, name in enumerate(CLASSES):
        rejected = result.rejections.of_class(label).line.tolist()
        used = windows.source_row[windows.label == label].tolist()
        assert sorted(rejected + used) == list(range(1, result.n_intervals[name] + 1))
    assert (counts > 0).all()


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
        np.testing.assert_array_equal(
            windows.source_length[of_class], (intervals.end - intervals.start)[source]
        )


def test_rows_of_a_split_are_in_a_random_order(real_dataset: RealDataset) -> None:
    with Dataset(real_dataset.path) as dataset:
        assert (np.diff(dataset.split.astype(int)) >= 0).all()
        labels = dataset.label[dataset.rows("train")]
    for label in range(len(CLASSES)):
        share = np.mean(labels == label)
        assert abs(np.mean(labels[: len(labels) // 2] == label) - share) < 0.1


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
    result = preprocess(
        class_files, references, spec, for_report=True, output=tmp_path / "dataset.h5"
    )
    with Dataset(tmp_path / "dataset.h5") as dataset:
        windows = dataset.windows(np.arange(dataset.n_windows))
        chrom = np.array([name.decode() for name in windows.chrom_names])
        found = {
            SPLITS[split]: set(chrom[dataset.split == split]) for split in np.unique(dataset.split)
        }
    assert found == {"train": {"chr_10"}, "validation": {"chr_12"}, "test": {"chr_11", "chr_13"}}
    by_chromosome = result.summary.chromosomes
    assert {name: set(np.flatnonzero(n)) for name, n in by_chromosome.items()} == {
        "chr_10": {0}, "chr_11": {2}, "chr_12": {1}, "chr_13": {2}
    }  # fmt: skip
    np.testing.assert_array_equal(sum(by_chromosome.values()), result.summary.counts.sum(axis=0))


def test_numbers_of_the_summary(real_dataset: RealDataset) -> None:
    summary = real_dataset.result.summary
    with Dataset(real_dataset.path) as dataset:
        rows = np.arange(dataset.n_windows)
        branches = {name: dataset.branch(name, rows) for name in BRANCHES}
        label, windows = dataset.label, dataset.windows(rows)
    assert summary.n_unknown_bases == np.count_nonzero(branches["sequence"] == 4)
    n_missing = real_dataset.result.n_missing["conservation"]
    assert 0 < n_missing <= np.count_nonzero(branches["conservation"] == 0)
    assert summary.n_padded.tolist() == [0, 0, 0]
    assert set(summary.profiles) == {"structure", "conservation"}
    for number, name in enumerate(CLASSES):
        of_class = label == number
        assert sorted(summary.gc[name]) == sorted(gc_content(branches["sequence"][of_class]))
        assert sorted(summary.lengths[name]) == sorted(windows.source_length[of_class])
        np.testing.assert_allclose(
            summary.profiles["conservation"][number],
            branches["conservation"][of_class].mean(axis=0, dtype=float),
            atol=1e-6,
        )
        np.testing.assert_allclose(
            summary.profiles["structure"][number],
            (branches["structure"][of_class] == 1).mean(axis=0),  # the dot
        )


def test_padding_is_told_apart_from_unknown_bases(tmp_path: Path) -> None:
    (tmp_path / "genome.fa").write_text(">chr1\nACNGTACGTRCGTACGTAAN\n")
    (tmp_path / "a.bed").write_text("chr1\t0\t2\tleft\nchr1\t8\t12\n")
    (tmp_path / "b.bed").write_text("chr1\t18\t20\tright\t0\t-\n")
    result = preprocess(
        [ClassFile("a", tmp_path / "a.bed"), ClassFile("b", tmp_path / "b.bed")],
        References(tmp_path / "genome.fa"),
        PreprocessSpec(window=6, edge="pad", ratio=(1, 0, 0)),
        for_report=True,
        output=tmp_path / "dataset.h5",
    )
    with Dataset(tmp_path / "dataset.h5") as dataset:
        rows = np.arange(3)
        letters = decode(dataset.branch("sequence", rows), SEQUENCE)
    # NNACNG, GTRCGT, and TAANNN... read on the other strand.
    assert sorted(letters) == ["GTNCGT", "NNACNG", "NNNTTA"]
    assert result.summary.n_unknown_bases == 3
    assert result.summary.n_padded.tolist() == [1, 1]


def test_provenance_names_every_input(real_dataset: RealDataset) -> None:
    inputs = real_dataset.result.provenance["inputs_sha256"]
    assert inputs == {
        "fasta": sha256(REAL_DATA / "genome.fa"),
        "conservation": sha256(REAL_DATA / "phyloP.bw"),
        **{f"intervals:{name}": sha256(REAL_DATA / f"{name}.bed") for name in CLASSES},
    }
    with Dataset(real_dataset.path) as dataset:
        assert dataset.provenance == real_dataset.result.provenance
    software = real_dataset.result.provenance["software"]
    assert {"enngene-core", "numpy", "h5py", "viennarna"} <= set(software)
