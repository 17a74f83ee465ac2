"""A report as Galaxy renders it, and the Markdown that it was rendered from."""

from __future__ import annotations

import contextlib
import html
import re
from dataclasses import dataclass, replace
from pathlib import Path

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome
from selenium.webdriver.support.ui import WebDriverWait

PAGE = ".markdown-wrapper"
# One script, so that all is read from the same state of a page that is still being drawn.
# Galaxy marks the parts of a report; headings outside ".text-justify" are its own.
READ_PAGE = """
const all = selector => Array.from(document.querySelectorAll(selector));
return {
    text: all(".markdown-wrapper").map(part => part.innerText).join("\\n"),
    headings: all(".markdown-component .text-justify :is(h1, h2, h3, h4, h5, h6)")
        .map(heading => heading.innerText),
    figure_widths: all(".markdown-component img").map(image => image.naturalWidth),
    n_tables: all(".markdown-component table")
        .filter(table => table.querySelector("tbody td")).length,
    errors: all(".alert-danger").map(alert => alert.innerText.trim()),
};
"""
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"\b(?:history_dataset|job|workflow|invocation)_\w+\(")


@dataclass(frozen=True)
class Expected:
    """What the Markdown of a report promises."""

    headings: list[str]
    n_figures: int
    n_tables: int


@dataclass(frozen=True)
class Shown:
    """What the browser shows of a report."""

    text: str
    headings: list[str]
    figure_widths: list[int]
    n_tables: int
    errors: list[str]


def read_markdown(markdown: str) -> Expected:
    """Count what a report must show, from its Markdown source."""
    text = FENCE.sub("", markdown)
    headings = [line.lstrip("#") for line in text.splitlines() if line.startswith("#")]
    return Expected(
        headings=[_plain(html.unescape(heading)) for heading in headings],
        n_figures=markdown.count("history_dataset_as_image("),
        n_tables=markdown.count("history_dataset_as_table(")
        + len(re.findall(r"^\|[-: |]+\|$", text, re.MULTILINE)),
    )


def read_page(driver: Chrome) -> Shown:
    """Return what the page that is open shows of its report now."""
    shown = Shown(**driver.execute_script(READ_PAGE))
    return replace(shown, headings=[_plain(heading) for heading in shown.headings])


def open_report(driver: Chrome, url: str, expected: Expected, timeout: float = 60) -> Shown:
    """Open a report, wait until it shows as much as is expected, and return what it shows.

    What is still missing after `timeout` seconds is for the caller to find.
    """
    driver.get(url)
    with contextlib.suppress(TimeoutException):
        WebDriverWait(driver, timeout).until(lambda page: _is_complete(read_page(page), expected))
    return read_page(driver)


def save_screenshot(driver: Chrome, path: Path) -> None:
    """Save a picture of a whole report, however long, and not only of what fits the window."""
    size = driver.get_window_size()
    height = driver.execute_script("return document.querySelector(arguments[0]).scrollHeight", PAGE)
    driver.set_window_size(size["width"], height + 200)
    try:
        driver.save_screenshot(str(path))
    finally:
        driver.set_window_size(size["width"], size["height"])


def _plain(heading: str) -> str:
    """Return a heading without emphasis and escapes, and without underscores, which may be both."""
    return re.sub(r"[*_`\\]", "", heading).strip()


def _is_complete(shown: Shown, expected: Expected) -> bool:
    return (
        len(shown.headings) >= len(expected.headings)
        and shown.n_tables >= expected.n_tables
        and len(shown.figure_widths) >= expected.n_figures
        and all(shown.figure_widths)
    )
