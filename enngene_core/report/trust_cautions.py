"""Why test results may be too good."""

from typing import TYPE_CHECKING

from enngene_core.dataset.trivial import PADDING, UNKNOWN
from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.report.trust import auroc
from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.dataset.leakage import SplitLeakage
    from enngene_core.dataset.trivial import TrivialSignal

#: A class whose artefacts reach more can be told by them.
_TOLD = 0.6
_MANY_REPEATS = 0.01
_CURES = {
    PADDING: "shift or drop windows at the ends in place of padding them, use a shorter window, or "
    "give all classes sequences of one length",
    UNKNOWN: "leave windows with N out, or take care that they are as frequent in every class",
}


def warnings_on_top(result: DatasetResult) -> list[str]:
    """One sentence for the top of the page, if padding or N alone tell a class."""
    names = [name for name in _CURES if _artefacts(result, name)]
    if not names:
        return []
    return [
        f"Classes can be told by {listed(names)} alone: a network trained on this dataset may "
        "learn nothing else. See what to be careful about, below."
    ]


def trust_cautions(result: DatasetResult) -> list[str]:
    """Artefacts that tell a class, then leakage."""
    return [*_told(result), *_leakage(result)]


def _artefacts(result: DatasetResult, name: str) -> "list[TrivialSignal]":
    """Where a signal that says how the dataset was made tells a class, the clearest first."""
    found = [
        signal
        for signal in (result.checks.signals if result.checks else ())
        if signal.name == name and signal.auroc > _TOLD and signal.low > 0.5
    ]
    of_classes = [signal for signal in found if signal.label is not None]
    return sorted(of_classes or found, key=lambda signal: -signal.auroc)


def _told(result: DatasetResult) -> list[str]:
    found = []
    for name, cure in _CURES.items():
        signals = _artefacts(result, name)
        if not signals:
            continue
        best, n_more = signals[0], len(signals) - 1
        if best.label is None:
            who = "The classes can be told apart"
        else:
            who = f"The class {listed([result.spec.classes[best.label]])} can be told from others"
        more = f"; so can {count(n_more, 'more class', 'more classes')}" if n_more else ""
        found.append(
            f"{who} by {name} alone (AUROC {auroc(best)}{more}). A network will learn this in "
            f"place of biology: {cure}."
        )
    return found


def _leakage(result: DatasetResult) -> list[str]:
    if result.checks is None:
        return [_POSSIBLE] if result.spec.allow_overlap else []
    rows = [row for row in result.checks.leakage.rows if row.label is None]
    told = [words for row in rows if (words := _leaking(row))]
    if not told:
        return []
    cures = []
    if any(row.overlapping for row in rows) and result.spec.allow_overlap:
        cures.append("Without --allow-overlap no window overlaps one of another split.")
    if any(map(_has_repeats, rows)) and result.spec.split != "homology":
        cures.append("A split by homology keeps similar windows together.")
    cure = "".join(f" {words}" for words in cures)
    return [
        f"Training windows overlap or nearly repeat windows of other splits: {'; '.join(told)}. "
        f"Results there can be too good.{cure}"
    ]


_POSSIBLE = (
    "Windows that overlap were allowed to be in different splits, so parts of training windows can "
    "stand in test data, and test results can be too good."
)


def _has_repeats(row: "SplitLeakage") -> bool:
    return row.nearly_identical > _MANY_REPEATS * row.checked


def _leaking(row: "SplitLeakage") -> str:
    words = []
    if row.overlapping:
        share = percent(row.overlapping / row.windows)
        words.append(f"{row.overlapping:,} of {row.windows:,} overlap ({share})")
    if _has_repeats(row):
        share = percent(row.nearly_identical / row.checked)
        words.append(f"{row.nearly_identical:,} of {row.checked:,} nearly repeat ({share})")
    return f"{row.split}: {', '.join(words)}" if words else ""
