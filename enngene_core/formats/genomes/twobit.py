"""Reference sequence from a 2bit file, the packed format of the UCSC genome browser."""

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.errors import GenomeError
from enngene_core.formats.genomes.genome import LETTERS, MOST_CHROMOSOMES, Genome, check_name
from enngene_core.formats.genomes.stretches import stretches_at

_MAGIC = b"\x1a\x41\x27\x43"
_SYMBOLS = b"TCAG"
_UNKNOWN = ord("N")
_SHIFTS = np.array([6, 4, 2, 0])


@dataclass(frozen=True)
class _Record:
    """One sequence: where its bases lie in the file, and which of them are unknown."""

    size: int
    offset: int
    unknown_start: np.ndarray
    unknown_end: np.ndarray


class TwoBitGenome(Genome):
    """Chromosomes of a 2bit file of either byte order; masked bases are read as others.

    Parameters
    ----------
    path
        2bit file of version 0.

    Raises
    ------
    GenomeError
        If the file is damaged, cut short or of another version, holds no sequence, or two of one
        name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with open(path, "rb") as file:
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._order = ">" if self._content[:4] == _MAGIC else "<"
        _, version, n_records, _ = self._integers(0, 4, "its header").tolist()
        self._n_bytes = 0
        if version != 0:
            raise GenomeError(f"{path}: a 2bit file of version {version}; expected version 0")
        if n_records > MOST_CHROMOSOMES:
            raise GenomeError(f"{path}: more than {MOST_CHROMOSOMES:,} records; expected a genome")
        self._records: dict[str, _Record] = {}
        place = 16
        for _ in range(n_records):
            n_bytes = self._content[place] if place < len(self._content) else 0
            end = place + 1 + n_bytes
            offset = int(self._integers(end, 1, "its index")[0])
            name = check_name(self._content[place + 1 : end], f"{path}, byte {place + 1}")
            place = end + 4
            if name in self._records:
                raise GenomeError(
                    f"{path}: found two records named {name}; expected each name once"
                )
            self._records[name] = self._record(name, offset)
        self.chrom_sizes = {name: record.size for name, record in self._records.items()}
        if not any(self.chrom_sizes.values()):
            raise GenomeError(f"{path}: holds no sequence; expected at least one base")

    def _integers(self, place: int, n: int, what: str) -> np.ndarray:
        """Unsigned 32-bit numbers, taken only if they lie in the file."""
        if place + 4 * n > len(self._content):
            raise self._damaged(what)
        numbers = np.frombuffer(self._content, f"{self._order}u4", n, place)
        return numbers.astype(np.int64)

    def _record(self, name: str, offset: int) -> _Record:
        size, n_unknown = self._integers(offset, 2, name).tolist()
        place = offset + 8
        start = self._integers(place, n_unknown, name)
        end = start + self._integers(place + 4 * n_unknown, n_unknown, name)
        place += 8 * n_unknown
        n_masked = int(self._integers(place, 1, name)[0])
        place += 4 + 8 * n_masked + 4  # the last is a reserved number
        stop = place + -(-size // 4)
        is_sorted = not n_unknown or ((start[1:] >= end[:-1]).all() and end[-1] <= size)
        # Records that share bytes could together be far larger than the file.
        self._n_bytes += stop - offset
        if not is_sorted or max(stop, self._n_bytes) > len(self._content):
            raise self._damaged(name)
        return _Record(size, place, start, end)

    def _damaged(self, what: str) -> GenomeError:
        return GenomeError(
            f"{self.path}: the 2bit file is cut short or damaged (at {what}); "
            "copy or upload it again"
        )

    def read(self, chrom: str) -> np.ndarray:
        """Whole chromosome as upper-case letters."""
        record = self._records[chrom]
        return self._decode(record, 0, record.size, LETTERS)

    def gather(
        self, chrom: np.ndarray, start: np.ndarray, *, width: int, table: bytes = LETTERS
    ) -> np.ndarray:
        """Stretches of one width, from all that lies between the first and the last."""
        letters = np.empty((len(start), width), dtype=np.uint8)
        records = list(self._records.values())
        order = np.argsort(chrom, kind="stable")
        borders = np.flatnonzero(np.diff(chrom[order])) + 1
        for rows in np.split(order, borders):
            first, last = int(start[rows].min()), int(start[rows].max())
            between = self._decode(records[chrom[rows[0]]], first, last + width, table)
            letters[rows] = stretches_at(between, start[rows] - first, width)
        return letters

    def _decode(self, record: _Record, start: int, end: int, table: bytes) -> np.ndarray:
        symbols = np.frombuffer(_SYMBOLS.translate(table), np.uint8)
        # Four symbols at once: those that each of the 256 bytes holds.
        fours = symbols[np.arange(256)[:, None] >> _SHIFTS & 3].view(np.uint32)[:, 0]
        first = start // 4
        packed = self._content[record.offset + first : record.offset + -(-end // 4)]
        letters = fours[np.frombuffer(packed, np.uint8)].view(np.uint8)
        letters = letters[start - 4 * first : end - 4 * first]
        runs = slice(
            np.searchsorted(record.unknown_end, start), np.searchsorted(record.unknown_start, end)
        )
        run_start = np.maximum(record.unknown_start[runs] - start, 0).tolist()
        run_end = (record.unknown_end[runs] - start).tolist()
        for first, last in zip(run_start, run_end, strict=True):
            letters[first:last] = table[_UNKNOWN]
        return letters

    def close(self) -> None:
        """Close the file."""
        self._content.close()
