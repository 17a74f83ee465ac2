from pathlib import Path

import pyBigWig
import pytest

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.errors import (
    DatasetError,
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
        ("", IntervalError, ("empty file",)),
        ("# chr_10\t9\t99\n", IntervalError, ("no intervals",)),
        ("chr1\t9\t99\nchr2\t9\t99\n", SpecError, ("none of its 2", "line 1", "chr1", "chr_10")),
        ("chr_10\t9\t160001\n", SpecError, ("none of its 1", "line 1", "160000")),
    ],
    ids=["end", "text", "empty", "comment", "contig", "beyond"],
)
def test_a_bad_bed_is_named(
    tmp_path: Path, output: Path, text: str, error: type[EnngeneError], words: tuple[str, ...]
) -> None:
    mine = bed(tmp_path, text)
    words = ("class mine: ", *words) if error is IntervalError else words
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


@pytest.mark.parametrize("edge", ["shift", "pad", "drop"])
def test_intervals_beyond_every_chromosome(tmp_path: Path, output: Path, edge: str) -> None:
    fasta = tmp_path / "short.fa"
    fasta.write_text(">chr_11\nACGT\n>chr_10\nACGTACGTAC\n")
    with refused(SpecError, EXONS.path, "none of its 361", "line 1", "(10)", fasta):
        preprocess([EXONS, INTRONS], References(fasta), PreprocessSpec(edge=edge), output=output)


def test_a_window_longer_than_every_chromosome(tmp_path: Path, output: Path) -> None:
    fasta = tmp_path / "short.fa"
    fasta.write_text(">chr_10\nACGTACGTAC\n")
    mine = bed(tmp_path, "chr_10\t2\t9\n")
    spec = PreprocessSpec(window=12, edge="drop")
    with refused(SpecError, mine.path, "none of its 1", "window of 12 nt", "(10 nt)"):
        preprocess([mine, INTRONS], References(fasta), spec, output=output)


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
    references = References(GENOME.genome, (bigwig,))
    with refused(SignalError, bigwig, "chr_10", "170000", "160000", "assembly"):
        preprocess([EXONS, INTRONS], references, SCORED, output=output)


def test_what_goes_wrong_in_the_middle_leaves_no_dataset(tmp_path: Path) -> None:
    bigwig, output = tmp_path / "infinite.bw", tmp_path / "dataset.h5"
    with pyBigWig.open(str(bigwig), "w") as file:
        file.addHeader([(f"chr_{n}", 160_000) for n in range(10, 14)])
        file.addEntries(["chr_13"], [0], ends=[160_000], values=[float("inf")])
    references = References(GENOME.genome, (bigwig,))
    with refused(SignalError, bigwig, "chr_13", "infinite"):
        preprocess([EXONS, INTRONS], references, SCORED, output=output)
    with refused(DatasetError, output):
        Dataset(output)


def test_conservation_needs_a_bigwig(output: Path) -> None:
    with refused(SpecError, "conservation", "bigWig", "wig"):
        preprocess([EXONS, INTRONS], GENOME, SCORED, output=output)


def test_intervals_need_a_genome(output: Path) -> None:
    with refused(SpecError, EXONS.path, "--fasta", "--sequences"):
        preprocess([EXONS, INTRONS], References(), PreprocessSpec(), output=output)


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("sequence", "chr_10\t1\t9\n", SpecError, ("called sequence", "taken")),
        ("a b", "chr_10\t1\t9\n", SpecError, ("tracks",)),
        ("mine", "chr_10\t9\t1\n", IntervalError, ("line 1", "end 1")),
        ("mine", "chr_10\t1\t9\t0.5\n", SignalError, ("bedGraph",)),
        ("mine", "", SignalError, ("empty",)),
        ("mine", None, SignalError, ("no such file",)),
    ],
)
def test_a_bad_track_is_named(
    tmp_path: Path,
    output: Path,
    name: str,
    content: str | None,
    error: type[EnngeneError],
    words: tuple[str, ...],
) -> None:
    track = tmp_path / "track"
    if content is not None:
        track.write_text(content)
    references = References(GENOME.genome, tracks={name: track})
    with refused(error, *words):
        preprocess([EXONS, INTRONS], references, PreprocessSpec(), output=output)


def test_a_split_that_cannot_be(tmp_path: Path, output: Path) -> None:
    table = tmp_path / "splits.tsv"
    table.write_text("nobody\ttrain\n")
    given = PreprocessSpec(split="given")
    with refused(SpecError, "--split given", "fgenesh1", "peak7|test"):
        preprocess([EXONS, INTRONS], GENOME, given, output=output)
    with refused(SpecError, "--split given", "first column of --split-table"):
        preprocess([EXONS, INTRONS], GENOME, given, output=output, split_table=table)
    with refused(SpecError, "--split-table", "--split given"):
        preprocess([EXONS, INTRONS], GENOME, PreprocessSpec(), output=output, split_table=table)
    with refused(SpecError, "--reduce genes", "exons, introns"):
        spec = PreprocessSpec(reduce=["genes=5"])
        preprocess([EXONS, INTRONS], GENOME, spec, output=output)


def test_chromosomes_that_the_bigwig_lacks_are_rejected(tmp_path: Path) -> None:
    bigwig = tmp_path / "part.bw"
    with pyBigWig.open(str(bigwig), "w") as file:
        file.addHeader([("chr_10", 160_000)])
        file.addEntries("chr_10", 2, values=[1.0], span=1, step=1)
    result = preprocess(
        [EXONS, INTRONS], References(GENOME.genome, (bigwig,)), SCORED, output=tmp_path / "d.h5"
    )
    reason = "its chromosome is not in the file of the conservation branch"
    assert result.rejections.by_kind() == {reason: len(result.rejections)}
    n_rejected, n_kept = len(result.rejections), result.summary.counts.sum()
    assert n_rejected + n_kept == sum(result.n_intervals.values())
    assert list(result.summary.chromosomes) == ["chr_10"]


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
