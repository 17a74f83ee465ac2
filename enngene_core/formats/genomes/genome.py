"""Reference sequence of a genome, whatever the format of its file."""

from abc import abstractmethod
from pathlib import Path

import numpy as np

from enngene_core.errors import GenomeError
from enngene_core.formats.intervals.intervals import LONGEST_NAME
from enngene_core.formats.opened import OpenedFile

#: Most records of a file; a file of names alone would take many times its size as memory.
MOST_CHROMOSOMES = 2_000_000

#: Table for `Genome.gather` that leaves letters as they are.
LETTERS = bytes(range(256))


class Genome(OpenedFile):
    """Chromosomes of a genome.

    Attributes
    ----------
    path : Path
        The file.
    chrom_sizes : dict of str to int
        Length of each chromosome, nt, in the file's order.
    """

    path: Path
    chrom_sizes: dict[str, int]

    @abstractmethod
    def read(self, chrom: str) -> np.ndarray:
        """Whole chromosome as upper-case letters.

        Returns
        -------
        ndarray of uint8, shape (chromosome length,)
            ASCII codes.

        Raises
        ------
        GenomeError
            If the file is damaged there, or has a letter that stands for no nucleotide.
        """

    @abstractmethod
    def gather(
        self, chrom: np.ndarray, start: np.ndarray, *, width: int, table: bytes = LETTERS
    ) -> np.ndarray:
        """Stretches of one width, without reading what lies between them where that is possible.

        Parameters
        ----------
        chrom : ndarray of int, shape (n_stretches,)
            Index of each one's chromosome in the order of `chrom_sizes`.
        start : ndarray of int64, shape (n_stretches,)
            0-based; the stretch must end on the chromosome.
        width
            At least 1, nt.
        table
            What each upper-case letter becomes: 256 bytes, none of them 255.

        Returns
        -------
        ndarray of uint8, shape (n_stretches, width)
            On the plus strand.

        Raises
        ------
        GenomeError
            If the file is damaged there, or has a letter that stands for no nucleotide.
        """


def check_name(raw: bytes, where: str) -> str:
    """Name of a chromosome as text.

    Parameters
    ----------
    where
        File and place, for messages.

    Raises
    ------
    GenomeError
        If it is empty, too long, or not printable text.
    """
    if not raw:
        raise GenomeError(f"{where}: found a record without a name; expected a name")
    if len(raw) > LONGEST_NAME:
        raise GenomeError(
            f"{where}: found a name of more than {LONGEST_NAME} bytes; expected a shorter one"
        )
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = "\0"
    if not name.isprintable():
        raise GenomeError(f"{where}: found the name {raw[:40]!r}; expected printable UTF-8 text")
    return name
