"""`enngene tune` as a user runs it."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core_fixtures import REAL_DATA

ENNGENE = str(Path(sys.executable).with_name("enngene"))
DATASET = REAL_DATA / "dataset.h5"
SMALL = (
    *("--epochs", "1", "--max-layers", "1", "--min-filters", "2", "--max-filters", "4"),
    *("--after-convolutions", "flatten", "--min-units", "2", "--max-units", "4"),
)


def words(*more: str | Path) -> list[str]:
    return [ENNGENE, "tune", "--dataset", str(DATASET), "--output", "best.zip", *map(str, more)]


def run(folder: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words(*more), cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["--n-trials", "0"], 'UsageError: --n-trials: found "0"'),
        (["--min-layers", "4"], "found --min-layers 4 and --max-layers 3"),
        (["--max-learning-rate", "nan"], 'found "nan"; input should be a finite number'),
        (["--dataset", REAL_DATA / "model.zip"], "DatasetError: "),
        (["--study", "other.json"], "of a search with --"),
        (["--take-up", "broken.json"], "broken.json: not JSON, or cut short"),
        (["--take-up", "absent.json"], "absent.json: no such file"),
    ],
)
def test_a_mistake_is_one_line_and_no_output(
    tmp_path: Path, more: list[str | Path], expected: str
) -> None:
    shutil.copy(REAL_DATA / "study.json", tmp_path / "other.json")
    (tmp_path / "broken.json").write_text('{"format": "enngene-study", "ver')
    before = sorted(tmp_path.rglob("*"))
    command = words(*more)
    if "--dataset" in more:
        del command[2:4]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert expected in finished.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_search_that_is_ended_goes_on_from_its_study(tmp_path: Path) -> None:
    command = words(*SMALL, "--n-trials", "50", "--study", "study.json")
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("trial 1/50  ")
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.count("\n") == 1
    assert "Interrupted: " in told
    assert [path.name for path in tmp_path.iterdir()] == ["study.json"]
    n_kept = len(json.loads((tmp_path / "study.json").read_text())["trials"])
    assert 1 <= n_kept < 50

    finished = run(tmp_path, *SMALL, "--n-trials", str(n_kept + 1), "--study", "study.json",
                   "--report-markdown", "report.md")  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert f"trial {n_kept + 1}/{n_kept + 1}" in finished.stdout
    assert "trial 1/" not in finished.stdout
    assert "came from the study that was taken up" in (tmp_path / "report.md").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"study.json", "best.zip", "report.md"}
