from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from enngene_core.dataset.sources import References, Sources
from enngene_core.errors import IntervalError, SignalError, SpecError
from enngene_core.formats.genomes.sequences import read_sequences
from tests.intervals.loci import make_intervals
from tests.refusal import refused


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    path = tmp_path / "genome.fa"
    path.write_text(">chr1\n" + "ACGT" * 5 + "\n>chr2\n" + "ACGT" * 3 + "\n>X\nACGT\n")
    return path


def bigwig(path: Path, sizes: dict[str, int]) -> Path:
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader(list(sizes.items()))
        for chrom in sizes:
            file.addEntries([chrom], [0], ends=[2], values=[1.0])
    return path


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_chromosomes_then_ready_sequences(genome: Path, tmp_path: Path) -> None:
    first = read_sequences(write(tmp_path / "a.fa", ">s1\nACG\n>chr1\nACGTA\n"))
    second = read_sequences(write(tmp_path / "b.fa", ">s1\nAC\n"))
    with Sources(
        References(genome), branches=["sequence"], tracks={}, ready=[first, second]
    ) as sources:
        assert sources.stretches.names == ("chr1", "chr2", "X", "s1", "chr1", "s1")
        assert sources.stretches.sizes.tolist() == [20, 12, 4, 3, 5, 2]
        assert [sources.first_of_ready(i) for i in (0, 1)] == [3, 5]
        places = make_intervals([("2", 0, 4), ("chrX", 0, 4), ("s1", 0, 3), ("chr1", 0, 4)])
        assert sources.stretch_of(places).tolist() == [1, 2, -1, 0]


def test_ready_sequences_alone(tmp_path: Path) -> None:
    ready = read_sequences(write(tmp_path / "a.fa", ">s1\nACG\n"))
    with Sources(References(), branches=["sequence"], tracks={}, ready=[ready]) as sources:
        assert sources.genome is None
        assert sources.n_chromosomes == 0
        assert sources.stretches.names == ("s1",)


def test_of_two_spellings_in_one_file_that_of_the_genome_counts(
    genome: Path, tmp_path: Path
) -> None:
    regions = write(tmp_path / "r.bed", "1\t0\t3\nchr1\t5\t9\nchrX\t0\t1\n2\t0\t1\n7\t0\t1\n")
    scores = bigwig(tmp_path / "s.bw", {"chr1": 20, "1": 99, "2": 12})
    references = References(genome, (scores,), {"mine": regions})
    with Sources(
        references, branches=["conservation", "mine"], tracks={"mine": "regions"}
    ) as sources:
        assert sources.names == {
            "conservation": {"chr1": "chr1", "chr2": "2"},
            "mine": {"chr1": "chr1", "X": "chrX", "chr2": "2"},
        }


def test_lengths_are_compared_under_the_matched_names(genome: Path, tmp_path: Path) -> None:
    scores = bigwig(tmp_path / "s.bw", {"1": 20, "2": 13})
    with refused(SignalError, scores, "2 has 13", "12", "assembly"):
        Sources(References(genome, (scores,)), branches=["conservation"], tracks={})
    table = write(tmp_path / "names.tsv", "chr1\tNC_1\nchr2\tNC_2\n")
    scores = bigwig(tmp_path / "n.bw", {"NC_1": 20, "NC_2": 12})
    references = References(genome, (scores,), chromosome_names=table)
    with Sources(references, branches=["conservation"], tracks={}) as sources:
        assert sources.names["conservation"] == {"chr1": "NC_1", "chr2": "NC_2"}
    with refused(SignalError, scores, "no chromosome of", "NC_1", "chr1"):
        Sources(References(genome, (scores,)), branches=["conservation"], tracks={})


def test_only_what_is_wanted_is_opened(genome: Path, tmp_path: Path) -> None:
    references = References(genome, (tmp_path / "no.bw",), {"mine": tmp_path / "no.bed"})
    with Sources(references, branches=["sequence"], tracks={"mine": "regions"}) as sources:
        assert sources.signals == sources.regions == {}


@pytest.mark.parametrize(
    ("branches", "words"),
    [(["conservation"], ("--conservation",)), (["mine"], ("branch mine", "--track mine=FILE"))],
)
def test_a_file_that_is_missing_is_named(
    genome: Path, branches: list[str], words: tuple[str, ...]
) -> None:
    with refused(SpecError, *words):
        Sources(References(genome), branches=branches, tracks={"mine": "signal"})


def test_a_bad_track_is_named(genome: Path, tmp_path: Path) -> None:
    track = write(tmp_path / "mine.bed", "chr1\t5\t5\n")
    references = References(genome, tracks={"mine": track})
    with refused(IntervalError, track, "line 1"):
        Sources(references, branches=["mine"], tracks={"mine": "regions"})


def test_sizes_are_whole_numbers(genome: Path) -> None:
    with Sources(References(genome), branches=["sequence"], tracks={}) as sources:
        assert sources.stretches.sizes.dtype == np.int64
