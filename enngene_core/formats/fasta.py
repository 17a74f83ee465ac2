"""Reference sequence from a FASTA file, plain or bgzipped."""

import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pyfaidx

from enngene_core.errors import GenomeError
from enngene_core.formats.opened import OpenedFile

#: What pyfaidx raises for files that are not whole, or not FASTA.
_UNREADABLE = (
    pyfaidx.FastaIndexingError,
    ValueError,
    RuntimeError,
    OSError,
    EOFError,
    struct.error,
    zlib.error,
)

_IS_NUCLEOTIDE = np.zeros(256, dtype=bool)
# The letters of IUPAC, X of masked sequence, and gaps.
_IS_NUCLEOTIDE[list(b"ACGTUNRYSWKMBDHVX-.")] = True


class Genome(OpenedFile):
    """Chromosomes of a FASTA file, read one at a time.

    An index that lies beside the file and is not older than it is used; otherwise one is made in
    a temporary folder, so that the folder of the FASTA file is never written to.

    Parameters
    ----------
    path
        FASTA file, plain or bgzipped.

    Attributes
    ----------
    chrom_sizes : dict of str to int
        Length of each chromosome, nt, in the file's order.

    Raises
    ------
    GenomeError
        If the file is missing, is not FASTA, holds no sequence or two records of one name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise GenomeError(f"{path}: no such file")
        with open(path, "rb") as probe:
            magic = probe.read(2)
        if not magic:
            raise GenomeError(f"{path}: the file is empty; expected FASTA")
        is_compressed = magic == b"\x1f\x8b"
        if not is_compressed and magic[:1] not in (b">", b"\n", b"\r", b";"):
            raise GenomeError(
                f"{path}: found {magic!r} at its start; expected FASTA (a line that starts with >)"
            )
        self._folder = tempfile.TemporaryDirectory(prefix="enngene-")
        # pyfaidx tells bgzip by the file's name, which may say nothing here.
        link = Path(self._folder.name) / ("genome.fa.gz" if is_compressed else "genome.fa")
        link.symlink_to(path.resolve())
        index = Path(f"{path}.fai")
        is_indexed = index.is_file() and index.stat().st_mtime >= path.stat().st_mtime
        try:
            self._fasta = pyfaidx.Fasta(
                str(link),
                indexname=str(index) if is_indexed else f"{link}.fai",
                as_raw=True,
                sequence_always_upper=True,
                rebuild=not is_indexed,
            )
            self.chrom_sizes = {name: len(record) for name, record in self._fasta.items()}
        except pyfaidx.UnsupportedCompressionFormat as error:
            self.close()
            raise GenomeError(
                f"{path}: compressed by gzip; expected bgzip: run 'gunzip -c genome.fa.gz | bgzip'"
                " or give the plain FASTA file"
            ) from error
        except _UNREADABLE as error:
            self.close()
            reason = str(error).replace(str(link), str(path)).split("\n")[0]
            if isinstance(error, RuntimeError):  # pyfaidx asks for a bug report
                reason = "lines of one record differ in length, or are blank"
            raise GenomeError(f"{path}: cannot be indexed as FASTA: {reason}") from error
        if not any(self.chrom_sizes.values()):
            self.close()
            raise GenomeError(f"{path}: holds no sequence; expected FASTA with at least one base")

    def read(self, chrom: str) -> np.ndarray:
        """Whole chromosome as upper-case letters.

        Returns
        -------
        ndarray of uint8, shape (chromosome length,)
            ASCII codes.

        Raises
        ------
        GenomeError
            If the chromosome is cut short, or has a letter that stands for no nucleotide.
        """
        try:
            letters = np.frombuffer(self._fasta[chrom][:].encode("latin-1"), dtype=np.uint8)
        except _UNREADABLE as error:
            raise GenomeError(f"{self.path}: {chrom} cannot be read; is the file whole?") from error
        if len(letters) != self.chrom_sizes[chrom]:
            raise GenomeError(
                f"{self.path}: {chrom} has {len(letters)} nt, but {self.chrom_sizes[chrom]} nt by "
                f"its index; remove {self.path}.fai"
            )
        if not (is_nucleotide := _IS_NUCLEOTIDE[letters]).all():
            position = int(is_nucleotide.argmin())
            raise GenomeError(
                f"{self.path}: found {chr(letters[position])!r} at position {position + 1} of "
                f"{chrom}; expected nucleotides (is it a protein sequence?)"
            )
        return letters

    def close(self) -> None:
        """Close the file, and remove the temporary index."""
        if hasattr(self, "_fasta"):
            self._fasta.close()
        self._folder.cleanup()
