"""Fixtures of the Galaxy and browser tests: one server, and one run of the suite's tests on it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.galaxy.broken_tool import break_an_assertion
from tests.galaxy.checkout import Checkout
from tests.galaxy.planemo import PlanemoTests, run_planemo_tests
from tests.galaxy.server import GalaxyServer, running_galaxy


@pytest.fixture(scope="session")
def checkout() -> Checkout:
    """Where the parts of this checkout lie."""
    return Checkout()


@pytest.fixture(scope="session")
def broken_tool(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a real wrapper, one of whose assertions is false."""
    wrapper = checkout.tools_folder / "enngene_predict.xml"
    return break_an_assertion(wrapper, tmp_path_factory.mktemp("broken"))


@pytest.fixture(scope="session")
def galaxy(
    checkout: Checkout, broken_tool: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GalaxyServer]:
    """A running server with the suite, and with the broken tool."""
    folder = tmp_path_factory.mktemp("galaxy")
    with running_galaxy(folder, checkout=checkout, tools=[broken_tool.parent]) as server:
        yield server


@pytest.fixture(scope="session")
def tool_tests(checkout: Checkout, galaxy: GalaxyServer) -> PlanemoTests:
    """All tests of all wrappers, run once.

    planemo runs one test at a time and mostly waits, while the server runs two jobs: so two
    planemos share the wrappers.
    """
    halves = [half for half in (checkout.wrappers[::2], checkout.wrappers[1::2]) if half]

    def run_half(i: int) -> PlanemoTests:
        return run_planemo_tests(checkout, galaxy, f"tools-{i + 1}", halves[i])

    with ThreadPoolExecutor(len(halves)) as pool:
        runs = list(pool.map(run_half, range(len(halves))))
    worst = max((tests.run for tests in runs), key=lambda run: abs(run.exit_code))
    return PlanemoTests(worst, [test for tests in runs for test in tests.tests])
