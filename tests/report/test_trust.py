"""How far reports say that test results can be trusted."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from enngene_core.report.description import Figure, Report, Warning
from enngene_core.report.preprocess import preprocess_report
from enngene_core.report.split import split_report
from tests.core_fixtures import RealDataset
from tests.plots.results import checks, names, preprocess_result, split_result
from tests.report.reading import table_of, text_of, warnings_of

PLENTY = np.full((2, 4), 500)
Make = Callable[..., Report]


def _report(*, n_classes: int = 2, **found: float) -> Report:
    made = checks(n_classes, **found)  # type: ignore[arg-type]
    counts = np.full((n_classes, 4), 500)
    return preprocess_report(preprocess_result(names(n_classes), counts, checks=made))


@pytest.mark.parametrize(
    "make",
    [
        lambda **changes: preprocess_report(preprocess_result(("a", "b"), PLENTY, **changes)),
        lambda **changes: split_report(split_result(("a", "b"), PLENTY, **changes)),
    ],
)
def test_leakage_and_trivial_signals_are_told(make: Make) -> None:
    report = make(checks=checks(2, gc=0.71, kmers=0.8))
    text = text_of(report)
    assert (
        "test: overlap with a training window: 0 of 100 windows; near repeats of one: 0 of 50 that "
        "were compared (0.0 %), exact copies among them: 1" in text
    )
    assert "GC content: 0.71 (0.66 to 0.76)" in text
    assert "AUROC on test windows" in text
    assert warnings_of(report) == ""
    assert table_of(report, "leakage").rows == [
        ("test", "all", 100, 50, 0, 1, 0),
        ("test", "a", 100, 50, 0, 1, 0),
    ]
    signals = table_of(report, "trivial_signals")
    assert signals.rows[0] == ("GC content", "all", 0.71, pytest.approx(0.66), 0.76, 100)
    assert len(signals.rows) == 5
    assert report.sections[-3].blocks[-1].name == "trivial_signals"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"overlapping": 1}, "test: 1 of 100 overlap (1.0 %)."),
        ({"nearly_identical": 1}, "test: 1 of 50 nearly repeat (2.0 %)."),
        ({"overlapping": 3, "nearly_identical": 2}, "3 of 100 overlap (3.0 %), 2 of 50 nearly"),
    ],
)
def test_leakage_is_warned_of(found: dict[str, float], words: str) -> None:
    report = _report(**found)
    assert words in warnings_of(report)
    assert "can be too good" in warnings_of(report)
    assert ("by homology keeps similar" in warnings_of(report)) == ("nearly_identical" in found)


def test_few_near_repeats_are_no_leak() -> None:
    made = checks(2, nearly_identical=1)
    rows = [replace(row, checked=100) for row in made.leakage.rows]
    made = replace(made, leakage=replace(made.leakage, rows=tuple(rows)))
    report = preprocess_report(preprocess_result(("a", "b"), PLENTY, checks=made))
    assert warnings_of(report) == ""


def test_overlap_is_warned_of_where_it_was_allowed_and_is_there() -> None:
    def report(**changes: object) -> str:
        result = preprocess_result(("a", "b"), PLENTY, allow_overlap=True, **changes)
        return warnings_of(preprocess_report(result))

    assert "can stand in test data" in report()
    assert report(checks=checks(2)) == ""
    assert "Without --allow-overlap" in report(checks=checks(2, overlapping=1))


@pytest.mark.parametrize(("key", "name"), [("padding", "padding"), ("unknown", "unknown bases")])
def test_padding_or_n_that_tells_the_classes_stands_on_top(key: str, name: str) -> None:
    made = checks(2, overlapping=5, nearly_identical=5, **{key: 0.9})
    counts = np.array([[500, 10, 10, 10], [5, 5, 5, 5]])
    for report in (
        preprocess_report(preprocess_result(("a", "b"), counts, checks=made)),
        split_report(split_result(("a", "b"), counts, checks=made)),
    ):
        top = report.sections[0].blocks[0]
        assert isinstance(top, Warning)
        assert f"told by {name} alone" in top.text
        careful = next(s for s in report.sections if s.heading == "What to be careful about")
        words = f"The classes can be told apart by {name} alone (AUROC 0.90 (0.85 to 0.95))."
        assert careful.blocks[0].text.startswith(words)
        assert "overlap" in careful.blocks[1].text


def test_weak_or_uncertain_artefacts_are_not_warned_of() -> None:
    assert warnings_of(_report(padding=0.6, unknown=0.58)) == ""
    made = checks(2, padding=0.7)
    vague = tuple(replace(signal, low=0.4) for signal in made.signals)
    result = preprocess_result(("a", "b"), PLENTY, checks=replace(made, signals=vague))
    assert warnings_of(preprocess_report(result)) == ""


def test_class_that_padding_tells_is_named() -> None:
    warnings = warnings_of(_report(n_classes=3, padding=0.55))
    assert "The class class_1 can be told from others by padding alone (AUROC 0.65" in warnings
    warnings = warnings_of(_report(n_classes=3, padding=0.65))
    assert "so can 2 more classes" in warnings
    assert "mean of the classes" in text_of(_report(n_classes=3))


def test_signals_that_are_not_defined_are_not_drawn() -> None:
    nan = float("nan")
    made = checks(2)
    undefined = tuple(replace(s, auroc=nan, low=nan, high=nan) for s in made.signals)
    for signals in ((), undefined):
        checked = replace(made, signals=signals)
        report = preprocess_report(preprocess_result(("a", "b"), PLENTY, checks=checked))
        assert "too few windows to tell what trivial signals reach" in text_of(report)
        names = [b.name for s in report.sections for b in s.blocks if isinstance(b, Figure)]
        assert "trivial_signals" not in names
    some = (made.signals[0], *undefined[1:])
    report = preprocess_report(
        preprocess_result(("a", "b"), PLENTY, checks=replace(made, signals=some))
    )
    assert "padding: not defined" in text_of(report)


def test_report_without_checks_says_why() -> None:
    report = split_report(split_result(("a", "b"), PLENTY, branches=("conservation",)))
    assert "were not looked for: the dataset has no sequence branch." in text_of(report)
    report = preprocess_report(preprocess_result(("a", "b"), PLENTY))
    assert "were not looked for." in text_of(report)


def test_report_of_real_data_accounts_for_every_row(real_dataset: RealDataset) -> None:
    report = preprocess_report(real_dataset.result)
    for row in table_of(report, "classes").rows:
        assert row[1] == row[2] + sum(row[4:])
    counts = table_of(report, "chromosomes").rows
    assert sum(row[-1] for row in counts) == real_dataset.result.summary.counts.sum()
    assert [row[0] for row in counts] == ["chr_10", "chr_11", "chr_12", "chr_13"]
    assert len(table_of(report, "profile_conservation").rows) == 3 * 51
