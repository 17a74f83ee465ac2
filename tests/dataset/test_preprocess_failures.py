"""Windows that ViennaRNA cannot fold."""

from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.new_windows import encode_new_file
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.errors import SpecError
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.splitting import SPLITS
from tests.refusal import refused

#: So many pairs in so long a sequence that its partition function exceeds what a number can hold.
PERFECT = "A" * 300 + "G" * 260 + "C" * 260 + "A" * 300
WIDTH = len(PERFECT)
SPEC = PreprocessSpec(
    branches="structure,sequence,conservation",
    structure="unpaired",
    window=WIDTH,
    split="given",
)
HEADER = f"fixedStep chrom=chr1 start={WIDTH + 11} step=1\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chromosome of which every fourth window cannot be folded, and scores of some of it."""
    tmp_path = tmp_path_factory.mktemp("failures")
    other = "N" * 500 + "GGGGAAAACCCCATTAGC" + "N" * (WIDTH - 518)
    windows = [PERFECT if number % 4 == 0 else other for number in range(16)]
    (tmp_path / "genome.fa").write_text(">chr1\n" + "".join(windows) + "\n")
    (tmp_path / "scores.wig").write_text(HEADER + "2\n" * (14 * WIDTH))
    for start, name in enumerate("ab"):
        (tmp_path / f"{name}.bed").write_text(
            "".join(
                f"chr1\t{i * WIDTH}\t{(i + 1) * WIDTH}\tw{i}|{SPLITS[(i // 4) % 2]}\n"
                for i in range(start, 16, 2)
            )
        )
    return tmp_path


def references(folder: Path) -> References:
    return References(folder / "genome.fa", (folder / "scores.wig",))


def test_they_are_rejected_and_not_the_run(folder: Path) -> None:
    contents = []
    for threads in (2, 1):
        result = preprocess(
            [ClassFile(name, folder / f"{name}.bed") for name in "ab"],
            references(folder),
            SPEC,
            for_report=True,
            output=folder / "dataset.h5",
            rejected=folder / "rejected.tsv",
            execution=ExecutionSpec(threads=threads),
        )
        contents.append((folder / "dataset.h5").read_bytes())
    assert contents[0] == contents[1]
    rows = [line.split("\t") for line in (folder / "rejected.tsv").read_text().splitlines()[1:]]
    assert [(row[0], row[2]) for row in rows] == [("a", "1"), ("a", "3"), ("a", "5"), ("a", "7")]
    assert all("could not be folded: ViennaRNA" in row[4] for row in rows)
    assert result.rejections.by_kind() == {"could not be folded": 4}
    assert result.summary.counts[:, :2].tolist() == [[2, 2], [4, 4]]
    with Dataset(folder / "dataset.h5") as dataset:
        rows_ = np.arange(dataset.n_windows)
        windows, label = dataset.windows(rows_), dataset.label
        branches = {name: dataset.branch(name, rows_) for name in dataset.spec.encodings}
    assert dataset.n_windows == 12
    assert not (windows.start // WIDTH % 4 == 0).any()
    assert (branches["structure"][:, 500:518] < 0.99).any(axis=1).all()
    # What is told of the dataset is told of the windows that are in it.
    for name in ("structure", "conservation"):
        for index in range(2):
            np.testing.assert_allclose(
                result.summary.profiles[name][index],
                branches[name][label == index].mean(axis=0, dtype=float),
                atol=1e-6,
            )
    assert result.n_missing == {"conservation": np.count_nonzero(branches["conservation"] == 0)}
    assert sorted(path.name for path in folder.iterdir()) == [
        "a.bed", "b.bed", "dataset.h5", "genome.fa", "rejected.tsv", "scores.wig"
    ]  # fmt: skip


def test_new_intervals_that_cannot_be_folded(folder: Path) -> None:
    with Dataset(folder / "dataset.h5") as dataset:
        _, new = encode_new_file(
            folder / "a.bed",
            references(folder),
            dataset.spec,
            branches=("structure",),
            execution=ExecutionSpec(threads=1),
        )
        rows = np.flatnonzero(dataset.label == 0)
        lines = dataset.windows(rows).source_row
        expected = dataset.branch("structure", rows)[np.argsort(lines)]
    assert new.rejections.line.tolist() == [1, 3, 5, 7]
    assert new.windows.source_row.tolist() == [2, 4, 6, 8]
    np.testing.assert_array_equal(new.branches["structure"], expected)


def test_a_class_of_which_nothing_is_left(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.bed").write_text(f"chr1\t0\t{WIDTH}\tw|train\n")
    classes = [ClassFile("a", tmp_path / "a.bed"), ClassFile("b", folder / "b.bed")]
    with refused(SpecError, "'a'", "0 usable windows"):
        preprocess(classes, references(folder), SPEC, output=tmp_path / "dataset.h5")
