"""Where the lines of each record of a FASTA file lie, as an index beside the file tells it."""

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.errors import GenomeError
from enngene_core.formats.genomes.genome import check_name

_LONGEST_HEADER = 1 << 16


@dataclass(frozen=True)
class FastaIndex:
    """Places of records, as in the ``.fai`` format of samtools.

    Attributes
    ----------
    names : tuple of str
    size : ndarray of int64, shape (n_records,)
        Length, nt.
    offset : ndarray of int64, shape (n_records,)
        Byte of the first base.
    line_bases, line_bytes : ndarray of int64, shape (n_records,)
        Length of each line but the last: bases, and bytes with the line's end.
    """

    names: tuple[str, ...]
    size: np.ndarray
    offset: np.ndarray
    line_bases: np.ndarray
    line_bytes: np.ndarray

    def byte(self, record: np.ndarray, base: np.ndarray) -> np.ndarray:
        """Place in the file of 0-based bases of records."""
        line, column = np.divmod(base, np.maximum(self.line_bases[record], 1))
        return self.offset[record] + line * self.line_bytes[record] + column


def read_index(path: Path, content: mmap.mmap) -> FastaIndex:
    """Read the index that lies beside a FASTA file, and compare it with the file.

    Parameters
    ----------
    path
        The FASTA file.
    content
        Its bytes.

    Raises
    ------
    GenomeError
        If it is no index, or that of another file.
    """
    import pyfaidx  # not needed where there is no index

    beside = f"{path}.fai"
    try:
        # The sequence file is opened by pyfaidx, which takes it for compressed by its name alone,
        # and is not read here: any other name does.
        with pyfaidx.Faidx(beside, indexname=beside, build_index=False) as faidx:
            records = faidx.index
        rows = [(r.rlen, r.offset, r.lenc, r.lenb) for r in records.values()]
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    except (ValueError, ArithmeticError) as error:
        raise GenomeError(
            f"{beside}: found no index of a FASTA file ({str(error)[:80]!r}); "
            f"remove {beside}, or make it with 'samtools faidx'"
        ) from error
    for name in records:
        check_name(name.encode("utf-8", "surrogateescape"), beside)
    index = FastaIndex(tuple(records), *table.T)
    if misfit := _misfit(index, content):
        raise GenomeError(
            f"{beside}: is the index of another file than {path} (see {misfit}); remove {beside}"
        )
    return index


def _misfit(index: FastaIndex, content: mmap.mmap) -> str:
    """What does not lie where the index says, if anything."""
    n_bytes = len(content)
    line_end = index.line_bytes - index.line_bases
    # One line at the file's end may have no line end.
    least = np.where(index.size > index.line_bases, 1, 0)
    is_sound = (index.size == 0) | ((index.line_bases > 0) & (line_end >= least) & (line_end <= 2))
    for column in (index.size, index.offset, index.line_bases):
        is_sound &= (column >= 0) & (column <= n_bytes)
    if not is_sound.all():
        return index.names[is_sound.argmin()]
    n_bases = np.minimum(index.size, 1)  # of an empty record, none
    last_base = index.byte(np.arange(len(index.names)), index.size - n_bases)
    stop = (last_base + n_bases).tolist()
    offset = index.offset.tolist()
    end = 0
    for record in np.argsort(index.offset, kind="stable").tolist():
        start = offset[record]
        header = content[end:start].lstrip(b"\r\n") if start - end <= _LONGEST_HEADER else b""
        words = header[1:].split(None, 1)
        is_one_line = header.find(b"\n") == len(header) - 1
        if not (is_one_line and header[:1] == b">" and words[:1] == [index.names[record].encode()]):
            return index.names[record]
        end = stop[record]
    is_whole = end <= n_bytes and not content[end : end + _LONGEST_HEADER].strip()
    return "" if is_whole else "its end"
