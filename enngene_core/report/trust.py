"""How far test results can be trusted: leakage, and what trivial signals reach alone."""

import math
from typing import TYPE_CHECKING

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.style import MOST_ROWS
from enngene_core.plots.trivial import TrivialSignalsDisplay
from enngene_core.report.description import Block, Facts, Figure, Section, Table, Text
from enngene_core.report.words import count, percent
from enngene_core.specs.preprocess import DatasetSpec

if TYPE_CHECKING:
    from enngene_core.dataset.checks import Checks
    from enngene_core.dataset.leakage import SplitLeakage
    from enngene_core.dataset.trivial import TrivialSignal

_LEAKAGE = ("split", "class", "windows", "compared", "overlapping", "identical", "near repeats")
_SIGNALS = ("signal", "class", "auroc", "low", "high", "windows")
_ALL = "all"


def trust(result: DatasetResult) -> Section:
    """How leaky the splits are, and how trivial the classes."""
    heading = "How far test results can be trusted"
    if result.checks is None:
        why = "" if "sequence" in result.spec.branches else ": the dataset has no sequence branch"
        return Section(heading, [Text(f"Leakage and trivial signals were not looked for{why}.")])
    leakage = result.checks.leakage
    blocks: list[Block] = [
        Text(
            "What a network has seen in training it can remember. So windows of the other splits "
            "should neither overlap a training window nor nearly repeat one "
            f"({100 * leakage.identity:g} % or more of the bases identical in the best alignment "
            "without gaps, on either strand). Of each split, these do:"
        ),
        Facts([(row.split, leaking(row)) for row in leakage.rows if row.label is None]),
    ]
    return Section(heading, [*blocks, *_signals(result.checks, result.spec)])


def _signals(checks: "Checks", spec: DatasetSpec) -> list[Block]:
    signals = overall(checks)
    if all(math.isnan(signal.auroc) for signal in signals):
        return [Text("There are too few windows to tell what trivial signals reach alone.")]
    mean = ", mean of the classes" if len(spec.classes) > 2 else ""
    return [
        Text(
            f"Read a network's AUROC on {checks.tested_on} windows against what signals that need "
            f"no network reach there alone ({count(signals[0].n_test, 'window')}{mean}, with 95 % "
            "intervals; guessing: 0.5, perfect: 1). Where it is no better, it need not have "
            "learned anything else."
        ),
        Facts([(signal.name, auroc(signal)) for signal in signals]),
        Text(
            "Each signal went through a logistic regression that learned from training windows; "
            "k-mers are counts of short words. Of an interval's length a network sees only padding "
            "and what surrounds short ones."
        ),
    ]


def overall(checks: "Checks") -> "list[TrivialSignal]":
    """What each signal reaches for all classes together."""
    return [signal for signal in checks.signals if signal.label is None]


def leaking(row: "SplitLeakage") -> str:
    """What of a split overlaps or nearly repeats training windows."""
    share = row.nearly_identical / row.checked if row.checked else float("nan")
    compared = "" if row.checked == row.windows else " that were compared"
    return (
        f"overlap with a training window: {row.overlapping:,} of {count(row.windows, 'window')}; "
        f"near repeats of one: {row.nearly_identical:,} of {row.checked:,}{compared} "
        f"({percent(share)}), exact copies among them: {row.identical:,}"
    )


def auroc(signal: "TrivialSignal") -> str:
    """AUROC with its interval: ``0.71 (0.69 to 0.73)``."""
    if math.isnan(signal.auroc):
        return "not defined"
    return f"{signal.auroc:.2f} ({signal.low:.2f} to {signal.high:.2f})"


def check_tables(result: DatasetResult) -> list[Table]:
    """Leakage by split and class; first all classes together, as a page may show no more."""
    if result.checks is None:
        return []
    leakage = result.checks.leakage
    rows = [
        (
            *(row.split, _ALL if row.label is None else result.spec.classes[row.label]),
            *(row.windows, row.checked, row.overlapping, row.identical, row.nearly_identical),
        )
        for row in sorted(leakage.rows, key=lambda row: row.label is not None)
    ]
    caption = (
        "Windows of each split that overlap a training window; and of those that were compared "
        "base by base, exact copies of a training window and near repeats (identity of "
        f"{100 * leakage.identity:g} % or more, copies too)."
    )
    return [Table("leakage", caption, _LEAKAGE, rows)] if rows else []


def signal_figures(result: DatasetResult) -> list[Figure]:
    """AUROC of trivial signals, where it is defined."""
    checks, classes = result.checks, result.spec.classes
    if checks is None or all(math.isnan(signal.auroc) for signal in checks.signals):
        return []
    rows = [
        (
            *(signal.name, _ALL if signal.label is None else classes[signal.label]),
            *(signal.auroc, signal.low, signal.high, signal.n_test),
        )
        for signal in sorted(checks.signals, key=lambda signal: signal.label is not None)
    ]
    of = "" if len(classes) == 2 else ", for each class against all others, and their mean"
    part = (
        f" The first {MOST_ROWS} of {len(classes):,} classes." if len(classes) > MOST_ROWS else ""
    )
    return [
        Figure(
            "trivial_signals",
            f"AUROC that single properties of the windows reach alone on {checks.tested_on} "
            f"windows{of}. Lines, where they are drawn, are 95 % intervals; 0.5 is guessing.{part}",
            lambda: TrivialSignalsDisplay(checks, classes).plot().figure,
            Table(
                "trivial_signals",
                "AUROC of trivial signals, with 95 % intervals.",
                _SIGNALS,
                rows,
            ),
        )
    ]
