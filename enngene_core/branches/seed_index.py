"""An index of coded sequences by the seeds in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from enngene_core.branches.seeds import LONGEST_WORD, SAMPLES, Seed

_PLACES_AT_ONCE = 2**17
_CANDIDATES_AT_ONCE = 2**17
#: Indexed places with which a place is compared, where more have its seed: so many, and fewer
#: after so many comparisons in all, which only repetitive sequences need.
_MOST_COMPARED, _FEWEST_COMPARED, _MANY_COMPARISONS = 32, 2, 2**27
#: Longest unit of a tandem repeat, nt: only the outer places of such a repeat are used.
_LONGEST_UNIT = 6
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SAMPLE_FACTOR = np.uint32(0x85EBCA6B)
_ONE_BIT_A_BASE = np.uint64(0x5555555555555555)


@dataclass(frozen=True)
class Candidates:
    """Pairs of an indexed sequence and another that have a seed in common.

    Attributes
    ----------
    indexed, other : ndarray of int64, shape (n_pairs,)
        Rows of the two.
    shift : ndarray of int64, shape (n_pairs,)
        Base ``i`` of the other one stands beside base ``i + shift`` of the indexed one.
    is_reverse : ndarray of bool, shape (n_pairs,)
        Whether it is the reverse complement of the other one that stands there.
    """

    indexed: np.ndarray
    other: np.ndarray
    shift: np.ndarray
    is_reverse: np.ndarray

    def once(self) -> "Candidates":
        """The pairs, each once at each shift, in order."""
        key = self.indexed * (self.other.max(initial=0) + 1) + self.other
        most = np.abs(self.shift).max(initial=0)
        key = (key * (2 * most + 1) + self.shift + most) * 2 + self.is_reverse
        return self.take(np.unique(key, return_index=True)[1])

    def take(self, which: np.ndarray | slice) -> "Candidates":
        """The pairs at indices, or where a mask is true."""
        return Candidates(
            self.indexed[which], self.other[which], self.shift[which], self.is_reverse[which]
        )


@dataclass(frozen=True)
class _Places:
    """Words that have a seed, and where they stand.

    Attributes
    ----------
    key : ndarray of uint32
        Hash of the bases of the seed.
    word : ndarray of uint64
        Two bits a base, read on the strand on which the seed's bases are the lower number.
    place : ndarray of uint32
        ``2 * (row * n_offsets + offset)``, and 1 more where the other strand is read.
    """

    key: np.ndarray
    word: np.ndarray
    place: np.ndarray


class SeedIndex:
    """Places at which coded sequences have a seed.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_sequences, width)
        0 to 3 for A, C, G, T; 4 for an unknown base. Fewer than 2 ** 31 bases.
    seed
        The bases that must be the same.
    both_strands
        Whether reverse complements are looked for too.
    """

    def __init__(self, codes: np.ndarray, seed: Seed, *, both_strands: bool) -> None:
        self._seed = seed
        self._both_strands = both_strands
        self._mask = _mask(seed)
        self._n_offsets = codes.shape[1] - seed.length + 1
        # Unknown bases are drawn at random: such a word is met by chance only, and refuted then.
        self._rng = np.random.default_rng(0)

        self._n_compared = 0
        parts = list(self._read(codes))
        key, order = _sorted(np.concatenate([places.key for places in parts]))
        self._word = np.concatenate([places.word for places in parts])[order]
        self._place = np.concatenate([places.place for places in parts])[order]
        del parts, order
        is_first = np.ones(len(key), dtype=bool)
        is_first[1:] = key[1:] != key[:-1]
        self._starts = np.append(np.flatnonzero(is_first), len(key)).astype(np.uint32)
        # For each key the number, from 1, of its stretch of places; 0 where it has none.
        self._stretch = np.zeros(4**seed.weight, dtype=np.uint32)
        self._stretch[key[is_first]] = np.arange(1, len(self._starts))

    def candidates(self, codes: np.ndarray) -> Iterator[Candidates]:
        """Pairs of indexed sequences and others that have a seed in common.

        Parameters
        ----------
        codes : ndarray of uint8, shape (n_others, width)
            Fewer than 2 ** 31 bases too.

        Yields
        ------
        Candidates
            A hundred thousand pairs or fewer; a pair may come more than once.
        """
        for places in self._read(codes):
            most = _FEWEST_COMPARED if self._n_compared > _MANY_COMPARISONS else _MOST_COMPARED
            stretch = self._stretch[places.key]
            met = np.flatnonzero(stretch)
            if not len(met):
                continue
            word = places.word[met]
            start = self._starts[stretch[met] - 1].astype(np.int64)
            count = self._starts[stretch[met]] - start
            # Where there are too many, another part of them is compared each time.
            beyond = np.maximum(count - most, 0)
            start += np.arange(len(met)) * most % (beyond + 1)
            count -= beyond
            before = np.cumsum(count) - count
            self._n_compared += int(count.sum())
            cuts = np.searchsorted(before, np.arange(0, before[-1] + 1, _CANDIDATES_AT_ONCE))
            for low, high in pairwise([*cuts, len(met)]):
                member = np.repeat((start - before)[low:high], count[low:high])
                member += np.arange(before[low], before[low] + len(member))
                differs = np.repeat(word[low:high], count[low:high])
                differs ^= self._word[member]
                differs |= differs >> np.uint64(1)
                differs &= _ONE_BIT_A_BASE
                kept = np.flatnonzero(np.bitwise_count(differs) <= self._seed.most_different)
                other = np.searchsorted(before, before[low] + kept, side="right") - 1
                yield self._candidates(self._place[member[kept]], places.place[met[other]])

    def _candidates(self, indexed: np.ndarray, other: np.ndarray) -> Candidates:
        """Pairs of places, by their rows."""
        indexed, other = indexed.astype(np.int64), other.astype(np.int64)
        row, offset = np.divmod(indexed >> 1, self._n_offsets)
        other_row, other_offset = np.divmod(other >> 1, self._n_offsets)
        is_reverse = (indexed ^ other) & 1 == 1
        # Read from the other end, the first offset is the last.
        other_offset = np.where(is_reverse, self._n_offsets - 1 - other_offset, other_offset)
        return Candidates(row, other_row, offset - other_offset, is_reverse)

    def _read(self, codes: np.ndarray) -> Iterator[_Places]:
        """Places of seeds, those of some sequences at a time."""
        n_rows = max(1, _PLACES_AT_ONCE // codes.shape[1])
        for first in range(0, len(codes), n_rows):
            yield self._places(codes[first : first + n_rows], first)

    def _places(self, codes: np.ndarray, first_row: int) -> _Places:
        """Places of seeds, without those inside tandem repeats and those not in the sample."""
        is_unknown = codes > 3
        if is_unknown.any():
            codes = np.where(is_unknown, self._rng.integers(0, 4, codes.shape, np.uint8), codes)
        word = _words(codes, self._seed.length)
        bases = word & self._mask
        is_reverse = np.zeros(1, dtype=bool)
        if self._both_strands:
            # A sequence's reverse complement has the same words from last to first.
            reverse = _words(3 - codes[:, ::-1], self._seed.length)[:, ::-1]
            reverse_bases = reverse & self._mask
            is_reverse = reverse_bases < bases
            word = np.where(is_reverse, reverse, word)
            bases = np.minimum(bases, reverse_bases)
        key = (bases * _HASH_FACTOR >> np.uint64(64 - 2 * self._seed.weight)).astype(np.uint32)
        kept = ~_is_inside_repeat(key)
        if self._seed.sample < SAMPLES:
            kept &= key * _SAMPLE_FACTOR >> np.uint32(24) < self._seed.sample
        which = np.flatnonzero(kept)
        place = 2 * (first_row * self._n_offsets + which)
        if self._both_strands:
            place += is_reverse.ravel()[which]
        return _Places(key.ravel()[which], word.ravel()[which], place.astype(np.uint32))


def _words(codes: np.ndarray, length: int) -> np.ndarray:
    """Words of each sequence, two bits a base: uint64, shape ``(n_sequences, n_words)``."""
    n_rows, width = codes.shape
    word = np.zeros(codes.size + LONGEST_WORD - 1, dtype=np.uint8)
    word[: codes.size] = codes.ravel()
    n_bases = 1
    # Words twice as long are made of two that stand side by side.
    for dtype in (np.uint8, np.uint8, np.uint16, np.uint32, np.uint64):
        word = word[:-n_bases].astype(dtype) << np.array(2 * n_bases, dtype) | word[n_bases:]
        n_bases *= 2
    return word.reshape(n_rows, width)[:, : width - length + 1] >> np.uint64(2 * (n_bases - length))


def _is_inside_repeat(key: np.ndarray) -> np.ndarray:
    """Whether the same seed stands at both sides, at the same distance of a few bases."""
    is_inside = np.zeros(key.shape, dtype=bool)
    for unit in range(1, min(_LONGEST_UNIT, (key.shape[1] - 1) // 2) + 1):
        middle = key[:, unit:-unit]
        is_inside[:, unit:-unit] |= (middle == key[:, : -2 * unit]) & (middle == key[:, 2 * unit :])
    return is_inside


def _sorted(key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keys in order, and the indices that sort them; much faster than argsort."""
    both = key.astype(np.uint64) << np.uint64(32)
    both |= np.arange(len(key), dtype=np.uint64)
    both.sort()
    return (both >> np.uint64(32)).astype(np.uint32), both.astype(np.uint32)


def _mask(seed: Seed) -> np.uint64:
    """Two bits for each base of a word, set where it must be the same."""
    return np.uint64(int("".join("11" if same else "00" for same in seed.pattern), 2))
