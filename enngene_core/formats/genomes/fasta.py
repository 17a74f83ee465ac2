"""Reference sequence from a FASTA file, plain, gzipped or bgzipped."""

import mmap
import tempfile
from pathlib import Path

import numpy as np

from enngene_core.errors import GenomeError
from enngene_core.formats.genomes.fasta_index import read_index
from enngene_core.formats.genomes.fasta_scan import make_index
from enngene_core.formats.genomes.genome import LETTERS, Genome
from enngene_core.formats.genomes.stretches import stretches_at
from enngene_core.formats.genomes.unpacked import unpack
from enngene_core.formats.packed import GZIP

_PIECE = 1 << 18
_LINE_ENDS = b"\r\n"
_NEWLINE = ord("\n")
_NO_NUCLEOTIDE = b"\xff"
# The letters of IUPAC, X of masked sequence, and gaps.
_NUCLEOTIDES = b"ACGTUNRYSWKMBDHVX-."
_UPPER = bytes(b if b in _NUCLEOTIDES else 255 for b in bytes(range(256)).upper())


class FastaGenome(Genome):
    """Chromosomes of a FASTA file.

    An index that lies beside the file and is not older than it is used; otherwise the file is
    searched for its records. A compressed file is unpacked into a temporary folder.

    Parameters
    ----------
    path
        FASTA file, told from a compressed one by its content.

    Raises
    ------
    GenomeError
        If the file is not FASTA, is damaged, holds no sequence or two records of one name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with open(path, "rb") as file:
            magic = file.read(len(GZIP))
        if magic == GZIP:
            with tempfile.TemporaryDirectory(prefix="enngene-") as folder:
                plain = Path(folder, "genome.fa")
                unpack(path, plain)
                # What is mapped stays readable when its file has no name any more.
                content = _map(path, plain)
        else:
            content = _map(path, path)
        self._bytes = np.frombuffer(content, np.uint8)
        index = Path(f"{path}.fai")
        is_indexed = index.is_file() and index.stat().st_mtime >= path.stat().st_mtime
        read = read_index if is_indexed and magic != GZIP else make_index
        self._index = read(path, content)
        self.chrom_sizes = dict(zip(self._index.names, self._index.size.tolist(), strict=True))
        self._record = {name: record for record, name in enumerate(self._index.names)}
        if not any(self.chrom_sizes.values()):
            raise GenomeError(f"{path}: holds no sequence; expected FASTA with at least one base")

    def read(self, chrom: str) -> np.ndarray:
        """Whole chromosome as upper-case letters."""
        record = np.array(self._record[chrom])
        size = self.chrom_sizes[chrom]
        letters = np.empty(size, dtype=np.uint8)
        place, end = (int(self._index.byte(record, np.array(base))) for base in (0, size))
        n_read = 0
        for first in range(place, end, _PIECE):
            raw = self._bytes[first : min(first + _PIECE, end)].tobytes()
            piece = raw.translate(_UPPER, _LINE_ENDS)
            if (wrong := piece.find(_NO_NUCLEOTIDE)) >= 0:
                raise self._no_nucleotide(raw, wrong, chrom, n_read + wrong)
            if n_read + len(piece) > size:
                break
            letters[n_read : n_read + len(piece)] = np.frombuffer(piece, np.uint8)
            n_read += len(piece)
        if n_read != size:
            raise self._misfit(chrom)
        return letters

    def gather(
        self, chrom: np.ndarray, start: np.ndarray, *, width: int, table: bytes = LETTERS
    ) -> np.ndarray:
        """Stretches of one width, each taken from the file by itself."""
        index = self._index
        table = _UPPER.translate(table[:-1] + _NO_NUCLEOTIDE)
        line_bases, line_bytes = index.line_bases[chrom], index.line_bytes[chrom]
        line, column = np.divmod(start, line_bases)
        first = index.offset[chrom] + line * line_bytes + column
        n_breaks = (column + (width - 1)) // line_bases
        n_extra = n_breaks * (line_bytes - line_bases)
        letters = np.empty((len(start), width), dtype=np.uint8)
        for extra in np.flatnonzero(np.bincount(n_extra)).tolist():
            rows = np.flatnonzero(n_extra == extra)
            raw = stretches_at(self._bytes, first[rows], width + extra)
            taken = raw.tobytes().translate(table, _LINE_ENDS)
            if len(taken) != len(rows) * width or not _are_line_ends(
                raw, n_breaks[rows], line_bytes[rows], column[rows]
            ):
                raise self._misfit(index.names[chrom[rows[0]]])
            if (wrong := taken.find(_NO_NUCLEOTIDE)) >= 0:
                row, place = divmod(wrong, width)
                name, position = index.names[chrom[rows[row]]], int(start[rows[row]]) + place
                raise self._no_nucleotide(raw[row].tobytes(), place, name, position)
            letters[rows] = np.frombuffer(taken, np.uint8).reshape(-1, width)
        return letters

    def _misfit(self, chrom: str) -> GenomeError:
        return GenomeError(
            f"{self.path}: {chrom} does not lie where its index says (has the file changed?); "
            f"remove {self.path}.fai"
        )

    def _no_nucleotide(self, raw: bytes, place: int, chrom: str, position: int) -> GenomeError:
        letter = chr(raw.translate(None, _LINE_ENDS)[place])
        return GenomeError(
            f"{self.path}: found {letter!r} at position {position + 1} of {chrom}; expected "
            "nucleotides (is it a protein sequence?)"
        )

    def close(self) -> None:
        """Let go of the file."""
        self._bytes = np.empty(0, np.uint8)


def _map(path: Path, plain: Path) -> mmap.mmap:
    """Bytes of a file that may be FASTA, without reading them."""
    with open(plain, "rb") as file:
        head = file.read(2)
        if not head:
            raise GenomeError(f"{path}: the file is empty; expected FASTA")
        if head[:1] not in b">\n\r":
            raise GenomeError(
                f"{path}: found {head!r} at its start; expected FASTA (a line that starts with >) "
                "or 2bit"
            )
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _are_line_ends(
    raw: np.ndarray, n_breaks: np.ndarray, line_bytes: np.ndarray, column: np.ndarray
) -> bool:
    """Whether a line ends wherever one should, in stretches that begin in `column` of a line."""
    before = np.arange(len(raw)) * raw.shape[1] - column - 1
    return all(
        (raw.ravel()[before + np.minimum(number, n_breaks) * line_bytes] == _NEWLINE).all()
        for number in range(1, int(n_breaks.max()) + 1)
    )
