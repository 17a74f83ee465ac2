"""The report of a scan."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.plots.scan import (
    MOST_CLASSES,
    MOST_PANELS,
    PeaksDisplay,
    ScoreHistogram,
    ScoresDisplay,
)
from enngene_core.plots.style import MOST_ROWS
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, model_facts, run_again
from enngene_core.report.description import Block, Figure, Report, Section, Table, Text, Warning
from enngene_core.report.scan_cautions import scan_cautions
from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.prediction.scan_result import ClassScan, ScanResult

_READ = {
    ("+", "-"): "on both strands",
    ("+",): "on the forward strand",
    ("-",): "on the reverse strand",
    (".",): "without regard to strands",
}


def scan_report(result: "ScanResult") -> Report:
    """What was scanned and what was found, for a biologist."""
    spec, grid = result.spec, result.grid
    settings = [
        ("step", f"{grid.step:,} nt"),
        ("strands", spec.strands),
        ("chromosomes", listed(spec.chromosomes) or "all"),
        ("scored classes", listed([found.name for found in result.classes])),
        ("largest q-value", f"{spec.q:g}"),
        ("shuffled windows", f"{spec.background:,}"),
        ("largest share of unknown bases", f"{spec.max_unknown:g}"),
        ("seed of the scan", str(spec.seed)),
        *model_facts(result.config),
    ]
    return Report(
        "Scan: where in the genome a model finds its classes",
        [
            Section("What was done", [Text(text) for text in _what_was_done(result)]),
            Section("What was found", [_found(result)]),
            Section(CAREFUL, [Warning(text) for text in scan_cautions(result)]),
            Section(FIGURES, _figures(result)),
            Section(TABLES, _tables(result)),
            run_again(settings, result.provenance),
        ],
    )


def _what_was_done(result: "ScanResult") -> list[str]:
    grid = result.grid
    where = count(len(grid.scanned), "chromosome")
    if result.n_regions is not None:
        n = result.n_regions - len(result.rejections)
        where = f"{count(n, 'region')} on {where}"
    words = [
        f"Windows of {grid.width:,} nt, one every {grid.step:,} nt, slid over {where} "
        f"({count(result.n_bases, 'base')}), {_READ[result.strands]}: "
        f"{count(result.n_windows, 'window')} got a probability for each class. In the tracks, a "
        "window's probability stands at the bases in its middle, as many as a step has.",
        f"The same model read {result.n_background:,} windows that were drawn from the same places "
        "and shuffled so that each kept its dinucleotides"
        f"{_kept(result)}. The p-value of a window is the share of shuffled windows that score at "
        "least as high (one is added to both numbers); q-values are those of Benjamini and "
        "Hochberg over all scanned windows of a class. Neighbouring windows with a q-value of at "
        f"most {result.spec.q:g} are one peak, whose score and q-value are those of the highest.",
    ]
    left_out = [
        (result.n_unknown, "too many unknown bases"),
        (result.n_dropped, "a part beyond the end of their chromosome"),
        (result.n_unfolded, "a sequence that could not be folded"),
    ]
    told = [f"{n:,} with {why}" for n, why in left_out if n]
    if told:
        words.append(f"Windows without a value: {listed(told)}.")
    return words


def _kept(result: "ScanResult") -> str:
    """What was not shuffled."""
    branches = result.config.network.branches
    kept = [name for name in branches if name not in ("sequence", "structure")]
    folded = ", and folded again" if "structure" in branches else ""
    return f"{folded}; {listed(kept)} stayed as in the genome" if kept else folded


def _found(result: "ScanResult") -> Table:
    rows = []
    for found in result.classes:
        significance = found.significance
        n_peaks = sum(found.n_peaks.values())
        threshold = _threshold(found)
        rows.append(
            (
                found.name,
                n_peaks,
                found.n_bases,
                f"{1e6 * n_peaks / result.n_bases:.4g}",
                significance.n_significant,
                f"{threshold:.4f}" if 0 <= threshold <= 1 else "none" if threshold > 1 else "0",
            )
        )
    columns = ("class", "peaks", "bases in peaks", "peaks per million bases",
               "windows in peaks", "probability above")  # fmt: skip
    caption = (
        "Peaks of each class. A window is in a peak if the probability of the class is above that "
        "in the last column; there is none if no window scores high enough."
    )
    return Table("classes", caption, columns, rows)


def _threshold(found: "ClassScan") -> float:
    """Probability above which windows are in peaks; infinite if none is."""
    return found.significance.threshold if found.significance.n_significant else float("inf")


def _histogram(result: "ScanResult", found: "ClassScan") -> ScoreHistogram:
    edges = np.linspace(0, 1, len(found.histogram) + 1)
    background = found.significance.background
    n_bins = len(found.histogram)
    bins = np.minimum((background * n_bins).astype(np.int64), n_bins - 1)
    return ScoreHistogram(
        found.name,
        edges,
        100 * found.histogram / max(result.n_windows, 1),
        100 * np.bincount(bins, minlength=n_bins) / len(background),
        _threshold(found),
    )


def _figures(result: "ScanResult") -> list[Block]:
    figures: list[Block] = [_scores_figure(result)]
    if any(sum(found.n_peaks.values()) for found in result.classes):
        figures.append(_peaks_figure(result))
    return figures


def _scores_figure(result: "ScanResult") -> Figure:
    histograms = [_histogram(result, found) for found in result.classes]
    rows = [
        (histogram.name, *numbers)
        for histogram in histograms
        for numbers in zip(
            histogram.edges[:-1].round(6).tolist(),
            histogram.edges[1:].round(6).tolist(),
            histogram.scanned.tolist(),
            histogram.shuffled.tolist(),
            strict=True,
        )
    ]
    shown = f" The first {MOST_PANELS} classes are drawn." if len(rows) > MOST_PANELS * 50 else ""
    return Figure(
        "scores",
        "Probabilities of each class in the windows of the genome (area) and in shuffled ones "
        "(line), on a logarithmic axis. Where the area stands out over the line on the right, the "
        "genome has more than chance; windows right of the dashed line are in peaks, and there is "
        f"no such line where there are none.{shown}",
        lambda: ScoresDisplay(histograms).plot().figure,
        Table(
            "scores",
            "Share of windows (%) by the probability of a class, from and below.",
            ("class", "from", "below", "genome", "shuffled"),
            rows,
        ),
    )


def _lengths(result: "ScanResult") -> dict[int, int]:
    """Scanned bases of each chromosome."""
    grid = result.grid
    start, _ = grid.bounds(grid.chrom, grid.first)
    _, end = grid.bounds(grid.chrom, grid.last - 1)
    lengths = dict.fromkeys(grid.scanned, 0)
    for chrom, length in zip(grid.chrom.tolist(), (end - start).tolist(), strict=True):
        lengths[chrom] += length
    return lengths


def _few(n: int, most: int, which: str) -> str:
    """Of so many, how many are drawn, if not all."""
    return f" (of {n:,}, the {most} {which})" if n > most else ""


def _peaks_figure(result: "ScanResult") -> Figure:
    lengths = _lengths(result)
    classes = [found.name for found in result.classes]
    largest = sorted(lengths, key=lambda chrom: -lengths[chrom])
    counts = {c: np.array([found.n_peaks[c] for found in result.classes]) for c in largest}
    names = result.grid.chroms
    densities = {names[c]: 1e6 * counts[c] / lengths[c] for c in largest}
    rows = [(names[c], lengths[c], *counts[c].tolist()) for c in largest]
    return Figure(
        "peaks",
        f"Peaks per million scanned bases, by chromosome{_few(len(largest), MOST_ROWS, 'longest')} "
        f"and class{_few(len(classes), MOST_CLASSES, 'with most peaks')}.",
        lambda: PeaksDisplay(densities, classes).plot().figure,
        Table(
            "peaks",
            "Scanned bases and peaks of each chromosome.",
            ("chromosome", "scanned bases", *classes),
            rows,
        ),
    )


def _tables(result: "ScanResult") -> list[Block]:
    blocks: list[Block] = []
    grid = result.grid
    for number, found in enumerate(result.classes[:MOST_PANELS], 1):
        top = found.top
        rows = [
            (
                f"{grid.chroms[top.chrom[i]]}:{top.start[i] + 1:,}-{top.end[i]:,}",
                result.strands[top.strand[i]],
                f"{top.summit[i] + 1:,}",
                f"{top.probability[i]:.4f}",
                f"{top.p[i]:.3g}",
                f"{top.q[i]:.3g}",
            )
            for i in range(len(top))
        ]
        if rows:
            caption = (
                f"The best peaks of {listed([found.name])}. Places are as genome browsers write "
                "them, counted from 1; the file of peaks has all."
            )
            columns = ("place", "strand", "summit", "probability", "p", "q")
            blocks.append(Table(f"top_{number}", caption, columns, rows))
    if result.rejections:
        reasons = list(result.rejections.by_kind().most_common())
        caption = "Regions that could not be scanned."
        blocks.append(Table("reasons", caption, ("reason", "regions"), reasons))
    if not blocks:
        blocks.append(Text("No peak was found."))
    share = sum(found.n_bases for found in result.classes) / max(
        result.n_bases * len(result.strands), 1
    )
    blocks.append(Text(f"All peaks together cover {percent(share)} of what was scanned."))
    return blocks
