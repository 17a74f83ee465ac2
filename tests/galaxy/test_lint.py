"""planemo's linters find nothing to warn of. None of these needs a server or the network."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.galaxy.checkout import Checkout
from tests.galaxy.planemo import run_planemo

# Looks the tool up at bio.tools: the one linter of tools that leaves this machine.
ONLINE_LINTER = "BioToolsValid"


def test_tools_lint_without_warnings(checkout: Checkout) -> None:
    wrappers = checkout.wrappers
    assert wrappers
    run = run_planemo(checkout, "lint", "--fail_level", "warn", "-s", ONLINE_LINTER, *wrappers)
    assert run.exit_code == 0, run.output


def test_repository_lints_without_warnings(checkout: Checkout, tmp_path: Path) -> None:
    # planemo compares the repository's address with the folder's path; a clone may lie anywhere.
    address = re.search(
        r"^remote_repository_url:\s*(\S+?)/*\s*$",
        (checkout.root / ".shed.yml").read_text(),
        re.MULTILINE,
    )
    assert address, "no remote_repository_url in .shed.yml"
    copy = tmp_path.joinpath(*address[1].split("/")[-2:])
    unshipped = shutil.ignore_patterns(".git", ".venvs", ".work", "*_cache", "__pycache__")
    shutil.copytree(checkout.root, copy, ignore=unshipped)
    run = run_planemo(
        checkout,
        *("shed_lint", "--tools", "--ensure_metadata", "--fail_level", "warn"),
        # Comparing versions needs the tool shed itself.
        *("-s", f"version_bumped,{ONLINE_LINTER}"),
        copy,
    )
    assert run.exit_code == 0, run.output


def test_workflow_lints_without_warnings(checkout: Checkout) -> None:
    run = run_planemo(checkout, "workflow_lint", "--fail_level", "warn", checkout.workflow)
    assert run.exit_code == 0, run.output
