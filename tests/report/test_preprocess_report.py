"""What the report of preprocessing says, and that it warns where it must."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from enngene_core.dataset.divide import reduce_classes
from enngene_core.dataset.preprocess import PreprocessResult
from enngene_core.report.dataset_figures import MOST_PROFILES
from enngene_core.report.description import Figure, Report, Table
from enngene_core.report.division import REDUCED
from enngene_core.report.preprocess import preprocess_report
from enngene_core.specs.splitting import SplittingSpec
from tests.branches.real_windows import real_windows
from tests.plots.results import preprocess_result, rejections
from tests.report.reading import table_of, text_of, warnings_of

PLENTY = np.full((2, 4), 500)


def _result(**changes: Any) -> PreprocessResult:
    return preprocess_result(("a", "b"), PLENTY, **changes)


def _with(result: PreprocessResult, **changes: object) -> PreprocessResult:
    return replace(result, summary=replace(result.summary, **changes))


def _figures(report: Report) -> list[str]:
    return [b.name for s in report.sections for b in s.blocks if isinstance(b, Figure)]


def _tables(report: Report) -> list[str]:
    return [b.name for s in report.sections for b in s.blocks if isinstance(b, Table)]


def test_plenty_of_windows_is_no_reason_for_care() -> None:
    report = preprocess_report(_result())
    assert warnings_of(report) == ""
    assert "Nothing stood out." in text_of(report)


def test_rows_windows_and_lengths_are_told() -> None:
    text = text_of(preprocess_report(_result()))
    assert (
        "4,000 intervals of 2 classes (a 2,000 and b 2,000) became 4,000 windows of 20 nt" in text
    )
    assert "none was rejected" in text
    lengths = {"a": np.array([10, 1200, 30]), "b": np.array([20, 25])}
    text = text_of(preprocess_report(_with(_result(), lengths=lengths)))
    assert "These intervals have 10 to 1,200 nt, half of them 25 or less." in text
    same = _with(_result(), lengths={"a": np.full(2000, 7), "b": np.full(2000, 7)})
    report = preprocess_report(same)
    assert "All of these intervals have 7 nt" in text_of(report)
    assert "lengths" not in _figures(report)


def test_ready_sequences_are_told_from_intervals() -> None:
    text = text_of(preprocess_report(_result(ready_classes=("b",))))
    assert "4,000 intervals and sequences" in text
    assert "Ready sequences: b." in text
    text = text_of(preprocess_report(_result(ready_classes=("a", "b"))))
    assert "4,000 sequences of" in text
    assert "around the middle of its sequence and is read as it stands" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "around the middle of its interval and is read on its interval's own strand"),
        ({"placement": "random"}, "at a random place within its interval"),
        ({"strand": "ignore"}, "read on the plus strand, whatever the strand"),
        ({"edge": "shift"}, "is shifted inside"),
        ({"edge": "pad"}, "is filled with N there (here: 3 padded)"),
        ({"edge": "drop"}, "is left out"),
        ({"feature": "exon"}, "lines of exon"),
        (
            {"structure": "unpaired", "structure_flank": 50, "structure_span": 40},
            "structure (probability that the base is unpaired, from the partition function, "
            "folded with up to 50 nt on each side, of bases that pair over at most 40 nt)",
        ),
        (
            {"flank": 20, "structure": "unpaired", "structure_flank": 50},
            "folded with up to 70 nt on each side",
        ),
        ({"flank": 20}, "It keeps 20 nt on each side of every window too"),
        ({"tracks": {"ctcf": "regions"}}, "ctcf (1 inside the user's own regions, 0 outside)"),
    ],
)
def test_settings_are_told_in_words(changes: Mapping[str, Any], words: str) -> None:
    padded = _with(_result(**changes), n_padded=np.array([1, 2]))
    assert words in text_of(preprocess_report(padded))


def test_split_at_random_is_told_with_the_ratio_that_it_reached() -> None:
    text = text_of(preprocess_report(_result()))
    assert "at random within each class, in the ratio 1:1:1:1" in text
    assert "Windows that overlap, on either strand, are always in the same split;" in text
    assert "test: 1,000 windows (25.0 %; asked for 25.0 %)" in text


def test_split_by_homology_tells_its_identity() -> None:
    text = text_of(preprocess_report(_result(split="homology", identity=0.85)))
    assert "windows with 85 % or more identical bases are always in the same split" in text


def test_chosen_chromosomes_are_listed() -> None:
    chromosomes = {
        "chr10": np.array([0, 0, 1000, 0]),
        "chr2": np.array([800, 0, 0, 0]),
        "chr1": np.array([200, 0, 0, 0]),
        "chr3": np.array([0, 1000, 0, 0]),
    }
    result = _result(split="chromosome", test_chromosomes=("chr10",), ratio=(1, 1, 2))
    text = text_of(preprocess_report(_with(result, chromosomes=chromosomes)))
    assert "Those of test were named." in text
    assert (
        "Those of validation were chosen so that every class comes as near to the ratio 1:1:2"
        in (text)
    )
    assert "train: 1,000 windows (25.0 %), on chr1 and chr2" in text
    assert "validation: 1,000 windows (25.0 %; asked for 25.0 %), on chr3" in text
    assert "test: 1,000 windows (25.0 %), on chr10" in text
    assert "at random within each class" not in text


def test_given_split_and_allowed_overlap_are_told() -> None:
    text = text_of(preprocess_report(_result(split="given")))
    assert "as it was given" in text
    assert "asked for" not in text
    text = text_of(preprocess_report(_result(allow_overlap=True)))
    assert "were allowed to be in different splits" in text
    assert "always in the same split" not in text


def test_chromosomes_of_other_names_are_told() -> None:
    genome = {f"{n}": f"chr{n}" for n in range(1, 22)}
    # A class may be called like a branch.
    renamed = {
        ("class", "conservation"): {"10": "chr10", "2": "chr2", "1": "chr1"},
        ("branch", "conservation"): genome,
    }
    report = preprocess_report(replace(_result(), renamed=renamed))
    where = "in the class conservation and in the branch conservation."
    assert (
        f"Names of chromosomes differ from the genome's by chr: 1 is chr1, and 20 more, {where}"
        in text_of(report)
    )
    rows = table_of(report, "chromosome_names").rows
    assert rows[:3] == [("class conservation", n, f"chr{n}") for n in ("1", "2", "10")]
    assert len(rows) == 24
    mixed = {("class", "a"): {"I": "chr1", "chr2": "2"}, ("class", "b"): {"I": "chr1"}}
    text = text_of(preprocess_report(replace(_result(), renamed=mixed)))
    assert (
        "by chr or as your table of names says: I is chr1, and 1 more, in the classes a and b"
        in (text)
    )
    assert "chromosome_names" not in _tables(preprocess_report(_result()))


def test_counts_add_up_by_class_and_reason() -> None:
    lost = rejections((0, "beyond", 3), (1, "twice", 1), (1, "beyond", 2))
    result = replace(_result(), n_intervals={"a": 2003, "b": 2003}, rejections=lost, n_shifted=1)
    report = preprocess_report(result)
    assert table_of(report, "rejections").rows == [
        ("a", "beyond", 3),
        ("b", "beyond", 2),
        ("b", "twice", 1),
    ]
    classes = table_of(report, "classes")
    assert classes.columns[:4] == ("class", "rows", "rejected", "windows")
    assert classes.rows[0] == ("a", 2003, 3, 2000, 500, 500, 500, 500)
    for row in classes.rows:
        assert row[1] == row[2] + row[3]
        assert row[3] == sum(row[4:])
    assert "4,006 rows = 4,000 windows + 6 rejected" in classes.caption
    warnings = warnings_of(report)
    assert "6 intervals of 4,006 (0.1 %) became no window (beyond: 5 and twice: 1)" in warnings
    assert "1 window would have reached past an end and was shifted inside" in warnings


def test_reduction_is_told_and_is_no_reason_for_care() -> None:
    windows = real_windows(width=20)
    spec = SplittingSpec(reduce=("a=1", "b=0.5"))
    label = np.arange(len(windows), dtype=np.int32) % 2
    _, left_out = reduce_classes(replace(windows, label=label), spec, ("a", "b"))
    assert set(left_out.kind) == {REDUCED}
    result = replace(
        _result(reduce=spec.reduce), rejections=left_out, n_intervals={"a": 2000, "b": 2000}
    )
    report = preprocess_report(result)
    assert f"a to 1 window and b to 50.0 %. {len(left_out):,} windows were left out" in text_of(
        report
    )
    assert warnings_of(report) == ""
    assert {row[1] for row in table_of(report, "rejections").rows} == {REDUCED}


def test_few_and_rare_windows_are_warned_of() -> None:
    counts = np.array([[900, 90, 120, 0], [20, 0, 1, 0]])
    result = preprocess_result(("many", "rare"), counts, ratio=(8, 1, 1))
    result = _with(result, gc={"many": np.array([0.3]), "rare": np.array([0.55])})
    missing = {"conservation": 10_000, "ctcf": 1}
    warnings = warnings_of(preprocess_report(replace(result, n_missing=missing)))
    assert "class rare (1.9 %)" in warnings
    assert "Only 90 windows for validation: one window more or less changes accuracy by 1.1" in (
        warnings
    )
    assert "The validation split has no window of rare." in warnings
    assert "Fewer than 100 training windows: rare (20)" in warnings
    assert "the median is 30 % in many and 55 % in rare" in warnings
    assert "no score and were given 0: 44.2 % in conservation." in warnings
    assert "far from the ratio" not in warnings


def test_ratio_that_was_missed_is_warned_of() -> None:
    counts = np.array([[500, 500, 10, 0], [500, 500, 140, 0]])
    warnings = warnings_of(
        preprocess_report(preprocess_result(("a", "b"), counts, ratio=(8, 1, 1)))
    )
    assert (
        "train has 46.5 % in place of 80.0 %; validation has 46.5 % in place of 10.0 %; test has "
        "7.0 % in place of 10.0 %. Groups of overlapping windows stay whole." in warnings
    )
    given = preprocess_result(("a", "b"), counts, ratio=(8, 1, 1), split="given")
    assert "in place of" not in warnings_of(preprocess_report(given))


def test_unknown_bases_are_warned_of() -> None:
    result = _with(_result(), n_unknown_bases=2000)
    assert "2.5 % of the bases are none of A, C, G, T" in warnings_of(preprocess_report(result))


def test_figures_that_say_nothing_are_left_out() -> None:
    whole = ["windows", "lengths", "gc_content", "profile_structure", "profile_conservation"]
    assert _figures(preprocess_report(_result())) == [*whole, "chromosomes"]
    tracks = {"ctcf": "signal", "islands": "regions"}
    report = preprocess_report(_result(branches=("sequence",), tracks=tracks))
    assert _figures(report) == [*whole[:3], "profile_ctcf", "profile_islands", "chromosomes"]
    bare = _with(_result(branches=("conservation",)), gc={}, chromosomes={}, profiles={})
    assert _figures(preprocess_report(bare)) == ["windows", "lengths"]


def test_figures_name_what_they_show() -> None:
    tracks = {"ctcf": "signal", "islands": "regions"}
    report = preprocess_report(_result(tracks=tracks, structure="unpaired"))
    captions = {
        b.name: b.caption for s in report.sections for b in s.blocks if isinstance(b, Figure)
    }
    assert "Mean probability of being unpaired" in captions["profile_structure"]
    assert "Mean score of ctcf" in captions["profile_ctcf"]
    assert "Share of windows inside islands" in captions["profile_islands"]
    assert "0 is the middle base of a window. A base without a score counts as 0." in text_of(
        report
    )
    rows = table_of(report, "profile_conservation").rows
    assert rows[0] == ("a", -10.0, 0.0)
    assert rows[-1] == ("b", 9.0, pytest.approx(2.9))
    assert table_of(report, "chromosomes").rows == [
        ("chr1", 500, 500, 500, 500, 2000),
        ("chr2", 500, 500, 500, 500, 2000),
    ]
    assert table_of(report, "lengths").rows[0][3] == pytest.approx(25, abs=1)


def test_profiles_of_many_tracks_are_limited() -> None:
    tracks = {f"t{n}": "signal" for n in range(100)}
    report = preprocess_report(_result(tracks=tracks))
    assert sum(name.startswith("profile") for name in _figures(report)) == MOST_PROFILES
    assert "The first 8 of 102 branches are drawn." in text_of(report)
