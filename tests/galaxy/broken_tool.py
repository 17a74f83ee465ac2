"""A wrapper of the suite with one false assertion, to prove that a false assertion is found."""

from __future__ import annotations

from pathlib import Path

from galaxy.util import xml_to_string

from tests.galaxy.wrapper import read_wrapper

FALSE_TEXT = "a text that this output never holds"


def break_an_assertion(wrapper: Path, folder: Path) -> Path:
    """Copy a wrapper under another tool id, with its first test made to fail.

    Only that test is kept, and its first checked output is asserted to hold `FALSE_TEXT`.

    Parameters
    ----------
    wrapper
        The wrapper.
    folder
        Where the copy goes.

    Returns
    -------
    Path
        The copy, named after its tool id.

    Raises
    ------
    ValueError
        If no test of the wrapper asserts on an output's contents.
    """
    tool = read_wrapper(wrapper)
    tests = tool.find("tests")
    checked = [
        (test, contents)
        for test in tool.iterfind("tests/test")
        if test.get("expect_failure") != "true"
        for contents in test.iterfind("output/assert_contents")
    ]
    if tests is None or not checked:
        raise ValueError(f"{wrapper}: no test asserts on the contents of an output")
    kept, contents = checked[0]
    for test in list(tests):
        if test is not kept:
            tests.remove(test)
    contents.append(contents.makeelement("has_text", {"text": FALSE_TEXT}))
    broken_id = f"{tool.get('id')}_broken"
    tool.set("id", broken_id)
    copy = folder / f"{broken_id}.xml"
    copy.write_text(xml_to_string(tool))
    return copy
