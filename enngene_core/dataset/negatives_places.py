"""Negatives that are places on the genome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from enngene_core.dataset.likeness import profile_places
from enngene_core.dataset.negatives_inputs import Located, Wanted
from enngene_core.dataset.negatives_made import Made
from enngene_core.formats.genomes.genome import Genome
from enngene_core.intervals.background import Draw, Fits, Places, place
from enngene_core.intervals.composition import Composition
from enngene_core.intervals.free_space import FreeSpace, starts_anywhere, starts_between
from enngene_core.intervals.rejections import Rejections
from enngene_core.seeding import named_rng
from enngene_core.specs.negatives import NegativesSpec

Progress = Callable[[int, int], None]

#: For GC contents that are equal but for their last digit.
_ROUNDING = 1e-9
#: Makes line breaks and the like, which a name must not bring into another file, spaces.
_INERT = bytes(byte if byte >= 32 and byte != 127 else ord(" ") for byte in range(256))
#: Lines that are written together.
_BATCH = 1 << 16


@dataclass(frozen=True)
class Targets:
    """Places of the positives, one for each negative that is wanted, on a genome's axis.

    Attributes
    ----------
    start, end : ndarray of int64, shape (n_wanted,)
    """

    start: np.ndarray
    end: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """Length of each, nt."""
        return self.end - self.start


def write_places(
    file: BinaryIO,
    wanted: Wanted,
    masks: Sequence[Located],
    genome: Genome,
    composition: Composition,
    spec: NegativesSpec,
    on_progress: Progress | None,
) -> Made:
    """Write places on the genome as BED6, by chromosome and start.

    Parameters
    ----------
    file
        Open for writing.
    wanted
        What to make.
    masks
        What negatives must not overlap, positives aside.
    genome
        Read a chromosome at a time.
    composition
        Of the genome.
    spec
        Method, bounds and seed.
    on_progress
        Called with the number of negatives that are done, and of all.
    """
    positives, offset = wanted.positives, composition.offset
    intervals = positives.intervals
    free = free_space(composition, positives, masks, spec)
    to_axis = offset[positives.chrom]  # of no meaning where there is no chromosome
    start, end = intervals.start + to_axis, intervals.end + to_axis
    targets = Targets(start[wanted.source], end[wanted.source])
    places = find_places(targets, composition, free, spec, on_progress)
    placed = np.flatnonzero(places.start >= 0)
    placed = placed[np.argsort(places.start[placed])]
    found, source = places.start[placed], wanted.source[placed]
    ends = found + targets.length[placed]
    _write_bed(file, positives, source, found, ends, composition)
    is_minus = intervals.strand == b"-"
    classes = [
        tuple(column[wanted.usable] for column in (start, end, is_minus)),
        (found, ends, is_minus[source]),
    ]
    bounds = {"gc": spec.tolerances, "flank": spec.distances}.get(spec.method, ())
    n_at_step = np.bincount(places.step[placed], minlength=len(bounds)).tolist()
    of_positives, of_negatives = profile_places(genome, composition, classes)
    return Made(
        reject_unplaced(intervals.line[wanted.source], targets, composition, places, spec),
        of_positives,
        of_negatives,
        n_at_bound=dict(zip(bounds, n_at_step, strict=False)),
        n_free=int((free.end - free.start).sum()),
        n_bases=int((composition.end - offset).sum()),
    )


def _write_bed(
    file: BinaryIO,
    positives: Located,
    source: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    composition: Composition,
) -> None:
    intervals = positives.intervals
    chroms = [name.encode() for name in composition.chroms]
    for done in range(0, len(start), _BATCH):
        rows = slice(done, done + _BATCH)
        chrom = composition.chrom_at(start[rows])
        offset = composition.offset[chrom]
        file.writelines(
            b"%b\t%d\t%d\t%b\t0\t%b\n"
            % (chroms[index], first, last, name.translate(_INERT), strand)
            for index, first, last, name, strand in zip(
                chrom.tolist(),
                (start[rows] - offset).tolist(),
                (end[rows] - offset).tolist(),
                intervals.name[source[rows]].tolist(),
                intervals.strand[source[rows]].tolist(),
                strict=True,
            )
        )


def free_space(
    composition: Composition, positives: Located, masks: Sequence[Located], spec: NegativesSpec
) -> FreeSpace:
    """What neither positives nor masks nor, unless they are allowed, unknown bases take."""
    taken = [positives.on_axis(composition.offset, gap=spec.gap)]
    taken += [mask.on_axis(composition.offset) for mask in masks]
    if not spec.allow_n:
        taken.append((composition.unknown_start[1:], composition.unknown_end[1:]))
    # A BED file cannot name these: their lines would be no data.
    hidden = [name.startswith("#") or name in ("track", "browser") for name in composition.chroms]
    taken.append((composition.offset[hidden], composition.end[hidden]))
    start, end = (np.concatenate(part) for part in zip(*taken, strict=True))
    return FreeSpace.between(start, end, within=(composition.offset, composition.end))


def find_places(
    targets: Targets,
    composition: Composition,
    free: FreeSpace,
    spec: NegativesSpec,
    on_progress: Progress | None,
) -> Places:
    """A place for each negative that is wanted, as far as there is one."""
    rng = named_rng(spec.seed, f"negatives {spec.method}")
    return place(
        targets.length,
        free,
        draw=_draw(targets, composition, spec, rng),
        fits=_fits(targets, composition, spec),
        n_steps={"gc": len(spec.tolerances), "flank": len(spec.distances)}.get(spec.method, 1),
        rng=rng,
        on_progress=on_progress,
    )


def _draw(
    targets: Targets, composition: Composition, spec: NegativesSpec, rng: np.random.Generator
) -> Draw:
    length = targets.length
    if spec.method != "flank":
        return lambda room, items, step, n: starts_anywhere(room, length[items], n, rng)
    chrom = composition.chrom_at(targets.start)
    first, last = composition.offset[chrom], composition.end[chrom]

    def beside(room: FreeSpace, items: np.ndarray, step: int, n_draws: int) -> np.ndarray:
        start, end, size = targets.start[items], targets.end[items], length[items]
        reach = spec.distances[step]
        return starts_between(
            room,
            np.stack([np.maximum(start - reach - size, first[items]), end + spec.gap], axis=1),
            np.stack([start - spec.gap - size, np.minimum(end + reach, last[items])], axis=1),
            size,
            n_draws,
            rng,
        )

    return beside


def _fits(targets: Targets, composition: Composition, spec: NegativesSpec) -> Fits | None:
    length = targets.length
    n_allowed = composition.unknown_count(targets.start, targets.end)
    wanted = composition.gc_content(targets.start, targets.end)

    def has_few_n(items: np.ndarray, step: int, start: np.ndarray) -> np.ndarray:
        end = start + length[items, None]
        return composition.unknown_count(start, end) <= n_allowed[items, None]

    def matches(items: np.ndarray, step: int, start: np.ndarray) -> np.ndarray:
        end = start + length[items, None]
        tolerance = spec.tolerances[step] / 100 + _ROUNDING
        if spec.allow_n:
            difference = composition.gc_content(start, end) - wanted[items, None]
            return (abs(difference) <= tolerance) & has_few_n(items, step, start)
        # Free space has no unknown bases then.
        share = composition.gc_count(start, end) / length[items, None]
        return abs(share - wanted[items, None]) <= tolerance

    if spec.method == "gc":
        return matches
    return has_few_n if spec.allow_n else None


def reject_unplaced(
    line: np.ndarray,
    targets: Targets,
    composition: Composition,
    places: Places,
    spec: NegativesSpec,
) -> Rejections:
    """Negatives that found no place, by the lines of their positives.

    Parameters
    ----------
    line : ndarray of int64, shape (n_wanted,)
        Line of each negative's positive.
    """
    is_unplaced = places.start < 0
    length = targets.length
    crowded = np.flatnonzero(is_unplaced & ~places.has_room)
    near = f" within {spec.distances[-1]:,} nt of it" if spec.method == "flank" else ""
    unlike = np.flatnonzero(is_unplaced & places.has_room)
    gc = 100 * composition.gc_content(targets.start[unlike], targets.end[unlike])
    like = (
        [f" with a GC content within {spec.widest_tolerance:g} percentage points of {share:.1f} %"
         for share in gc.tolist()]
        if spec.method == "gc"
        else [" with as few N"] * len(unlike)
    )  # fmt: skip
    return Rejections.joined(
        [
            Rejections.of(
                0,
                line[crowded],
                f"no free place is long enough{near}",
                (f"no free place of {n:,} nt is left{near}" for n in length[crowded].tolist()),
            ),
            Rejections.of(
                0,
                line[unlike],
                "no free place is like it in GC content"
                if spec.method == "gc"
                else "no free place has as few N",
                (
                    f"no free place of {n:,} nt{words} was found{near}"
                    for n, words in zip(length[unlike].tolist(), like, strict=True)
                ),
            ),
        ]
    )
