from pathlib import Path

import pyBigWig
import pytest

from enngene_core.dataset.encode import References
from enngene_core.dataset.preprocess import ClassFile, preprocess
from enngene_core.errors import (
    EnngeneError,
    GenomeError,
    InsufficientMemoryError,
    IntervalError,
    SignalError,
    SpecError,
)
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import PreprocessSpec
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused

EXONS = ClassFile("exons", REAL_DATA / "exons.bed")
INTRONS = ClassFile("introns", REAL_DATA / "introns.bed")
GENOME = References(REAL_DATA / "genome.fa")
SCORED = PreprocessSpec(branches="conservation")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where a dataset would stand; nothing may be left there."""
    path = tmp_path / "out" / "dataset.h5"
    path.parent.mkdir()
    yield path
    assert list(path.parent.iterdir()) == []


def bed(folder: Path, text: str) -> ClassFile:
    path = folder / "mine.bed"
    path.write_text(text)
    return ClassFile("mine", path)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("chr_10\t9\t9\n", IntervalError, ("line 1", "end 9", "start 9")),
        ("chr_10\t9\t99\nchr_10\tx\t9\n", IntervalError, ("line 2", "'x'", "whole number")),
        ("", IntervalError, ("no intervals",)),
        ("chr1\t9\t99\nchr2\t9\t99\n", SpecError, ("none of its 2", "line 1", "chr1", "chr_10")),
        ("chr_10\t9\t160001\n", SpecError, ("none of its 1", "line 1", "160000")),
    ],
    ids=["end", "text", "empty", "contig", "beyond"],
)
def test_a_bad_bed_is_named(
    tmp_path: Path, output: Path, text: str, error: type[EnngeneError], words: tuple[str, ...]
) -> None:
    mine = bed(tmp_path, text)
    with refused(error, mine.path, *words):
        preprocess([EXONS, mine], GENOME, PreprocessSpec(), output=output)


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ([], ("none", "two or more")),
        ([EXONS], ("'exons'", "two or more")),
        ([EXONS, EXONS], ("'exons'", "2 times", "different names")),
        ([EXONS, ClassFile("", INTRONS.path)], ("''", "1 to 100 printable characters")),
        ([EXONS, ClassFile(" \t", INTRONS.path)], ("1 to 100 printable characters",)),
        ([EXONS, ClassFile("x" * 101, INTRONS.path)], ("1 to 100 printable characters",)),
        ([EXONS, ClassFile("start", INTRONS.path)], ("'start'", "chrom, start")),
        ([EXONS, ClassFile("a\nb", INTRONS.path)], (r"'a\nb'", "printable")),
        ([EXONS, ClassFile("same", EXONS.path)], ("'exons'", "0 usable windows")),
    ],
)
def test_bad_classes_are_named(
    output: Path, classes: list[ClassFile], words: tuple[str, ...]
) -> None:
    with refused(SpecError, *words):
        preprocess(classes, GENOME, PreprocessSpec(), output=output)


def test_a_window_longer_than_every_chromosome(tmp_path: Path, output: Path) -> None:
    fasta = tmp_path / "short.fa"
    fasta.write_text(">chr1\nACGT\n>chr_10\nACGTACGTAC\n")
    with refused(SpecError, "--window 12", fasta, "chr_10", "10 nt"):
        preprocess([EXONS, INTRONS], References(fasta), PreprocessSpec(window=12), output=output)


def test_a_bad_fasta_is_named(tmp_path: Path, output: Path) -> None:
    fasta = tmp_path / "genome.fa"
    fasta.write_text(">chr_10\n>chr_11\n")
    with refused(GenomeError, fasta, "no sequence"):
        preprocess([EXONS, INTRONS], References(fasta), PreprocessSpec(), output=output)


def test_a_bigwig_of_another_assembly(tmp_path: Path, output: Path) -> None:
    bigwig = tmp_path / "other.bw"
    with pyBigWig.open(str(bigwig), "w") as file:
        file.addHeader([("chr_10", 170_000)])
        file.addEntries("chr_10", 2, values=[1.0], span=1, step=1)
    references = References(GENOME.fasta, bigwig)
    with refused(SignalError, bigwig, "chr_10", "170000", "160000", "assembly"):
        preprocess([EXONS, INTRONS], references, SCORED, output=output)


def test_conservation_needs_a_bigwig(output: Path) -> None:
    with refused(SpecError, "conservation", "bigWig"):
        preprocess([EXONS, INTRONS], GENOME, SCORED, output=output)


def test_chromosomes_that_the_bigwig_lacks_are_rejected(tmp_path: Path) -> None:
    bigwig = tmp_path / "part.bw"
    with pyBigWig.open(str(bigwig), "w") as file:
        file.addHeader([("chr_10", 160_000)])
        file.addEntries("chr_10", 2, values=[1.0], span=1, step=1)
    result = preprocess(
        [EXONS, INTRONS], References(GENOME.fasta, bigwig), SCORED, output=tmp_path / "d.h5"
    )
    unscored = [r for r in result.rejections if "bigWig" in r.reason]
    assert {r.chrom for r in unscored} == {"chr_11", "chr_12", "chr_13"}
    assert len(unscored) + result.counts.sum() == sum(result.n_intervals.values())


def test_a_class_without_training_windows(tmp_path: Path, output: Path) -> None:
    mine = bed(tmp_path, "chr_13\t500\t600\n")
    spec = PreprocessSpec(
        split="chromosome", validation_chromosomes="chr_12", test_chromosomes="chr_13"
    )
    with refused(SpecError, "'mine'", "none of them for training"):
        preprocess([EXONS, mine], GENOME, spec, output=output)


def test_work_that_would_not_fit_is_refused(output: Path) -> None:
    spec = PreprocessSpec(window=10_000)
    with refused(InsufficientMemoryError, "1 MiB", "--window"):
        preprocess([EXONS, INTRONS], GENOME, spec, output=output, execution=ExecutionSpec(memory=1))
