"""The command as a user calls it."""

import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "test-data"
ENNGENE = str(Path(sys.executable).with_name("enngene"))


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    base = ["negatives", "--fasta", DATA / "genome.fa", "--output", "out"]
    return subprocess.run(
        [ENNGENE, *map(str, base), *map(str, words)],
        cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "263 negatives for 263 positives; 0 could not be placed"),
        (["--method", "flank", "--ratio", "0.5"], "132 negatives for 263 positives; 0 could"),
        (["--method", "genome", "--mask", DATA / "exons.bed", "--gap", "5"], "263 negatives"),
        (["--method", "shuffle", "--k", "3"], "263 negatives for 263 positives; 0 could not be m"),
    ],
)
def test_the_last_line_counts(words: list[str | Path], line: str, tmp_path: Path) -> None:
    outputs = ["--rejected", "rejected.tsv", "--report", "report.html"]
    finished = run(tmp_path, "--positives", DATA / "introns.bed", *words, *outputs)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1].startswith(line)
    assert (tmp_path / "rejected.tsv").read_text() == "file\tline\ttext\tmissing\treason\n"
    assert "How alike the classes are" in (tmp_path / "report.html").read_text()
    expected = ["out", "rejected.tsv", "report.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == expected


def test_rejected_positives_are_counted(tmp_path: Path) -> None:
    rows = "chr_10\t10\t60\nchr_99\t10\t60\n"
    (tmp_path / "positives.bed").write_text(rows)
    finished = run(tmp_path, "--positives", "positives.bed")
    assert finished.stdout.splitlines()[-1] == (
        "1 negatives for 1 positives; 0 could not be placed; 1 of 2 positives could not be used"
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--positives", "nowhere.bed"], "IntervalError: positives: nowhere.bed: no such file"),
        (["--positives", DATA / "introns.bed", "--ratio", "0"], "UsageError: --ratio: found"),
        (["--positives", DATA / "introns.bed", "--k", "3"], "--k needs --method shuffle"),
        (["--positives", DATA / "end_before_start.bed"], "line 3: end 23421 is not greater than"),
        (["--positives", DATA / "genome.fa"], "FASTA"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_written(
    words: list[str | Path], expected: str, tmp_path: Path
) -> None:
    finished = run(tmp_path, *words, "--report", "report.html")
    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert expected in finished.stderr
    assert not list(tmp_path.iterdir())


def test_help_tells_every_option(tmp_path: Path) -> None:
    shown = run(tmp_path, "--help").stdout
    for flag in ("--positives", "--mask", "--method", "--widest-tolerance", "--allow-n", "--seed"):
        assert flag in shown


def test_work_loads_nothing_heavy() -> None:
    code = "import sys, enngene_core.cli.negatives, enngene_core.dataset.negatives\n"
    words = [sys.executable, "-c", code + "print(*sys.modules)"]
    loaded = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert not {"tensorflow", "keras", "sklearn", "scipy", "matplotlib", "pandas", "RNA"} & {
        *loaded
    }
