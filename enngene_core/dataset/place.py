"""Windows of all classes that every reference can serve."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.dataset.classes import LabelledIntervals
from enngene_core.dataset.sources import Sources
from enngene_core.errors import SpecError
from enngene_core.intervals.placement import Placed, place_windows
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows, concatenate
from enngene_core.specs.preprocess import DatasetSpec


@dataclass(frozen=True)
class PlacedClasses:
    """Windows of all classes on one reference.

    Attributes
    ----------
    windows : Windows
    rejections : Rejections
    n_shifted : int
        Windows that were moved to lie within their chromosome.
    renamed : dict of str to dict of str to str
        By class: chromosomes that the genome spells in another way, and its names of them.
    """

    windows: Windows
    rejections: Rejections
    n_shifted: int
    renamed: dict[str, dict[str, str]]


def place_classes(
    classes: Sequence[LabelledIntervals],
    sources: Sources,
    spec: DatasetSpec,
    *,
    rng: np.random.Generator,
) -> PlacedClasses:
    """Windows that every reference can serve.

    Raises
    ------
    SpecError
        If the window is longer than every chromosome, or no interval of a class is left.
    """
    windows, rejections, n_shifted = [], [], 0
    renamed: dict[str, dict[str, str]] = {}
    ready = 0
    for item in classes:
        if item.sequences is None:
            stretch = _stretch_on_genome(item, sources, renamed)
        else:
            stretch = _stretch_of_ready(item, sources, ready)
            ready += 1
        placed = place_windows(
            item.intervals, sources.stretches, spec, stretch=stretch, rng=rng, label=item.label
        )
        placed = _served(placed, item, sources)
        windows.append(placed.windows)
        rejections.append(placed.rejections)
        n_shifted += placed.n_shifted
    return PlacedClasses(concatenate(windows), Rejections.joined(rejections), n_shifted, renamed)


def _stretch_on_genome(
    item: LabelledIntervals, sources: Sources, renamed: dict[str, dict[str, str]]
) -> np.ndarray:
    if sources.genome is None:
        raise SpecError(
            f"the intervals of {item.path} need a genome: give --fasta (ready sequences, "
            "--sequences, do without)"
        )
    differing = {
        own: name for own, name in sources.match(item.intervals.chroms).items() if own != name
    }
    if differing:
        renamed[item.name] = differing
    return sources.stretch_of(item.intervals)


def _stretch_of_ready(item: LabelledIntervals, sources: Sources, position: int) -> np.ndarray:
    if needed := [*sources.signals, *sources.regions]:
        raise SpecError(
            f"class {item.name} has ready sequences, which lie nowhere on a genome; the branch "
            f"{needed[0]} needs intervals"
        )
    first = sources.first_of_ready(position)
    return np.arange(first, first + len(item.intervals), dtype=np.int32)


def _served(placed: Placed, item: LabelledIntervals, sources: Sources) -> Placed:
    """Without repeated records, and windows on chromosomes that have no scores."""
    windows = placed.windows
    rejections = [placed.rejections]
    is_served = np.ones(len(windows), dtype=bool)
    if item.sequences is not None:
        lines = item.intervals.line
        first = item.sequences.repeated[np.searchsorted(lines, windows.source_row)]
        repeats = np.flatnonzero(first >= 0)
        is_served[repeats] = False
        rejections.append(
            Rejections.of(
                item.label,
                windows.source_row[repeats],
                "a record of the same name stands before it",
                (f"a record of the same name stands in line {line}"
                 for line in lines[first[repeats]].tolist()),
            )
        )  # fmt: skip
    for name in sources.signals:
        has_scores = np.array(
            [chrom in sources.names[name] for chrom in windows.chroms], dtype=bool
        )
        unscored = np.flatnonzero(is_served & ~has_scores[windows.chrom])
        is_served[unscored] = False
        rejections.append(
            Rejections.of(
                item.label,
                windows.source_row[unscored],
                f"its chromosome is not in the file of the {name} branch",
            )
        )
    all_rejections = Rejections.joined(rejections)
    if not is_served.any():
        raise SpecError(
            f"{item.path}: none of its {len(item.intervals):,} "
            f"{'sequences' if item.sequences else 'intervals'} can be used; the first, line "
            f"{all_rejections.line[0]}: {all_rejections.reason[0]}{_reference(sources)}"
        )
    return Placed(windows.take(np.flatnonzero(is_served)), all_rejections, placed.n_shifted)


def _reference(sources: Sources) -> str:
    names = sources.stretches.names[: sources.n_chromosomes]
    if not names:
        return ""
    more = ", ..." if len(names) > 3 else ""
    return f" ({sources.references.genome} has {', '.join(names[:3])}{more})"
