"""The report of making negatives."""

from typing import TYPE_CHECKING, Any

import numpy as np

from enngene_core.dataset.likeness import DINUCLEOTIDES, Profile
from enngene_core.plots.likeness import (
    CLASSES,
    LEAST_SHARE,
    DinucleotidesDisplay,
    GcHistogramDisplay,
    Histogram,
    LengthHistogramDisplay,
    gc_histogram,
    length_histogram,
)
from enngene_core.plots.names import natural_order
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, run_again
from enngene_core.report.description import Block, Figure, Report, Section, Table, Text, Warning
from enngene_core.report.negatives_cautions import negatives_cautions
from enngene_core.report.negatives_words import settings, what_was_done
from enngene_core.report.words import percent

if TYPE_CHECKING:
    from enngene_core.dataset.negatives import NegativesResult

_ENDS = f"Bins at the ends with less than {LEAST_SHARE:g} % of both are in the table alone."


def negatives_report(result: "NegativesResult") -> Report:
    """What the negatives are and how like the positives, for a biologist."""
    cautions = [Warning(text) for text in negatives_cautions(result)]
    return Report(
        "Negatives: a background class for the positives",
        [
            Section("What was done", [Text(text) for text in what_was_done(result)]),
            Section("How alike the classes are", _likeness(result)),
            Section(CAREFUL, cautions or [Text("Nothing stood out.")]),
            Section(FIGURES, _figures(result)),
            Section(TABLES, _tables(result)),
            run_again(settings(result.spec), result.provenance),
        ],
    )


def _likeness(result: "NegativesResult") -> list[Block]:
    profiles = (result.made.positives, result.made.negatives)
    rows: list[tuple[Any, ...]] = [
        ("sequences", *map(len, profiles), ""),
        ("median length (nt)", *(float(np.median(p.length)) for p in profiles),
         result.auroc["length"]),
        ("mean GC content (%)", *(_mean_gc(p) for p in profiles), result.auroc["GC content"]),
        ("unknown bases, N (%)", *(100 * p.unknown_share for p in profiles), ""),
    ]  # fmt: skip
    shares = [profile.dinucleotide_shares for profile in profiles]
    most = int(abs(shares[0] - shares[1]).argmax())
    return [
        Table(
            "likeness",
            "Both classes in numbers. AUROC: how well this number alone tells them apart; 0.5 is "
            "not at all, 1 is always.",
            ("", *CLASSES, "AUROC"),
            rows,
        ),
        Text(
            f"Of all dinucleotides {DINUCLEOTIDES[most]} differs most: {percent(shares[0][most])} "
            f"in positives, {percent(shares[1][most])} in negatives."
        ),
    ]


def _mean_gc(profile: Profile) -> float:
    return float(100 * profile.gc.mean()) if profile.gc.size else float("nan")


def _figures(result: "NegativesResult") -> list[Block]:
    profiles = (result.made.positives, result.made.negatives)
    blocks: list[Block] = []
    if all(profile.gc.size for profile in profiles):
        blocks.append(
            Figure(
                "gc_content",
                f"Distribution of GC content in positives (area) and negatives (line). {_ENDS}",
                lambda: GcHistogramDisplay(*profiles).plot().figure,
                _bins("gc_content", "GC content (%)", gc_histogram(*profiles)),
            )
        )
    length = profiles[0].length
    if (np.concatenate([profile.length for profile in profiles]) == length[0]).all():
        blocks.append(Text(f"All positives and negatives have {length[0]:,} nt."))
    else:
        blocks.append(
            Figure(
                "lengths",
                f"Distribution of lengths of positives (area) and negatives (line). {_ENDS}",
                lambda: LengthHistogramDisplay(*profiles).plot().figure,
                _bins("lengths", "length (nt)", length_histogram(*profiles)),
            )
        )
    shares = [100 * profile.dinucleotide_shares for profile in profiles]
    blocks.append(
        Figure(
            "dinucleotides",
            "Share of each dinucleotide in positives and negatives, read on each one's own strand.",
            lambda: DinucleotidesDisplay(*profiles).plot().figure,
            Table(
                "dinucleotides",
                "Shares of dinucleotides (%).",
                ("dinucleotide", *CLASSES),
                list(zip(DINUCLEOTIDES, *(part.tolist() for part in shares), strict=True)),
            ),
        )
    )
    return blocks


def _bins(name: str, what: str, histogram: Histogram) -> Table:
    rows = zip(
        histogram.edges[:-1].astype(int).tolist(),
        histogram.edges[1:].astype(int).tolist(),
        histogram.positives.tolist(),
        histogram.negatives.tolist(),
        strict=True,
    )
    return Table(
        name,
        f"Share of each class (%) by {what}, from and below.",
        ("from", "below", *CLASSES),
        list(rows),
    )


def _tables(result: "NegativesResult") -> list[Block]:
    made = result.made
    n_used = len(made.positives)
    tables: list[Block] = [
        Table(
            "counts",
            "Every positive is accounted for, and every negative that was wanted.",
            ("", "all", "used or made", "not"),
            [
                ("positives", result.n_positives, n_used, len(result.rejections)),
                ("negatives", result.n_wanted, len(made.negatives), len(made.unplaced)),
            ],
        )
    ]
    if result.rejections or made.unplaced:
        rows = [
            (what, reason, number)
            for what, rejections in (("positive", result.rejections), ("negative", made.unplaced))
            for reason, number in rejections.by_kind().most_common()
        ]
        caption = "Why positives could not be used, and negatives not made."
        tables.append(Table("reasons", caption, ("what", "reason", "number"), rows))
    if len(made.n_at_bound) > 1:
        unit = "difference in GC content (percentage points)"
        if result.spec.method == "flank":
            unit = "distance (nt)"
        tables.append(
            Table(
                "bounds",
                f"Negatives by the largest {unit} at which they were looked for.",
                (f"at most, {unit}", "negatives"),
                list(made.n_at_bound.items()),
            )
        )
    if result.masks:
        masks = [
            (number, mask.n_intervals, mask.n_elsewhere)
            for number, mask in enumerate(result.masks, 1)
        ]
        caption = "Masks, and their intervals on chromosomes that the genome lacks."
        tables.append(Table("masks", caption, ("mask", "intervals", "not on the genome"), masks))
    renamed = [
        (where, own, names[own])
        for where, names in result.renamed.items()
        for own in natural_order(names)
    ]
    if renamed:
        caption = "Chromosomes that the genome spells in another way."
        columns = ("input", "its name", "name in the genome")
        tables.append(Table("chromosome_names", caption, columns, renamed))
    return tables
