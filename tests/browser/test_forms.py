"""A tool's form opens, and can be sent off."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.galaxy.server import GalaxyServer


def test_train_form_opens(browser: Chrome, galaxy: GalaxyServer, screenshots: Path) -> None:
    browser.get(f"{galaxy.url}/?tool_id=enngene_train")
    wait = WebDriverWait(browser, 60)
    run_button = wait.until(lambda page: page.find_element(By.ID, "execute"))
    wait.until(lambda _: run_button.is_displayed())
    browser.save_screenshot(str(screenshots / "form-enngene_train.png"))
    assert "Run" in run_button.text
    assert not browser.find_elements(By.CSS_SELECTOR, "#center .alert-danger")
