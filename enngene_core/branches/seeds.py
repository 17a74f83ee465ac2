"""Spaced seeds: the choice of the bases that similar sequences must share."""

from dataclasses import dataclass
from functools import lru_cache
from math import comb, log

import numpy as np

#: Bases that a word of 64 bits holds.
LONGEST_WORD = 32
#: A table of 4 ** 12 entries takes 64 MB.
_HEAVIEST = 12
_STEPS_DOWN = 3
_MOST_SEEDS = 6
#: Pairs of sequences on which seeds are chosen, their greatest width, and patterns tried.
_N_PAIRS, _WIDEST_PAIR, _N_TRIED = 4_000, 256, 32
_WANTED_SHARE = 0.998
#: Seeds that a wide pair is expected to share, where a sample of them is enough.
_ENOUGH_SHARED = 20
SAMPLES = 256


@dataclass(frozen=True)
class Seed:
    """Bases of a word that two sequences must share.

    Attributes
    ----------
    pattern : tuple of bool
        For each base of a word whether it must be the same. It reads the same from both ends, so
        that a word and its reverse complement have the same seed.
    most_different : int
        Bases of a word that may differ.
    sample : int
        How many of `SAMPLES` seeds are used; which ones depends on their bases alone.
    """

    pattern: tuple[bool, ...]
    most_different: int
    sample: int

    @property
    def length(self) -> int:
        """Bases of a word."""
        return len(self.pattern)

    @property
    def weight(self) -> int:
        """Bases that must be the same."""
        return sum(self.pattern)


def choose_seeds(width: int, *, n_different: int, n_places: int) -> tuple[Seed, ...]:
    """Seeds of which nearly every pair of similar sequences shares one.

    They are as heavy as they can be, up to log4 of the places: a lighter seed is met more often
    by chance, which costs time. Spaced seeds find more than runs of bases of the same weight (Ma,
    Tromp and Li, Bioinformatics 2002, 18:440).

    Parameters
    ----------
    width
        Length of the sequences, nt.
    n_different
        Bases in which two of them may differ.
    n_places
        Places at which a seed may be met by chance.

    Returns
    -------
    tuple of Seed
        One to six, all of one weight.
    """
    weight = min(_HEAVIEST, max(1, round(log(max(n_places, 1), 4))))
    return _heaviest_seeds(width, n_different, weight)


@lru_cache(maxsize=32)
def _heaviest_seeds(width: int, n_different: int, heaviest: int) -> tuple[Seed, ...]:
    """The heaviest seeds, from `heaviest` down, of which nearly all simulated pairs share one."""
    rng = np.random.default_rng(0)
    pairs = _simulated_pairs(min(width, _WIDEST_PAIR), n_different / width, rng)
    lightest = max(1, min(heaviest - _STEPS_DOWN, (width - n_different) // 2))
    best_share = -1.0
    best_seeds: tuple[Seed, ...] = ()
    for weight in range(min(heaviest, width), lightest - 1, -1):
        share, seeds = _seeds_of_weight(weight, pairs, width, 1 - n_different / width, rng)
        if share > best_share:
            best_share, best_seeds = share, seeds
        if share >= _WANTED_SHARE:
            break
    return best_seeds


def _simulated_pairs(width: int, share_different: float, rng: np.random.Generator) -> np.ndarray:
    """Where two sequences are the same: bool, shape ``(_N_PAIRS, width)``.

    Places that differ are drawn at random. None is shifted, for a pair that is shifted and just
    as similar differs in fewer places.
    """
    is_same = np.ones((_N_PAIRS, width), dtype=bool)
    order = rng.random(is_same.shape).argsort(axis=1)
    different = order[:, : int(np.ceil(share_different * width))]
    np.put_along_axis(is_same, different, False, axis=1)
    return is_same


def _seeds_of_weight(
    weight: int, pairs: np.ndarray, width: int, identity: float, rng: np.random.Generator
) -> tuple[float, tuple[Seed, ...]]:
    """Seeds, each the best of some for the pairs that have none yet, and the share of pairs."""
    left = pairs
    seeds: list[Seed] = []
    while len(seeds) < _MOST_SEEDS and len(left) > (1 - _WANTED_SHARE) * len(pairs):
        drawn = [_drawn_seed(weight, width, identity, rng) for _ in range(_N_TRIED)]
        words = {length: _words(left, length) for length in {seed.length for seed in drawn}}
        is_shared = [_is_shared(seed, words[seed.length]) for seed in drawn]
        best = max(range(_N_TRIED), key=lambda index: np.count_nonzero(is_shared[index]))
        seeds.append(drawn[best])
        left = left[~is_shared[best]]
    return 1 - len(left) / len(pairs), tuple(seeds)


def _drawn_seed(weight: int, width: int, identity: float, rng: np.random.Generator) -> Seed:
    """A pattern at random, in a word whose other bases tell similarity from chance."""
    longest = min(width, LONGEST_WORD)
    span = int(rng.integers(weight, min(2 * weight + 2, longest), endpoint=True))
    span -= weight % 2 and not span % 2  # an odd weight has a base in the middle
    half = np.zeros(span // 2, dtype=bool)
    if weight > 1:
        half[0] = True
        half[1 + rng.permutation(len(half) - 1)[: weight // 2 - 1]] = True
    middle = np.full(span % 2, weight % 2, dtype=bool)
    beside = np.zeros((max(span, min(longest, width // 4)) - span) // 2, dtype=bool)
    pattern = np.concatenate([beside, half, middle, half[::-1], beside])
    n_shared = (width - len(pattern) + 1) * identity**weight
    return Seed(
        pattern=tuple(pattern.tolist()),
        most_different=_most_different(len(pattern) - weight, identity),
        sample=min(SAMPLES, int(np.ceil(SAMPLES * _ENOUGH_SHARED / n_shared))),
    )


def _most_different(n_free: int, identity: float) -> int:
    """Bases that differ among the free ones of a similar word, but for 3 words in 1,000."""
    share = 0.0
    for n_different in range(n_free):
        n_same = n_free - n_different
        share += comb(n_free, n_different) * (1 - identity) ** n_different * identity**n_same
        if share >= 0.997:
            return n_different
    return n_free


def _words(is_same: np.ndarray, length: int) -> np.ndarray:
    """A bit for each base of each word of the rows: uint32, shape ``(n_rows, n_words)``."""
    n_words = is_same.shape[1] - length + 1
    words = np.zeros((len(is_same), n_words), dtype=np.uint32)
    for offset in range(length):
        words = words << np.uint32(1) | is_same[:, offset : offset + n_words]
    return words


def _is_shared(seed: Seed, words: np.ndarray) -> np.ndarray:
    """Whether any word of each row has the seed, and few enough different bases."""
    pattern = np.uint32(int("".join(str(int(base)) for base in seed.pattern), 2))
    has_seed = (words & pattern) == pattern
    is_similar = np.bitwise_count(words) >= seed.length - seed.most_different
    return (has_seed & is_similar).any(axis=1)
