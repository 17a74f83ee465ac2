"""The report of preprocessing."""

from collections import Counter
from typing import TYPE_CHECKING

from enngene_core.plots.gc_content import PERCENTILES, GcContentDisplay, gc_percentiles
from enngene_core.plots.style import MOST_ROWS
from enngene_core.plots.windows import WindowCountsDisplay
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, dataset_facts, run_again
from enngene_core.report.description import Block, Figure, Report, Section, Table, Text, Warning
from enngene_core.report.preprocess_cautions import preprocess_cautions, rejections_by_kind
from enngene_core.report.words import count, listed
from enngene_core.specs.branches import ENCODINGS
from enngene_core.specs.preprocess import SPLITS

if TYPE_CHECKING:
    from enngene_core.dataset.preprocess import PreprocessResult


def preprocess_report(result: "PreprocessResult") -> Report:
    """What became of the intervals, for a biologist."""
    cautions = [Warning(text) for text in preprocess_cautions(result)]
    return Report(
        "Preprocessing: from intervals to a dataset",
        [
            Section("What was done", _what_was_done(result)),
            Section(CAREFUL, cautions or [Text("Nothing stood out.")]),
            Section(FIGURES, _figures(result)),
            Section(TABLES, _tables(result)),
            run_again(dataset_facts(result.spec), result.provenance),
        ],
    )


def _what_was_done(result: "PreprocessResult") -> list[Block]:
    spec = result.spec
    place = (
        "around the middle of its interval"
        if spec.placement == "center"
        else "at a random place within its interval (around it, where the interval is shorter)"
    )
    if spec.split == "random":
        split = f"at random within each class, {':'.join(map(str, spec.ratio))}"
    else:
        split = (
            f"by chromosome (validation: {listed(spec.validation_chromosomes)}; "
            f"test: {listed(spec.test_chromosomes)}; training: all others)"
        )
    by_split = ", ".join(
        f"{name} {total:,}" for name, total in zip(SPLITS, result.counts.sum(axis=0), strict=True)
    )
    branches = "; ".join(f"{name} ({ENCODINGS[name]})" for name in spec.branches)
    n_windows = int(result.counts.sum())
    return [
        Text(
            f"{count(sum(result.n_intervals.values()), 'interval')} of "
            f"{count(len(spec.classes), 'class', 'classes')} ({listed(spec.classes)}) became "
            f"{count(n_windows, 'window')} of {spec.window:,} nt. Each window lies {place} and is "
            "read on its interval's own strand."
        ),
        Text(f"Of each window the dataset keeps: {branches}."),
        Text(
            f"Windows were divided {split}: {by_split}. A network learns from the training "
            "windows; validation windows decide when it stops; test windows only judge it; "
            "blackbox windows are kept aside for a last check."
        ),
    ]


def _figures(result: "PreprocessResult") -> list[Block]:
    n_classes = len(result.spec.classes)
    part = f" The first {MOST_ROWS} of {n_classes:,} classes." if n_classes > MOST_ROWS else ""
    windows = [
        (name, *map(int, row), int(row.sum()))
        for name, row in zip(result.spec.classes, result.counts, strict=True)
    ]
    gc = [(name, *map(float, values)) for name, values in gc_percentiles(result).items()]
    return [
        Figure(
            "windows",
            f"Number of windows of each class, by split.{part}",
            lambda: WindowCountsDisplay(result).plot().figure,
            Table("windows", "Windows by class and split.", ("class", *SPLITS, "all"), windows),
        ),
        Figure(
            "gc_content",
            "GC content of the windows of each class: median (line), quartiles (box), 5th and "
            f"95th percentile (whiskers).{part}",
            lambda: GcContentDisplay(result).plot().figure,
            Table(
                "gc_content",
                "Percentiles of GC content (%) by class.",
                ("class", *(f"percentile_{p}" for p in PERCENTILES)),
                gc,
            ),
        ),
    ]


def _tables(result: "PreprocessResult") -> list[Block]:
    rejected = Counter(rejection.class_name for rejection in result.rejections)
    rows = [
        (name, result.n_intervals[name], rejected[name], *map(int, of_class))
        for name, of_class in zip(result.spec.classes, result.counts, strict=True)
    ]
    tables: list[Block] = [
        Table(
            "classes",
            "Intervals of each class, those rejected, and its windows by split.",
            ("class", "intervals", "rejected", *SPLITS),
            rows,
        )
    ]
    if result.rejections:
        tables.append(
            Table(
                "rejections",
                "Why intervals became no window.",
                ("reason", "intervals"),
                rejections_by_kind(result).most_common(),
            )
        )
    return tables
