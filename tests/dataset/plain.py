"""Branches of single windows, made in the plainest way from the original files."""

from pathlib import Path

import numpy as np
import pyBigWig
import pyfaidx
import RNA

from enngene_core.formats.intervals.intervals import Locus

_COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A"}
_ELEMENTS = {"h": "H", "i": "I", "m": "M", "e": "E", "-": "-"}


class PlainReference:
    """References, read anew for each window.

    Parameters
    ----------
    fasta
        Genome.
    bigwig
        Scores.
    regions
        Chromosome, start and end of regions.
    """

    def __init__(self, fasta: Path, bigwig: Path, regions: list[tuple[str, int, int]]) -> None:
        self._fasta = pyfaidx.Fasta(str(fasta), rebuild=False)
        self._bigwig = pyBigWig.open(str(bigwig))
        self._regions = regions

    def letters(self, place: Locus, width: int, pad_left: int, flank: int = 0) -> str:
        """Bases as they are read; ``-`` beyond the chromosome."""
        first = place.start - pad_left - flank
        record = self._fasta[place.chrom]
        letters = [
            str(record[i]).upper() if 0 <= i < len(record) else "-"
            for i in range(first, first + width + 2 * flank)
        ]
        if place.strand == "-":
            letters = [_COMPLEMENT.get(letter, letter) for letter in reversed(letters)]
        return "".join(letters)

    def sequence(self, place: Locus, width: int, pad_left: int) -> str:
        """Letters of ACGTN."""
        letters = self.letters(place, width, pad_left)
        return "".join(letter if letter in "ACGT" else "N" for letter in letters)

    def conservation(self, place: Locus, width: int, pad_left: int) -> list[float]:
        """Scores, 0 where there is none."""
        scores = [0.0] * width
        for position in range(place.start, place.end):
            (score,) = self._bigwig.values(place.chrom, position, position + 1)
            scores[position - place.start + pad_left] = 0.0 if np.isnan(score) else score
        return scores[::-1] if place.strand == "-" else scores

    def inside(self, place: Locus, width: int, pad_left: int) -> list[float]:
        """1 in a region, else 0."""
        values = [0.0] * width
        for position in range(place.start, place.end):
            for chrom, start, end in self._regions:
                if chrom == place.chrom and start <= position < end:
                    values[position - place.start + pad_left] = 1.0
        return values[::-1] if place.strand == "-" else values

    def brackets(self, place: Locus, width: int, pad_left: int) -> str:
        """Minimum free energy structure; ``-`` beyond the chromosome."""
        letters = self.letters(place, width, pad_left)
        bases = letters.strip("-")
        return letters.replace(bases, RNA.fold(bases)[0])

    def elements(self, place: Locus, width: int, pad_left: int) -> str:
        """Element of each base: one of SHIME."""
        letters = self.letters(place, width, pad_left)
        bases = letters.strip("-")
        told = RNA.db_to_element_string(RNA.fold(bases)[0])
        return letters.replace(bases, "".join(_ELEMENTS.get(letter, "S") for letter in told))

    def unpaired(
        self, place: Locus, width: int, pad_left: int, *, flank: int, span: int
    ) -> list[float]:
        """Probability of being unpaired, 0 beyond the chromosome."""
        letters = self.letters(place, width, pad_left, flank)
        bases = letters.strip("-")
        if span:
            rows = RNA.pfl_fold_up(bases, 1, min(2 * span, len(bases)), span)
            found = [row[1] for row in rows[1:]]
        else:
            compound = RNA.fold_compound(bases)
            compound.pf()
            pairs = np.array(compound.bpp())[1:, 1:]
            found = (1 - pairs.sum(axis=0) - pairs.sum(axis=1)).tolist()
        n_before = len(letters) - len(letters.lstrip("-"))
        values = [0.0] * n_before + found
        values += [0.0] * (len(letters) - len(values))
        return values[flank : flank + width]
