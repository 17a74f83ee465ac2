"""Run planemo from the repository's root, offline and with a time limit."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.galaxy.checkout import Checkout
from tests.galaxy.server import GalaxyServer


@dataclass(frozen=True)
class PlanemoRun:
    """Exit code and output, standard output and standard error together, of one command."""

    exit_code: int
    output: str


@dataclass(frozen=True)
class PlanemoTests:
    """A run of ``planemo test``, with a record of each test that it ran."""

    run: PlanemoRun
    tests: list[dict[str, Any]]


def run_planemo(checkout: Checkout, *arguments: str | Path, timeout: float = 300) -> PlanemoRun:
    """Run one planemo command.

    Parameters
    ----------
    checkout
        Where planemo is installed, and where it runs.
    arguments
        The command and its arguments.
    timeout
        Seconds until the command is ended.

    Raises
    ------
    TimeoutError
        If the command took longer; the message has the end of its output.
    """
    workspace = checkout.work_folder / "planemo"
    workspace.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        # A contributor's own planemo settings would change what the tests check.
        "PLANEMO_GLOBAL_WORKSPACE": str(workspace),
        "PLANEMO_GLOBAL_CONFIG_PATH": str(workspace / "none.yml"),
        "NO_PROXY": "127.0.0.1",
        "COLUMNS": "200",
    }
    try:
        process = subprocess.run(
            [str(checkout.program("planemo", "planemo")), *map(str, arguments)],
            cwd=checkout.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        output = (error.stdout or b"").decode(errors="replace")
        raise TimeoutError(
            f"planemo {arguments[0]} took longer than {timeout:.0f} s. "
            f"The end of its output:\n{output[-3000:]}"
        ) from None
    return PlanemoRun(process.returncode, process.stdout.decode(errors="replace"))


def run_planemo_tests(
    checkout: Checkout,
    server: GalaxyServer,
    name: str,
    artifacts: Sequence[Path],
    *,
    test_timeout: int = 900,
    timeout: float = 2700,
) -> PlanemoTests:
    """Run the tests of wrappers or workflows on a running server.

    Parameters
    ----------
    checkout
        Where planemo is installed, and where it runs.
    server
        The server; it must have the tools.
    name
        Stem of the report files in the work folder, and name of a workflow's history.
    artifacts
        Wrappers, or one workflow with its tests beside it.
    test_timeout
        Seconds that one test may take.
    timeout
        Seconds that all may take.
    """
    reports = checkout.work_folder / "planemo"
    record = reports / f"{name}.json"
    record.unlink(missing_ok=True)
    run = run_planemo(
        checkout,
        "test",
        *("--engine", "external_galaxy"),
        *("--galaxy_url", server.url),
        *("--galaxy_admin_key", server.admin_key),
        *("--galaxy_user_key", server.user_key),
        *("--no_shed_install", "--no_conda_auto_init", "--no_conda_auto_install"),
        *("--history_name", name),
        *("--test_timeout", str(test_timeout)),
        *("--test_output", reports / f"{name}.html"),
        *("--test_output_json", record),
        *artifacts,
        timeout=timeout,
    )
    tests = json.loads(record.read_text())["tests"] if record.exists() else []
    return PlanemoTests(run, tests)


def problems(test: dict[str, Any]) -> str:
    """Say what went wrong in one test, as planemo recorded it; empty when it passed."""
    data = test["data"]
    if data["status"] == "success":
        return ""
    messages = [*(data.get("output_problems") or []), data.get("execution_problem") or ""]
    streams = [(data.get("job") or {}).get(name) or "" for name in ("stdout", "stderr")]
    return "\n".join([f"{test['id']}: {data['status']}", *messages, *streams])
