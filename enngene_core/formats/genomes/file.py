"""Genomes as files, told by their content."""

from pathlib import Path

from enngene_core.errors import GenomeError
from enngene_core.formats.genomes.fasta import FastaGenome
from enngene_core.formats.genomes.genome import Genome
from enngene_core.formats.genomes.twobit import TwoBitGenome

_TWOBIT = (b"\x1a\x41\x27\x43", b"\x43\x27\x41\x1a")


def open_genome(path: Path) -> Genome:
    """Genome in a FASTA file (plain, gzip or bgzip) or a 2bit file, told by its content.

    Raises
    ------
    GenomeError
        If the file is missing, of another format, damaged, or holds no sequence.
    """
    try:
        if path.is_dir():
            raise GenomeError(f"{path}: found a folder; expected a FASTA or 2bit file")
        if not path.is_file():
            raise GenomeError(f"{path}: no such file")
        with open(path, "rb") as file:
            magic = file.read(4)
        if magic in _TWOBIT:
            return TwoBitGenome(path)
        return FastaGenome(path)
    except OSError as error:
        raise GenomeError(f"{path}: cannot be read ({error.strerror or error})") from error
