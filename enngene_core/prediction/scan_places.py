"""What is scanned: whole chromosomes, or regions."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.dataset.sources import Sources
from enngene_core.errors import SpecError
from enngene_core.formats.intervals.file import read_intervals
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.sliding import Grid, lay_grid
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.scan import ScanSpec


@dataclass(frozen=True)
class Places:
    """What is scanned.

    Attributes
    ----------
    grid : Grid
    regions : Intervals or None
        As they stand in their file.
    rejections : Rejections
        Those of them that could not be used.
    unscored : tuple of str
        Chromosomes that are left out, because files of scores lack them.
    """

    grid: Grid
    regions: Intervals | None
    rejections: Rejections
    unscored: tuple[str, ...]


def places_to_scan(
    sources: Sources, dataset: DatasetSpec, spec: ScanSpec, regions: Path | None
) -> Places:
    """Cells of the regions, of the chromosomes that are named, or of all.

    Raises
    ------
    IntervalError
        If the file of regions cannot be used.
    SpecError
        If the step is longer than a window, a chromosome is not in the genome, or nothing is
        left that a window fits on.
    """
    width, step = dataset.window, spec.step_for(dataset.window)
    if step > width:
        raise SpecError(
            f"--step {step}: longer than the model's windows of {width} nt, so that bases between "
            f"them would be read by none; expected {width} at most"
        )
    names, sizes = sources.stretches.names, sources.stretches.sizes
    intervals, rejections = None, Rejections.none()
    if regions is not None:
        if spec.chromosomes:
            raise SpecError("give either --regions or --chromosomes, or neither for all")
        intervals = read_intervals(regions)
        chrom = sources.stretch_of(intervals).astype(np.int64)
        start, end = intervals.start, intervals.end
        rejections = _unusable(intervals, chrom, np.where(chrom >= 0, sizes[chrom], -1))
        kept = ~np.isin(intervals.line, rejections.line)
        chrom, start, end = chrom[kept], start[kept], end[kept]
        if not len(chrom):
            raise SpecError(
                f"{regions}: none of its {len(intervals):,} regions can be scanned; the first, "
                f"line {rejections.line[0]}: {rejections.reason[0]}"
            )
    else:
        chrom = _chromosomes(sources, spec)
        start, end = np.zeros(len(chrom), dtype=np.int64), sizes[chrom]
    is_scored = np.array(
        [all(name in sources.names[b] for b in sources.signals) for name in names], dtype=bool
    )
    unscored = tuple(names[index] for index in np.unique(chrom[~is_scored[chrom]]).tolist())
    kept = is_scored[chrom] & (end > start)
    if not kept.any():
        raise SpecError(
            f"none of the chromosomes to scan ({names[chrom[0]]}, ...) has both bases and scores "
            "for each branch that the model reads"
        )
    longest = chrom[kept][np.argmax(sizes[chrom[kept]])]
    if sizes[longest] < (least := width - int(width * spec.max_unknown)):
        raise SpecError(
            f"the longest chromosome to scan, {names[longest]}, has {sizes[longest]:,} nt; windows "
            f"of {width} nt with a share of at most {spec.max_unknown:g} of unknown bases need "
            f"{least}"
        )
    grid = lay_grid(
        names,
        sizes,
        width=width,
        step=step,
        edge=dataset.edge,
        chrom=chrom[kept],
        start=start[kept],
        end=end[kept],
    )
    return Places(grid, intervals, rejections, unscored)


def _chromosomes(sources: Sources, spec: ScanSpec) -> np.ndarray:
    names = sources.stretches.names
    if not spec.chromosomes:
        return np.arange(len(names))
    matched = sources.match(spec.chromosomes)
    for name in spec.chromosomes:
        if name not in matched:
            more = ", ..." if len(names) > 3 else ""
            raise SpecError(
                f"--chromosomes {name}: not in the genome; expected of {', '.join(names[:3])}{more}"
            )
    index = {name: number for number, name in enumerate(names)}
    return np.array([index[matched[name]] for name in spec.chromosomes], dtype=np.int64)


def _unusable(intervals: Intervals, chrom: np.ndarray, size: np.ndarray) -> Rejections:
    unknown = np.flatnonzero(chrom < 0)
    beyond = np.flatnonzero((chrom >= 0) & (intervals.end > size))
    return Rejections.joined(
        [
            Rejections.of(
                0,
                intervals.line[unknown],
                "its chromosome is not in the genome",
                (f"chromosome {intervals.chroms[c]} is not in the genome"
                 for c in intervals.chrom[unknown].tolist()),
            ),
            Rejections.of(
                0,
                intervals.line[beyond],
                "interval ends beyond the chromosome's end",
                (f"interval ends beyond the chromosome's end ({n})" for n in size[beyond].tolist()),
            ),
        ]
    )  # fmt: skip
