"""What `make galaxy` promises: the demo is there, and one click runs the workflow to its end."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.report_page import open_report, read_markdown, save_screenshot
from tests.galaxy.checkout import Checkout
from tests.galaxy.demo import ensure_demo
from tests.galaxy.server import GalaxyServer

CHOSEN = ("Classes", "genome.fa", "phyloP.bw", "new.bed")
N_OUTPUTS_BUT_FIGURES = 18


def test_a_click_runs_the_demo(
    checkout: Checkout, browser: Chrome, galaxy: GalaxyServer, screenshots: Path
) -> None:
    history_id = ensure_demo(galaxy.client, checkout)
    workflow_id = galaxy.client.import_workflow(checkout.workflow)
    n_before = len(galaxy.client.datasets(history_id))
    browser.get(f"{galaxy.url}/history/set_as_current?id={history_id}")
    browser.get(f"{galaxy.url}/workflows/run?id={workflow_id}")
    wait = WebDriverWait(browser, 60)

    def chosen(page: Chrome) -> list[str]:
        found = page.find_elements(By.CSS_SELECTOR, "#center .multiselect__single")
        return [element.text.split(": ", 1)[-1] for element in found if element.text]

    wait.until(lambda page: set(chosen(page)) == set(CHOSEN), "the form chooses other datasets")
    browser.save_screenshot(str(screenshots / "demo-workflow.png"))
    run_button = browser.find_element(By.ID, "run-workflow")
    wait.until(lambda _: run_button.is_enabled())
    run_button.click()
    wait.until(lambda page: "/workflows/invocations/" in page.current_url)

    galaxy.client.wait_for_history(
        history_id, n_datasets=n_before + N_OUTPUTS_BUT_FIGURES, timeout=900
    )
    datasets = galaxy.client.datasets(history_id)
    assert {dataset["state"] for dataset in datasets} == {"ok"}
    reports = [dataset for dataset in datasets if dataset["extension"] == "tool_markdown"]
    assert len(reports) == 5
    for report in reports:
        path = f"/api/datasets/{report['id']}/display"
        expected = read_markdown(galaxy.client.send("GET", path).decode())
        shown = open_report(browser, f"{galaxy.url}/datasets/{report['id']}/report", expected)
        save_screenshot(browser, screenshots / f"demo-{shown.headings[0].split(':')[0]}.png")
        assert shown.errors == []
        assert len(shown.figure_widths) == expected.n_figures
        assert all(width > 0 for width in shown.figure_widths)
