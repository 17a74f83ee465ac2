"""The tests inside the wrappers, run by planemo on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.galaxy.checkout import Checkout
from tests.galaxy.planemo import PlanemoTests, problems
from tests.galaxy.wrapper import read_wrapper

WRAPPERS = Checkout().wrappers


def test_suite_has_wrappers() -> None:
    assert WRAPPERS


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda path: path.stem)
def test_tests_of_tool_pass(wrapper: Path, tool_tests: PlanemoTests) -> None:
    tool = read_wrapper(wrapper)
    written = tool.findall("tests/test")
    ran = [test for test in tool_tests.tests if test["data"]["tool_id"] == tool.get("id")]
    assert len(ran) == len(written) > 0, tool_tests.run.output
    failures = [problem for test in ran if (problem := problems(test))]
    assert not failures, "\n\n".join(failures)


def test_planemo_succeeded(tool_tests: PlanemoTests) -> None:
    assert tool_tests.run.exit_code == 0, tool_tests.run.output
