"""Inputs of a background class, found on the genome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.intervals.chromosomes import match_chromosomes
from enngene_core.intervals.rejections import Rejections


@dataclass(frozen=True)
class NegativesInputs:
    """Files that negatives are made from.

    Attributes
    ----------
    positives : Path
        BED, narrowPeak, broadPeak, GFF3 or GTF.
    genome : Path
        FASTA (plain, gzip, bgzip) or 2bit.
    masks : tuple of Path
        Intervals that no negative overlaps, in the formats of positives.
    chromosome_names : Path or None
        Table of names that mean the same chromosome.
    """

    positives: Path
    genome: Path
    masks: tuple[Path, ...] = ()
    chromosome_names: Path | None = None

    @property
    def paths(self) -> dict[str, Path]:
        """All files by what they are."""
        paths = {"positives": self.positives, "fasta": self.genome}
        for number, path in enumerate(self.masks, 1):
            paths["mask" if number == 1 else f"mask:{number}"] = path
        if self.chromosome_names is not None:
            paths["chromosome_names"] = self.chromosome_names
        return paths


@dataclass(frozen=True)
class Located:
    """Intervals on the chromosomes of a genome.

    Attributes
    ----------
    intervals : Intervals
        As they stand in their file.
    chrom : ndarray of int64, shape (n_intervals,)
        Index of the chromosome in the genome; -1 if it has none.
    size : ndarray of int64, shape (n_intervals,)
        Length of the chromosome, nt; -1 if there is none.
    renamed : dict of str to str
        The genome's names of chromosomes that it spells in another way.
    """

    intervals: Intervals
    chrom: np.ndarray
    size: np.ndarray
    renamed: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.chrom)

    @property
    def is_within(self) -> np.ndarray:
        """Whether each interval lies within a chromosome of the genome."""
        return (self.chrom >= 0) & (self.intervals.end <= self.size)

    def on_axis(self, offset: np.ndarray, *, gap: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Starts and ends of what lies on chromosomes, wherever each interval itself ends.

        Parameters
        ----------
        offset : ndarray of int64, shape (n_chroms,)
            Position of each chromosome on the axis.
        gap
            Nucleotides on both sides that are taken too.
        """
        start = np.maximum(self.intervals.start - gap, 0)
        end = np.minimum(self.intervals.end + gap, self.size)
        is_there = (self.chrom >= 0) & (start < end)
        to_axis = offset[self.chrom[is_there]]
        return start[is_there] + to_axis, end[is_there] + to_axis


@dataclass(frozen=True)
class Wanted:
    """Negatives that are to be made.

    Attributes
    ----------
    positives : Located
        All positives.
    usable : ndarray of int64, shape (n_usable,)
        Those that can be used.
    source : ndarray of int64, shape (n_wanted,)
        The positive of each negative.
    """

    positives: Located
    usable: np.ndarray
    source: np.ndarray

    def __len__(self) -> int:
        return len(self.source)


def locate(
    intervals: Intervals, chrom_sizes: Mapping[str, int], names: Sequence[tuple[str, ...]] = ()
) -> Located:
    """Find intervals on the chromosomes of a genome.

    Parameters
    ----------
    intervals
        As they stand in their file.
    chrom_sizes
        Of the genome, in its order.
    names
        Each row holds the names of one chromosome.
    """
    index_of = {name: index for index, name in enumerate(chrom_sizes)}
    matched = match_chromosomes(intervals.chroms, chrom_sizes, names)
    index = np.array(
        [index_of[matched[name]] if name in matched else -1 for name in intervals.chroms],
        dtype=np.int64,
    )
    sizes = np.array([*chrom_sizes.values(), -1], dtype=np.int64)
    chrom = index[intervals.chrom]
    return Located(
        intervals,
        chrom,
        sizes[chrom],
        {own: name for own, name in matched.items() if own != name},
    )


def unusable(positives: Located) -> Rejections:
    """Positives that do not lie within a chromosome of the genome."""
    intervals = positives.intervals
    unknown = np.flatnonzero(positives.chrom < 0)
    beyond = np.flatnonzero((positives.chrom >= 0) & ~positives.is_within)
    return Rejections.joined(
        [
            Rejections.of(
                0,
                intervals.line[unknown],
                "its chromosome is not in the genome",
                (f"chromosome {intervals.chroms[chrom]} is not in the genome"
                 for chrom in intervals.chrom[unknown].tolist()),
            ),
            Rejections.of(
                0,
                intervals.line[beyond],
                "interval ends beyond the chromosome's end",
                (f"interval ends beyond the chromosome's end ({size})"
                 for size in positives.size[beyond].tolist()),
            ),
        ]
    )  # fmt: skip
