"""The workflow, run by planemo on a real server with the tests beside it."""

from __future__ import annotations

from tests.galaxy.checkout import Checkout
from tests.galaxy.planemo import problems, run_planemo_tests
from tests.galaxy.server import GalaxyServer


def test_workflow_passes(checkout: Checkout, galaxy: GalaxyServer) -> None:
    tests = run_planemo_tests(checkout, galaxy, "workflow", [checkout.workflow])
    assert tests.tests, tests.run.output
    failures = [problem for test in tests.tests if (problem := problems(test))]
    assert not failures, "\n\n".join(failures)
    assert tests.run.exit_code == 0, tests.run.output
