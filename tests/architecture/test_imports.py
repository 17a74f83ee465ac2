import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_imports_go_down_only() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def loaded_by(module: str) -> set[str]:
    code = f"import sys, {module}; print('\\n'.join({{m.split('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        *("enngene_core.dataset.preprocess", "enngene_core.specs.shapes"),
        *("enngene_core.dataset.file", "enngene_core.tuning.search"),
    ],
)
def test_preprocessing_starts_without_tensorflow(module: str) -> None:
    assert not loaded_by(module) & {"tensorflow", "keras", "pandas", "sklearn", "matplotlib"}


def test_folding_is_loaded_by_those_who_fold() -> None:
    assert "RNA" not in loaded_by("enngene_core.dataset.preprocess")
