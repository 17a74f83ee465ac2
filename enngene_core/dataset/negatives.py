"""Negatives: a background class made from positives and a genome."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.dataset.likeness import auroc
from enngene_core.dataset.negatives_inputs import (
    Located,
    NegativesInputs,
    Wanted,
    locate,
    unusable,
)
from enngene_core.dataset.negatives_made import Made
from enngene_core.dataset.negatives_places import Progress, write_places
from enngene_core.dataset.negatives_shuffles import LONGEST_SHUFFLED, write_shuffles
from enngene_core.errors import EnngeneError, IntervalError, SpecError
from enngene_core.formats.genomes.file import open_genome
from enngene_core.formats.intervals.file import read_intervals
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.text.name_table import read_chromosome_names
from enngene_core.formats.text.table import write_table
from enngene_core.intervals.composition import Composition, survey
from enngene_core.intervals.rejections import Rejections
from enngene_core.provenance import Checksums, software
from enngene_core.seeding import named_rng
from enngene_core.specs.negatives import NegativesSpec

REJECTED_COLUMNS = ("file", "line", "text", "missing", "reason")
#: More would not fit into memory.
MOST_NEGATIVES = 20_000_000
#: Most letters of all shuffled sequences together.
_MOST_LETTERS = 1 << 33


@dataclass(frozen=True)
class MaskUse:
    """What became of a mask.

    Attributes
    ----------
    n_intervals : int
        In the file.
    n_elsewhere : int
        Those on chromosomes that are not in the genome.
    """

    n_intervals: int
    n_elsewhere: int


@dataclass(frozen=True)
class NegativesResult:
    """What became of the positives, and how alike the classes are.

    Attributes
    ----------
    spec : NegativesSpec
    n_positives : int
        Rows of the positives' file.
    n_wanted : int
        Negatives that were wanted.
    rejections : Rejections
        Positives that cannot be used.
    made : Made
        The negatives, and those that were not made.
    auroc : dict of str to float
        How well ``GC content`` and ``length`` alone tell the classes apart.
    masks : list of MaskUse
    renamed : dict of str to dict of str to str
        By input: chromosomes that the genome spells in another way, and its names.
    provenance : dict
    """

    spec: NegativesSpec
    n_positives: int
    n_wanted: int
    rejections: Rejections
    made: Made
    auroc: dict[str, float]
    masks: list[MaskUse]
    renamed: dict[str, dict[str, str]]
    provenance: dict[str, Any]


def negatives(
    inputs: NegativesInputs,
    spec: NegativesSpec,
    *,
    output: Path,
    rejected: Path | None = None,
    on_progress: Progress | None = None,
) -> NegativesResult:
    """Make negatives from positives and a genome.

    Parameters
    ----------
    inputs
        Positives, genome and masks.
    spec
        Method, ratio and bounds.
    output
        BED file to write; FASTA, if the positives' own sequences are shuffled.
    rejected
        Table of the positives that cannot be used, or have fewer negatives than were wanted.
    on_progress
        Called with the number of negatives that are done, and of all.

    Raises
    ------
    IntervalError, GenomeError, SpecError
        If an input cannot be used; the message names it.
    """
    if spec.method == "shuffle" and inputs.masks:
        raise SpecError("--mask: shuffled sequences lie nowhere; expected no mask")
    with Checksums(inputs.paths) as checksums:
        found, masks = _read_positives(inputs, spec), _read_masks(inputs, spec)
        names = read_chromosome_names(inputs.chromosome_names) if inputs.chromosome_names else []
        with open_genome(inputs.genome) as genome, open(output, "wb") as file:
            positives = locate(found, genome.chrom_sizes, names)
            located = [locate(mask, genome.chrom_sizes, names) for mask in masks]
            composition = survey(genome) if spec.makes_places else None
            rejections = _reject(positives, composition, spec)
            usable = np.flatnonzero(~np.isin(found.line, rejections.line))
            if not len(usable):
                raise IntervalError(
                    f"{inputs.positives}: none of the {len(found):,} positives can be used; "
                    f"line {rejections.line[0]}: {rejections.reason[0]}"
                )
            wanted = _wanted(positives, usable, spec)
            if composition is None:
                made = write_shuffles(file, wanted, genome, spec, on_progress)
            else:
                made = write_places(file, wanted, located, genome, composition, spec, on_progress)
        if not len(made.negatives):
            raise IntervalError(
                f"{inputs.positives}: not one of {len(wanted):,} negatives could be made; "
                f"line {made.unplaced.line[0]}: {made.unplaced.reason[0]}"
            )
        if rejected is not None:
            _write_rejected(rejected, inputs.positives.name, found, rejections, made.unplaced)
        renamed = {"positives": positives.renamed} | {
            f"mask {number}": mask.renamed for number, mask in enumerate(located, 1)
        }
        return NegativesResult(
            spec=spec,
            n_positives=len(found),
            n_wanted=len(wanted),
            rejections=rejections,
            made=made,
            auroc={
                "GC content": auroc(made.positives.gc, made.negatives.gc),
                "length": auroc(made.positives.length, made.negatives.length),
            },
            masks=[MaskUse(len(m), int(np.count_nonzero(m.chrom < 0))) for m in located],
            renamed={name: names for name, names in renamed.items() if names},
            provenance={
                "inputs_sha256": checksums.digests(),
                "software": software("numpy", "pyfaidx"),
            },
        )


def _read_positives(inputs: NegativesInputs, spec: NegativesSpec) -> Intervals:
    intervals = _read("positives", inputs.positives, spec.feature)
    if spec.feature and not intervals.is_gff:
        raise SpecError(
            f"--feature {spec.feature}: {inputs.positives} is not GFF3 or GTF; leave it out"
        )
    return intervals


def _read_masks(inputs: NegativesInputs, spec: NegativesSpec) -> list[Intervals]:
    try:
        masks = [_read("mask", path, spec.mask_feature) for path in inputs.masks]
    except IntervalError as error:
        raise IntervalError(str(error).replace("--feature", "--mask-feature")) from error
    if spec.mask_feature and not any(mask.is_gff for mask in masks):
        raise SpecError(f"--mask-feature {spec.mask_feature}: no mask is GFF3 or GTF; leave it out")
    return masks


def _read(what: str, path: Path, feature: str) -> Intervals:
    try:
        return read_intervals(path, feature=feature)
    except EnngeneError as error:
        # On a server the file's own name says nothing to the user.
        raise IntervalError(f"{what}: {error}") from error


def _reject(positives: Located, composition: Composition | None, spec: NegativesSpec) -> Rejections:
    """Positives that cannot be used, and why."""
    intervals = positives.intervals
    rejections = [unusable(positives)]
    rows = np.flatnonzero(positives.is_within)
    start, end = intervals.start[rows], intervals.end[rows]
    if composition is None:
        is_long = end - start > LONGEST_SHUFFLED
        kind = f"longer than {LONGEST_SHUFFLED:,} nt: too long to be shuffled"
        rejections.append(Rejections.of(0, intervals.line[rows[is_long]], kind))
    elif spec.method == "gc":
        to_axis = composition.offset[positives.chrom[rows]]
        n_unknown = composition.unknown_count(start + to_axis, end + to_axis)
        is_unknown = n_unknown == end - start
        kind = "all its bases are unknown (N), so it has no GC content"
        rejections.append(Rejections.of(0, intervals.line[rows[is_unknown]], kind))
    return Rejections.joined(rejections)


def _wanted(positives: Located, usable: np.ndarray, spec: NegativesSpec) -> Wanted:
    """Negatives by the ratio: of each positive as many as of any other, or one more."""
    n_wanted = round(spec.ratio * len(usable))
    if not n_wanted:
        raise SpecError(
            f"--ratio {spec.ratio:g} of {len(usable)} positives is no negative; expected more"
        )
    if n_wanted > MOST_NEGATIVES:
        raise SpecError(
            f"--ratio {spec.ratio:g} of {len(usable):,} positives is {n_wanted:,} negatives; "
            f"expected at most {MOST_NEGATIVES:,}"
        )
    n_of_all, n_more = divmod(n_wanted, len(usable))
    n_of_each = np.full(len(usable), n_of_all)
    more = named_rng(spec.seed, "negatives ratio").permutation(len(usable))[:n_more]
    n_of_each[more] += 1
    source = np.repeat(usable, n_of_each)
    n_letters = int((positives.intervals.end - positives.intervals.start)[source].sum())
    if spec.method == "shuffle" and n_letters > _MOST_LETTERS:
        raise SpecError(
            f"the shuffled sequences would have {n_letters:,} letters; expected at most "
            f"{_MOST_LETTERS:,}: use a smaller --ratio or shorter positives"
        )
    return Wanted(positives, usable, source)


def _write_rejected(
    path: Path, shown_name: str, found: Intervals, rejections: Rejections, unplaced: Rejections
) -> None:
    missing = Counter(unplaced.line.tolist())
    reason = dict(zip(unplaced.line.tolist(), unplaced.reason.tolist(), strict=True))
    reason |= dict(zip(rejections.line.tolist(), rejections.reason.tolist(), strict=True))
    write_table(
        path,
        REJECTED_COLUMNS,
        (
            (shown_name, line, found.lines.text(line), missing[line], reason[line])
            for line in sorted(reason)
        ),
    )
