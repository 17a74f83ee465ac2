"""GC and N of any stretch of a genome."""

from dataclasses import dataclass

import numpy as np

from enngene_core.formats.genomes.genome import Genome

#: Letters in the order of their codes; the last stands for all others.
LETTERS = b"ACGTN"
UNKNOWN = len(LETTERS) - 1
_CODES = bytes(
    {"A": 0, "C": 1, "G": 2, "T": 3, "U": 3}.get(chr(letter), UNKNOWN) for letter in range(256)
)
_IS_GC = bytes(code in (1, 2) for code in _CODES)
_IS_UNKNOWN = bytes(code == UNKNOWN for code in _CODES)
_WORD = 64  # bits
#: Letters that are looked at together: what fits into a processor's cache, and whole words.
_BLOCK = 1 << 18


@dataclass(frozen=True)
class Composition:
    """Counts of GC and of unknown bases, kept in a fifth of a byte for each base.

    Chromosomes lie one after the other on one axis, never side by side: at least one position is
    between them. All positions below are on this axis.

    Attributes
    ----------
    chroms : tuple of str
    offset, end : ndarray of int64, shape (n_chroms,)
        First position of each chromosome, and the one after its last.
    is_gc : ndarray of uint64
        A bit for each position, the lowest of a word first.
    n_gc_before : ndarray of uint32
        Bits set before each word, modulo 2**32: differences are right all the same.
    unknown_start, unknown_end : ndarray of int64, shape (n_runs,)
        Runs of letters other than A, C, G, T and U; the first is empty and lies before all.
    """

    chroms: tuple[str, ...]
    offset: np.ndarray
    end: np.ndarray
    is_gc: np.ndarray
    n_gc_before: np.ndarray
    unknown_start: np.ndarray
    unknown_end: np.ndarray
    _n_unknown_before: np.ndarray

    def chrom_at(self, position: np.ndarray) -> np.ndarray:
        """Index of the chromosome of each position."""
        return np.searchsorted(self.offset, position, side="right") - 1

    def gc_count(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Number of G and C in each stretch ``[start, end)``, as int64."""
        return (self._gc_before(end) - self._gc_before(start)).astype(np.int64)

    def unknown_count(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Number of unknown bases in each stretch ``[start, end)``, as int64."""
        return self._unknown_before(end) - self._unknown_before(start)

    def gc_content(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Share of G and C among the known bases of each stretch; NaN where none is known."""
        n_known = end - start - self.unknown_count(start, end)
        share = self.gc_count(start, end) / np.maximum(n_known, 1)
        return np.where(n_known > 0, share, np.nan)

    def _gc_before(self, position: np.ndarray) -> np.ndarray:
        word = position // _WORD
        bit = (position % _WORD).astype(np.uint64)
        lower = self.is_gc[word] & ((np.uint64(1) << bit) - np.uint64(1))
        return self.n_gc_before[word] + np.bitwise_count(lower)

    def _unknown_before(self, position: np.ndarray) -> np.ndarray:
        run = np.searchsorted(self.unknown_start, position) - 1  # the last one that began
        inside = np.minimum(position, self.unknown_end[run]) - self.unknown_start[run]
        return self._n_unknown_before[run] + inside


def base_codes(letters: np.ndarray) -> np.ndarray:
    """Codes of upper-case letters, by their places in `LETTERS`; U is a T."""
    return _translated(letters, _CODES)


def _translated(letters: np.ndarray, table: bytes) -> np.ndarray:
    # An index into an array would take eight bytes for each letter.
    return np.frombuffer(letters.tobytes().translate(table), dtype=np.uint8)


def survey(genome: Genome) -> Composition:
    """Composition of a genome, which is read a chromosome at a time."""
    chroms = tuple(genome.chrom_sizes)
    sizes = np.array([genome.chrom_sizes[chrom] for chrom in chroms], dtype=np.int64)
    n_words = sizes // _WORD + 1  # one bit or more is left over between chromosomes
    first_word = np.cumsum(n_words) - n_words
    bits = np.zeros(int(n_words.sum()) * (_WORD // 8), dtype=np.uint8)
    runs = [(np.full(1, -1), np.full(1, -1))]  # so that a run lies before every position
    for chrom, word in zip(chroms, first_word.tolist(), strict=True):
        edges = _scan(genome.read(chrom), bits[word * (_WORD // 8) :])
        runs.append((edges[::2] + word * _WORD, edges[1::2] + word * _WORD))
    words = bits.view("<u8")
    n_in_word = np.bitwise_count(words)
    n_gc_before = np.cumsum(n_in_word, dtype=np.uint32)
    n_gc_before -= n_in_word
    unknown_start, unknown_end = (np.concatenate(part) for part in zip(*runs, strict=True))
    n_unknown = unknown_end - unknown_start
    return Composition(
        chroms=chroms,
        offset=first_word * _WORD,
        end=first_word * _WORD + sizes,
        is_gc=words,
        n_gc_before=n_gc_before,
        unknown_start=unknown_start,
        unknown_end=unknown_end,
        _n_unknown_before=np.cumsum(n_unknown) - n_unknown,
    )


def _scan(letters: np.ndarray, is_gc: np.ndarray) -> np.ndarray:
    """Set the bits of G and C of a chromosome.

    Returns
    -------
    ndarray of int64
        Where runs of unknown letters start and end, in turn.
    """
    edges = []
    was_unknown = False
    for start in range(0, len(letters), _BLOCK):
        block = letters[start : start + _BLOCK]
        packed = np.packbits(_translated(block, _IS_GC), bitorder="little")
        is_gc[start // 8 :][: len(packed)] = packed
        is_unknown = _translated(block, _IS_UNKNOWN).view(bool)
        if was_unknown or is_unknown.any():
            edges.append(np.flatnonzero(np.diff(is_unknown, prepend=was_unknown)) + start)
            was_unknown = bool(is_unknown[-1])
    if was_unknown:
        edges.append(np.array([len(letters)]))
    return np.concatenate([np.zeros(0, dtype=np.int64), *edges])
