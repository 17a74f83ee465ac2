"""References that windows are encoded from, opened and compared with each other."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from enngene_core.errors import SpecError
from enngene_core.formats.genomes.file import open_genome
from enngene_core.formats.genomes.sequences import Sequences
from enngene_core.formats.intervals.file import read_intervals
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.opened import OpenedFile
from enngene_core.formats.signals.file import open_signal
from enngene_core.formats.signals.signal import Signal
from enngene_core.formats.text.name_table import read_chromosome_names
from enngene_core.intervals.chromosomes import match_chromosomes
from enngene_core.intervals.placement import Stretches
from enngene_core.specs.branches import TrackKind


@dataclass(frozen=True)
class References:
    """Files that windows are encoded from.

    Attributes
    ----------
    genome : Path or None
        FASTA (plain, gzip, bgzip) or 2bit; not needed for ready sequences.
    conservation : tuple of Path
        A bigWig, or one or more wig files; needed by the conservation branch only.
    tracks : mapping of str to Path
        The user's own tracks by the names of their branches: bigWig, wig, or intervals.
    chromosome_names : Path or None
        Table of names that mean the same chromosome.
    """

    genome: Path | None = None
    conservation: tuple[Path, ...] = ()
    tracks: Mapping[str, Path] = field(default_factory=dict)
    chromosome_names: Path | None = None

    def check(self, branches: Sequence[str], tracks: Mapping[str, TrackKind]) -> None:
        """Compare with the branches that are asked for.

        Raises
        ------
        SpecError
            If a file is missing.
        """
        if "conservation" in branches and not self.conservation:
            raise SpecError(
                "the conservation branch needs a bigWig or wig file: give --conservation"
            )
        for name in tracks:
            if name in branches and name not in self.tracks:
                raise SpecError(f"the branch {name} needs its track: give --track {name}=FILE")


class Sources(OpenedFile):
    """All references, open.

    Parameters
    ----------
    references
        Files.
    branches
        Branches that are wanted.
    tracks
        Kind of each of the user's tracks.
    ready
        Ready sequences of classes; they count as stretches after the genome's chromosomes.

    Attributes
    ----------
    genome : Genome or None
    ready : sequence of Sequences
    stretches : Stretches
    signals : dict of str to Signal
        By branch.
    regions : dict of str to Intervals
        By branch.
    names : dict of str to dict of str to str
        For each of `signals` and `regions`, its name of each chromosome of the genome that it has.

    Raises
    ------
    GenomeError, SignalError, IntervalError, SpecError
        If a file cannot be used.
    """

    def __init__(
        self,
        references: References,
        *,
        branches: Sequence[str],
        tracks: Mapping[str, TrackKind],
        ready: Sequence[Sequences] = (),
    ) -> None:
        references.check(branches, tracks)
        self.references, self.ready = references, ready
        self.signals: dict[str, Signal] = {}
        self.regions: dict[str, Intervals] = {}
        self.names: dict[str, dict[str, str]] = {}
        with ExitStack() as opened:
            self._rows = (
                read_chromosome_names(references.chromosome_names)
                if references.chromosome_names
                else []
            )
            self.genome = (
                opened.enter_context(open_genome(references.genome)) if references.genome else None
            )
            chrom_sizes = self.genome.chrom_sizes if self.genome else {}
            self.n_chromosomes = len(chrom_sizes)
            sizes = [np.array(list(chrom_sizes.values()), dtype=np.int64)]
            sizes += [np.diff(item.offsets) for item in ready]
            names = [tuple(chrom_sizes), *(item.intervals.chroms for item in ready)]
            self.stretches = Stretches(sum(names, ()), np.concatenate(sizes))
            for name in branches:
                if name == "conservation":
                    self._open_signal(name, references.conservation, opened)
                elif tracks.get(name) == "signal":
                    self._open_signal(name, (references.tracks[name],), opened)
                elif tracks.get(name) == "regions":
                    self.regions[name] = read_intervals(references.tracks[name])
                    self._match(name, self.regions[name].chroms)
            self._opened = opened.pop_all()

    def _open_signal(self, name: str, paths: Sequence[Path], opened: ExitStack) -> None:
        signal = self.signals[name] = opened.enter_context(open_signal(paths))
        self._match(name, signal.chroms)
        if self.genome and self.references.genome:
            sizes = {own: self.genome.chrom_sizes[chrom] for chrom, own in self.names[name].items()}
            signal.check_assembly(sizes or self.genome.chrom_sizes, self.references.genome)

    def _match(self, name: str, chroms: Iterable[str]) -> None:
        # Where a file has both chr1 and 1, the one that is spelt as in the genome counts.
        matched = sorted(self.match(chroms).items(), key=lambda item: item[0] == item[1])
        self.names[name] = {chrom: own for own, chrom in matched}

    def match(self, chroms: Iterable[str]) -> dict[str, str]:
        """Name in the genome of each chromosome that it has."""
        return match_chromosomes(chroms, self.stretches.names[: self.n_chromosomes], self._rows)

    @property
    def renamed(self) -> dict[str, dict[str, str]]:
        """By branch: chromosomes that the genome spells in another way, and its names of them."""
        renamed = {
            branch: {own: chrom for chrom, own in names.items() if own != chrom}
            for branch, names in self.names.items()
        }
        return {branch: names for branch, names in renamed.items() if names}

    def stretch_of(self, intervals: Intervals) -> np.ndarray:
        """Index into `stretches` of each interval's chromosome; -1 where the genome lacks it."""
        matched = self.match(intervals.chroms)
        index_of = {name: i for i, name in enumerate(self.stretches.names[: self.n_chromosomes])}
        index = [index_of[matched[name]] if name in matched else -1 for name in intervals.chroms]
        return np.array(index, dtype=np.int32)[intervals.chrom]

    def first_of_ready(self, position: int) -> int:
        """Index into `stretches` of the first of one class's ready sequences."""
        return self.n_chromosomes + sum(len(item.intervals) for item in self.ready[:position])

    def close(self) -> None:
        """Close all files."""
        self._opened.close()
