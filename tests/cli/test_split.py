"""`enngene preprocess`, then `enngene split`, as a user calls them."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.file import Dataset
from tests.cli.command import Finished, run
from tests.core_fixtures import REAL_DATA


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("split")
    for name in ("exons.bed", "introns.bed", "genome.fa", "phyloP.bw"):
        shutil.copy(REAL_DATA / name, folder)
    words = ["preprocess", "--intervals", "exons=exons.bed", "--intervals", "introns=introns.bed"]
    words += ["--fasta", "genome.fa", "--track", "scores=phyloP.bw", "--track", "exon=exons.bed"]
    words += ["--window", "50", "--ratio", "2:1:1", "--edge", "pad", "--output", "dataset.h5"]
    finished = run(folder, *words)
    assert finished.code == 0, finished.stderr
    assert finished.stdout == "624 windows of 2 classes; 0 input rows rejected\n"
    return folder


def split(folder: Path, *words: str) -> Finished:
    return run(folder, "split", "--dataset", "dataset.h5", "--output", "new.h5", *words)


def test_a_dataset_is_divided_again(folder: Path) -> None:
    words = ("--reduce", "exons=100", "--split", "chromosome", "--test-chromosomes", "chr_12")
    words += ("--validation-chromosomes", "chr_10", "--branches", "sequence,scores")
    finished = split(folder, *words, "--rejected", "left_out.tsv", "--checks", "checks.tsv")
    assert finished.code == 0, finished.stderr
    assert finished.stdout.startswith("363 of 624 windows: train ")
    with Dataset(folder / "new.h5") as dataset:
        assert list(dataset.spec.encodings) == ["sequence", "scores"]
        chrom = dataset.windows(np.arange(dataset.n_windows)).chrom_names
        assert set(chrom[dataset.split == 2].tolist()) == {b"chr_12"}
        assert set(chrom[dataset.split == 1].tolist()) == {b"chr_10"}
    assert len((folder / "left_out.tsv").read_text().splitlines()) == 1 + 261
    assert (folder / "checks.tsv").read_text().startswith("check\tsplit\tclass\t")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--reduce", "genes=5"), "SpecError: --reduce genes: no such class"),
        (("--branches", "structure"), "SpecError: --branches structure: the dataset has no such"),
        (("--split", "given"), "SpecError: --split given: no interval says its split"),
        (("--test-chromosomes", "chr_12"), "chromosomes are only named with --split chromosome"),
        (("--ratio", "1"), "--ratio: expected three or four"),
        (("--dataset", "exons.bed"), "exons.bed: not an HDF5 file"),
        (("--window", "60"), "UsageError"),
    ],
)
def test_bad_input_is_one_line(folder: Path, words: tuple[str, ...], expected: str) -> None:
    before = sorted(folder.iterdir())
    flags = ["split", "--output", "other.h5", *words]
    flags += [] if "--dataset" in words else ["--dataset", "dataset.h5"]
    finished = run(folder, *flags)
    assert finished.code == 1
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert expected in finished.stderr
    assert sorted(folder.iterdir()) == before


def test_the_dataset_itself_may_be_replaced(folder: Path) -> None:
    shutil.copy(folder / "dataset.h5", folder / "mine.h5")
    finished = run(folder, "split", "--dataset", "mine.h5", "--output", "mine.h5", "--seed", "9")
    assert finished.code == 0, finished.stderr
    with Dataset(folder / "mine.h5") as dataset:
        assert dataset.spec.seed == 9
        assert dataset.n_windows == 624
