"""Bad input to `enngene scan` ends as one line, exit code 1, and no output at all."""

from pathlib import Path

import pytest

from tests.cli.test_bad_input import DATA, assert_one_line

MODEL = ("scan", "--model", str(DATA / "model.zip"), "--output", "peaks", "--tracks", "tracks")
GENOME = ("--fasta", str(DATA / "genome.fa"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "SpecError: a scan needs the sequence of a genome: give --fasta"),
        ((*GENOME, "--rejected", "r"), "SpecError: --rejected is for regions"),
        ((*GENOME, "--q", "0"), "--q: found"),
        ((*GENOME, "--background", "99"), "--background: found"),
        ((*GENOME, "--peak-class=a", "--peak-class=a"), "class 'a' is named twice"),
        (GENOME, "SpecError: the conservation branch needs a bigWig or wig file"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    assert_one_line(tmp_path, [*MODEL, *words], expected)


def test_damage_that_is_met_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    genome = tmp_path / "protein.fa"
    genome.write_text(">a\n" + "ACGT" * 5000 + "\n>b\n" + "ACGT" * 100 + "MEAL" + "\n")
    words = ["scan", "--model", DATA / "model_sequences.zip", "--fasta", genome, "--step", "40"]
    outputs = ["--output", "peaks", "--tracks", "tracks", "--background", "100"]
    assert_one_line(tmp_path, [*words, *outputs], "GenomeError:", "protein.fa", "of b;")
