"""What a command loads before it works."""

import subprocess
import sys
from pathlib import Path

import pytest

ENNGENE = str(Path(sys.executable).with_name("enngene"))
HEAVY = ("tensorflow", "keras", "sklearn", "matplotlib", "pandas")


def loaded(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )


def test_help_loads_nothing_heavy() -> None:
    modules = loaded("import enngene_core.cli.app, enngene_core.cli.preprocess")
    assert not modules & {*HEAVY, "h5py", "pyfaidx", "RNA"}


def test_preprocessing_and_its_report_load_no_tensorflow() -> None:
    modules = loaded(
        "import enngene_core.dataset.preprocess, enngene_core.report.preprocess\n"
        "import enngene_core.report.write"
    )
    assert not modules & {"tensorflow", "keras"}


@pytest.mark.parametrize(
    "command",
    [
        *("negatives", "preprocess", "split", "train", "tune", "evaluate", "predict", "scan"),
        *("interpret",),
        *("import-model", "export-model"),
    ],
)
def test_every_command_has_help(command: str) -> None:
    words = [ENNGENE, command, "--help"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert f"enngene {command}" in shown
    assert "--output" in shown
