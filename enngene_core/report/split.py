"""The report of dividing a dataset again."""

from typing import TYPE_CHECKING

from enngene_core.report.again import CAREFUL, FIGURES, TABLES, dataset_facts, run_again
from enngene_core.report.cautions import rare_classes
from enngene_core.report.dataset_cautions import content_cautions, split_cautions
from enngene_core.report.dataset_figures import dataset_figures
from enngene_core.report.dataset_tables import class_table, rejection_table
from enngene_core.report.description import Block, Report, Section, Text, Warning
from enngene_core.report.division import REDUCED, division
from enngene_core.report.preprocess_words import what_is_kept
from enngene_core.report.trust import check_tables, signal_figures, trust
from enngene_core.report.trust_cautions import trust_cautions, warnings_on_top
from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.dataset.split import SplitResult


def split_report(result: "SplitResult") -> Report:
    """How a dataset was divided again, for a biologist."""
    cautions = [Warning(text) for text in _cautions(result)]
    return Report(
        "Splitting: a dataset divided again",
        [
            Section("What was done", _what_was_done(result)),
            trust(result),
            Section(CAREFUL, cautions or [Text("Nothing stood out.")]),
            Section(FIGURES, [*dataset_figures(result), *signal_figures(result)]),
            Section(TABLES, _tables(result)),
            run_again(dataset_facts(result.spec), result.provenance),
        ],
    )


def _what_was_done(result: "SplitResult") -> list[Block]:
    spec = result.spec
    by_class = listed([f"{name} {number:,}" for name, number in result.n_windows.items()])
    n_kept = int(result.summary.counts.sum())
    return [
        *(Warning(text) for text in warnings_on_top(result)),
        Text(
            f"A dataset of {count(sum(result.n_windows.values()), 'window')} of "
            f"{count(len(spec.classes), 'class', 'classes')} ({by_class}) was divided again. "
            f"{n_kept:,} of its windows are in the new dataset, "
            f"{len(result.rejections) or 'none'} {'was' if len(result.rejections) < 2 else 'were'} "
            "left out. What stays of a window is the same as before; only where it belongs is new."
        ),
        Text(what_is_kept(spec)),
        *division(result),
    ]


def _cautions(result: "SplitResult") -> list[str]:
    return [
        *trust_cautions(result),
        *_left_out(result),
        *split_cautions(result),
        *rare_classes(result.spec.classes, result.summary.counts.sum(axis=1)),
        *content_cautions(result),
    ]


def _left_out(result: "SplitResult") -> list[str]:
    """Windows that were left out, save those that the user wanted to be."""
    kinds = result.rejections.by_kind()
    del kinds[REDUCED]
    n, total = kinds.total(), sum(result.n_windows.values())
    if not n:
        return []
    told = listed([f"{kind}: {number:,}" for kind, number in kinds.most_common()])
    return [
        f"{count(n, 'window')} of {total:,} ({percent(n / total)}) were left out ({told}). The "
        "table of windows that were left out names each."
    ]


def _tables(result: "SplitResult") -> list[Block]:
    n, n_left_out = sum(result.n_windows.values()), len(result.rejections)
    return [
        class_table(
            result,
            result.n_windows,
            noun="before",
            left_out="left out",
            caption="Windows of each class before, those left out, and those that stay, by split. "
            f"Every window is accounted for: {n:,} = {n - n_left_out:,} that stay + "
            f"{n_left_out:,} left out.",
        ),
        *rejection_table(
            result, noun="windows", caption=f"Why windows were left out: {n_left_out:,} in all."
        ),
        *check_tables(result),
    ]
