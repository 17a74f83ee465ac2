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

_TWOBIT = (b"\x1a\x41\x27\x43", b"\x43\x27\x41\x1a")


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


def open_genome(path: Path) -> Genome:
    """Genome in a FASTA file (plain, gzip or bgzip) or a 2bit file, told by its content.

    Raises
    ------
    GenomeError
        If the file is missing, of another format, damaged, or holds no sequence.
    """
    # The formats build on this module, so they are imported here.
    try:
        if path.is_dir():
            raise GenomeError(f"{path}: found a folder; expected a FASTA or 2bit file")
        if not path.is_file():
            raise GenomeError(f"{path}: no such file")
        with open(path, "rb") as file:
            magic = file.read(4)
        if magic in _TWOBIT:
            from enngene_core.formats.genomes.twobit import TwoBitGenome

            return TwoBitGenome(path)
        from enngene_core.formats.genomes.fasta import FastaGenome

        return FastaGenome(path)
    except OSError as error:
        raise GenomeError(f"{path}: cannot be read ({error.strerror or error})") from error


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
