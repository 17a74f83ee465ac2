"""Figures of a dataset, with their numbers."""

import numpy as np

from enngene_core.plots.chromosomes import ChromosomesDisplay, largest_chromosomes
from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.gc_content import GcContentDisplay, gc_percentiles
from enngene_core.plots.lengths import LengthsDisplay, length_percentiles
from enngene_core.plots.names import shortened
from enngene_core.plots.profiles import ProfileDisplay, profile_of
from enngene_core.plots.rows import PERCENTILES
from enngene_core.plots.style import MOST_ROWS
from enngene_core.plots.windows import WindowCountsDisplay
from enngene_core.report.description import Block, Figure, Table, Text
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.splitting import SPLITS

#: Branches with a profile; a page of Galaxy's has no room for many more.
MOST_PROFILES = 8
_BOXES = "median (line), quartiles (box), 5th and 95th percentile (whiskers)"
_PERCENTILES = tuple(f"percentile_{p}" for p in PERCENTILES)


def dataset_figures(result: DatasetResult) -> list[Block]:
    """All figures that say something of this dataset."""
    summary = result.summary
    figures: list[Block] = [_windows(result)]
    if len(np.unique(np.concatenate([*summary.lengths.values()]))) > 1:
        figures.append(_lengths(result))
    if any(shares.size for shares in summary.gc.values()):
        figures.append(_gc_content(result))
    figures += _profiles(result)
    if summary.chromosomes:
        figures.append(_chromosomes(result))
    return figures


def _part(result: DatasetResult) -> str:
    n = len(result.spec.classes)
    return f" The first {MOST_ROWS} of {n:,} classes." if n > MOST_ROWS else ""


def _windows(result: DatasetResult) -> Figure:
    rows = [
        (name, *map(int, row), int(row.sum()))
        for name, row in zip(result.spec.classes, result.summary.counts, strict=True)
    ]
    return Figure(
        "windows",
        f"Number of windows of each class, by split.{_part(result)}",
        lambda: WindowCountsDisplay(result).plot().figure,
        Table("windows", "Windows by class and split.", ("class", *SPLITS, "all"), rows),
    )


def _boxes(values: dict[str, np.ndarray]) -> list[tuple[str | float, ...]]:
    return [(name, *map(float, box)) for name, box in values.items()]


def _lengths(result: DatasetResult) -> Figure:
    return Figure(
        "lengths",
        f"Lengths of intervals or sequences by class: {_BOXES}. The dashed line is the width of a "
        "window: longer ones are cut to it, shorter ones are seen with what lies around them."
        f"{_part(result)}",
        lambda: LengthsDisplay(result).plot().figure,
        Table(
            "lengths",
            "Percentiles of length (nt) by class.",
            ("class", *_PERCENTILES),
            _boxes(length_percentiles(result)),
        ),
    )


def _gc_content(result: DatasetResult) -> Figure:
    return Figure(
        "gc_content",
        f"GC content of the windows of each class: {_BOXES}.{_part(result)}",
        lambda: GcContentDisplay(result).plot().figure,
        Table(
            "gc_content",
            "Percentiles of GC content (%) by class.",
            ("class", *_PERCENTILES),
            _boxes(gc_percentiles(result)),
        ),
    )


def profile_label(spec: DatasetSpec, branch: str) -> str:
    """What the profile of a branch shows, as its axis says it."""
    if branch == "conservation":
        return "mean conservation score"
    if branch == "structure":
        return (
            "mean probability of being unpaired"
            if spec.structure == "unpaired"
            else "share of windows with the base unpaired"
        )
    name = shortened(branch, length=24)
    if spec.tracks[branch] == "regions":
        return f"share of windows inside {name}"
    return f"mean score of {name}"


def _profiles(result: DatasetResult) -> list[Block]:
    branches = [name for name in result.spec.encodings if name in result.summary.profiles]
    if not branches:
        return []
    step = profile_of(result, branches[0]).step
    words = "Profiles run from 5' to 3'; 0 is the middle base of a window."
    if branches != ["structure"]:
        words += " A base without a score counts as 0."
    if step > 1:
        words += f" Each point is the mean of {step:,} positions."
    if len(branches) > MOST_PROFILES:
        words += f" The first {MOST_PROFILES} of {len(branches):,} branches are drawn."
    return [Text(words), *(_profile(result, branch) for branch in branches[:MOST_PROFILES])]


def _profile(result: DatasetResult, branch: str) -> Figure:
    label, profile = profile_label(result.spec, branch), profile_of(result, branch)
    rows = [
        (class_name, *point)
        for class_name, means in profile.means.items()
        for point in zip(profile.position.tolist(), means.tolist(), strict=True)
    ]
    name = f"profile_{branch}"
    return Figure(
        name,
        f"{label[0].upper()}{label[1:]} along the windows of each class.{_part(result)}",
        lambda: ProfileDisplay(result, branch, label=label).plot().figure,
        Table(name, f"{label} by class.", ("class", "position", "mean"), rows),
    )


def _chromosomes(result: DatasetResult) -> Figure:
    counts = largest_chromosomes(result)
    n = len(result.summary.chromosomes)
    part = (
        f" Of {n:,} chromosomes, the {len(counts) - 1:,} with most windows have a bar of their own."
        if n > len(counts)
        else ""
    )
    rows = [(name, *map(int, row), int(row.sum())) for name, row in counts.items()]
    return Figure(
        "chromosomes",
        f"Share of each chromosome's windows in every split, and their number.{part}",
        lambda: ChromosomesDisplay(result).plot().figure,
        Table(
            "chromosomes",
            "Windows by chromosome and split.",
            ("chromosome", *SPLITS, "all"),
            rows,
        ),
    )
