"""A green run means something only if a false assertion makes it red."""

from __future__ import annotations

from pathlib import Path

from tests.galaxy.broken_tool import FALSE_TEXT
from tests.galaxy.checkout import Checkout
from tests.galaxy.planemo import problems, run_planemo_tests
from tests.galaxy.server import GalaxyServer


def test_false_assertion_is_found_and_named(
    checkout: Checkout, galaxy: GalaxyServer, broken_tool: Path
) -> None:
    tests = run_planemo_tests(checkout, galaxy, "broken-assertion", [broken_tool])
    assert tests.run.exit_code != 0
    (only,) = tests.tests
    assert only["data"]["job"]["state"] == "ok", "the tool itself must run as it is released"
    assert FALSE_TEXT in problems(only)
