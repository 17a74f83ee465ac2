"""What the report of dividing a dataset again says, and that it warns where it must."""

from dataclasses import replace

import numpy as np

from enngene_core.report.description import Figure
from enngene_core.report.division import REDUCED
from enngene_core.report.split import split_report
from tests.plots.results import rejections, split_result
from tests.report.reading import table_of, text_of, warnings_of

PLENTY = np.full((2, 4), 500)


def test_plenty_of_windows_is_no_reason_for_care() -> None:
    report = split_report(split_result(("a", "b"), PLENTY))
    text = text_of(report)
    assert warnings_of(report) == ""
    assert "A dataset of 4,000 windows of 2 classes (a 2,000 and b 2,000) was divided again" in text
    assert "4,000 of its windows are in the new dataset, none was left out" in text
    assert "in the ratio 1:1:1:1" in text
    figures = [b.name for s in report.sections for b in s.blocks if isinstance(b, Figure)]
    assert figures == [
        *("windows", "lengths", "gc_content", "profile_structure", "profile_conservation"),
        "chromosomes",
    ]


def test_windows_that_were_left_out_are_told() -> None:
    kind = "overlaps a window of the test split"
    left_out = rejections((0, REDUCED, 100), (1, kind, 20), (1, "no split is given", 1))
    result = replace(
        split_result(("a", "b"), PLENTY, reduce=("a=2000",), split="given"),
        rejections=left_out,
        n_windows={"a": 2100, "b": 2021},
    )
    report = split_report(result)
    assert "classes were reduced at random: a to 2,000 windows. 100 windows were left out" in (
        text_of(report)
    )
    assert "121 were left out" in text_of(report)
    assert warnings_of(report) == (
        f"21 windows of 4,121 (0.5 %) were left out ({kind}: 20 and no split is given: 1). The "
        "table of windows that were left out names each."
    )
    classes = table_of(report, "classes")
    assert "4,121 = 4,000 that stay + 121 left out" in classes.caption
    assert classes.rows[1] == ("b", 2021, 21, 2000, 500, 500, 500, 500)
    assert table_of(report, "rejections").rows == [
        ("a", REDUCED, 100),
        ("b", kind, 20),
        ("b", "no split is given", 1),
    ]


def test_dataset_without_sequences_has_no_gc_content() -> None:
    result = split_result(("a", "b"), PLENTY, branches=("conservation",))
    result = replace(result, summary=replace(result.summary, gc={}))
    report = split_report(result)
    assert not [
        b for s in report.sections for b in s.blocks if getattr(b, "name", "") == "gc_content"
    ]
    assert "conservation (one conservation score a base" in text_of(report)
