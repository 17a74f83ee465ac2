"""A headless Chromium that is logged in to the Galaxy server of the tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.galaxy.checkout import Checkout
from tests.galaxy.server import GalaxyServer

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    # The page is checked as it is without the outside world.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--no-proxy-server",
    "--window-size=1400,1000",
)


@pytest.fixture(scope="session")
def chromium() -> tuple[str, str]:
    """Paths of the browser and of its driver."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    reason = "chromium and chromedriver are not installed (Debian: chromium, chromium-driver)"
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(
    chromium: tuple[str, str], galaxy: GalaxyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chrome]:
    """A browser in which the server's user is logged in."""
    program, driver_program = chromium
    options = ChromeOptions()
    options.binary_location = program
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    driver = Chrome(options=options, service=ChromeService(driver_program))
    try:
        driver.set_page_load_timeout(60)
        log_in(driver, galaxy)
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def screenshots(checkout: Checkout) -> Path:
    """Folder for pictures of the pages, for a person to look at."""
    folder = checkout.work_folder / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_in(driver: Chrome, galaxy: GalaxyServer) -> None:
    """Log in through the login page, as a person does."""
    driver.get(f"{galaxy.url}/login/start")
    wait = WebDriverWait(driver, 60)
    wait.until(lambda page: page.find_element(By.NAME, "login")).send_keys(galaxy.email)
    driver.find_element(By.NAME, "password").send_keys(galaxy.password)
    driver.find_element(By.CSS_SELECTOR, "button[name=login]").click()
    wait.until(lambda page: "/login" not in page.current_url)
