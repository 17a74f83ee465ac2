"""The report of preprocessing."""

from typing import TYPE_CHECKING

from enngene_core.plots.names import natural_order
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, dataset_facts, run_again
from enngene_core.report.dataset_figures import dataset_figures
from enngene_core.report.dataset_tables import class_table, rejection_table
from enngene_core.report.description import Block, Report, Section, Table, Text, Warning
from enngene_core.report.division import division
from enngene_core.report.preprocess_cautions import preprocess_cautions
from enngene_core.report.preprocess_words import (
    how_chromosomes_were_matched,
    rows_plural,
    what_became,
    what_is_kept,
    where_windows_lie,
)
from enngene_core.report.trust import check_tables, signal_figures, trust
from enngene_core.report.trust_cautions import warnings_on_top
from enngene_core.report.words import count

if TYPE_CHECKING:
    from enngene_core.dataset.preprocess import PreprocessResult


def preprocess_report(result: "PreprocessResult") -> Report:
    """What became of the intervals, for a biologist."""
    cautions = [Warning(text) for text in preprocess_cautions(result)]
    return Report(
        "Preprocessing: from intervals to a dataset",
        [
            Section("What was done", _what_was_done(result)),
            trust(result),
            Section(CAREFUL, cautions or [Text("Nothing stood out.")]),
            Section(FIGURES, [*dataset_figures(result), *signal_figures(result)]),
            Section(TABLES, _tables(result)),
            run_again(dataset_facts(result.spec), result.provenance),
        ],
    )


def _what_was_done(result: "PreprocessResult") -> list[Block]:
    return [
        *(Warning(text) for text in warnings_on_top(result)),
        Text(what_became(result)),
        Text(where_windows_lie(result)),
        Text(what_is_kept(result.spec)),
        *(Text(words) for words in how_chromosomes_were_matched(result)),
        *division(result),
    ]


def _tables(result: "PreprocessResult") -> list[Block]:
    plural = rows_plural(result.spec)
    n_rows, n_rejected = sum(result.n_intervals.values()), len(result.rejections)
    n_windows = int(result.summary.counts.sum())
    return [
        class_table(
            result,
            result.n_intervals,
            noun="rows",
            left_out="rejected",
            caption=f"Rows of each class's file ({plural}), those rejected, and its windows by "
            f"split. Every row is accounted for: {n_rows:,} rows = "
            f"{count(n_windows, 'window')} + {n_rejected:,} rejected.",
        ),
        *rejection_table(
            result, noun="rows", caption=f"Why rows became no window: {n_rejected:,} in all."
        ),
        *check_tables(result),
        *_renamed(result),
    ]


def _renamed(result: "PreprocessResult") -> list[Table]:
    rows = [
        (f"{kind} {name}", own, names[own])
        for (kind, name), names in result.renamed.items()
        for own in natural_order(names)
    ]
    caption = "Chromosomes that the genome spells in another way."
    columns = ("class or branch", "its name", "name in the genome")
    return [Table("chromosome_names", caption, columns, rows)] if rows else []
