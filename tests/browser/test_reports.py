"""The reports as a biologist sees them: rendered by Galaxy, in a browser, figures and all."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.browser.report_page import DIRECTIVE, open_report, read_markdown, save_screenshot
from tests.galaxy.checkout import Checkout
from tests.galaxy.planemo import PlanemoTests
from tests.galaxy.server import GalaxyServer
from tests.galaxy.wrapper import read_wrapper, report_outputs

REPORTING_WRAPPERS = [path for path in Checkout().wrappers if report_outputs(path)]


def test_suite_has_reports() -> None:
    assert REPORTING_WRAPPERS


@pytest.mark.parametrize("wrapper", REPORTING_WRAPPERS, ids=lambda path: path.stem)
def test_report_is_rendered_whole(
    wrapper: Path,
    browser: Chrome,
    galaxy: GalaxyServer,
    tool_tests: PlanemoTests,
    screenshots: Path,
) -> None:
    tool_id = read_wrapper(wrapper).get("id")
    # The reports are those that the tool's own tests wrote, save where they expect a failure.
    jobs = {
        test["id"]: test["data"]["job"]
        for test in tool_tests.tests
        if test["data"]["tool_id"] == tool_id and test["data"].get("job")
    }
    report_ids = {
        f"{test_id}-{name}": output["id"]
        for test_id, job in jobs.items()
        if job["state"] == "ok"
        for name, output in job["outputs"].items()
        if name in report_outputs(wrapper)
    }
    assert report_ids, "no test of the tool wrote a report"
    for name, dataset_id in report_ids.items():
        path = f"/api/datasets/{dataset_id}/display"
        expected = read_markdown(galaxy.client.send("GET", path).decode())
        assert expected.headings, "a report without a heading"
        shown = open_report(browser, f"{galaxy.url}/datasets/{dataset_id}/report", expected)
        save_screenshot(browser, screenshots / f"{name}.png")
        assert shown.errors == [], name
        assert shown.headings == expected.headings, name
        assert shown.n_tables >= expected.n_tables, name
        assert len(shown.figure_widths) >= expected.n_figures, name
        assert all(width > 0 for width in shown.figure_widths), name
        assert "```" not in shown.text, name
        assert not DIRECTIVE.search(shown.text), name
