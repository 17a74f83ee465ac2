"""A tool's form opens, with all of its sections, and can be sent off."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.galaxy.checkout import Checkout
from tests.galaxy.demo import ensure_demo
from tests.galaxy.server import GalaxyServer

# What a form shows in its closed sections too, once they are open.
SHOWN = {
    "negatives": ["--method", "--tolerance", "--mask", "--gap", "--chromosome-names"],
    "preprocess": ["--intervals", "--placement", "--structure", "--split", "--chromosome-names"],
    "split": ["--branches", "--ratio", "--allow-overlap"],
    "train": ["--preset", "--epochs", "--members", "--shift"],
    "tune": ["--n-trials", "--minutes", "--after-convolutions"],
}
OPEN_SECTIONS = """
for (const header of document.querySelectorAll("#center .portlet-header.cursor-pointer")) {
    const content = header.parentElement.querySelector(".portlet-content");
    if (!content || content.offsetHeight === 0) header.click();
}
"""


@pytest.mark.parametrize("command", SHOWN)
def test_form_opens(
    command: str, checkout: Checkout, browser: Chrome, galaxy: GalaxyServer, screenshots: Path
) -> None:
    history_id = ensure_demo(galaxy.client, checkout)
    browser.get(f"{galaxy.url}/history/set_as_current?id={history_id}")
    browser.get(f"{galaxy.url}/?tool_id=enngene_{command}")
    wait = WebDriverWait(browser, 60)
    run_button = wait.until(lambda page: page.find_element(By.ID, "execute"))
    wait.until(lambda _: run_button.is_displayed())
    browser.execute_script(OPEN_SECTIONS)

    def form(page: Chrome) -> str:
        return page.find_element(By.ID, "center").text

    wait.until(lambda page: all(f"({flag})" in form(page) for flag in SHOWN[command]))
    save_whole_form(browser, screenshots / f"form-enngene_{command}.png")
    assert "Run" in run_button.text
    assert not browser.find_elements(By.CSS_SELECTOR, "#center .alert-danger")


def save_whole_form(browser: Chrome, path: Path) -> None:
    """Save a picture of a form from its head to the end of its help."""
    size = browser.get_window_size()
    heights = "return Array.from(document.querySelectorAll('#center *'), e => e.scrollHeight)"
    browser.set_window_size(size["width"], max(browser.execute_script(heights)) + 200)
    try:
        browser.save_screenshot(str(path))
    finally:
        browser.set_window_size(size["width"], size["height"])
