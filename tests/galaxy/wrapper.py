"""A tool wrapper with its macros expanded, as Galaxy sees it."""

from __future__ import annotations

from pathlib import Path

from galaxy.util import Element
from galaxy.util.xml_macros import load


def read_wrapper(path: Path) -> Element:
    """Return the root element of a wrapper, whose macros are expanded."""
    return load(str(path)).getroot()


def report_outputs(wrapper: Path) -> set[str]:
    """Return the names of a tool's outputs that are reports."""
    outputs = read_wrapper(wrapper).iterfind("outputs/data")
    return {output.get("name") for output in outputs if output.get("format") == "tool_markdown"}
