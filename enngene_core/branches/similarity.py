"""Near repeats among coded sequences.

The identity of two windows is the number of identical bases in their best ungapped alignment,
divided by their width. The alignment may be shifted: bases outside of the overlap count as
different. An unknown base (N) is identical to none, not even to another N. Unless only one strand
is asked for, the reverse complement counts as well. Two windows are near repeats if their identity
is not below a threshold, by default 0.8.

Pairs are found by spaced seeds, then compared base by base. So each that is reported is one, and
exact copies are never missed, but of pairs close to the threshold a few in a thousand may be
(`benchmarks/similarity.py` measures how many).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from enngene_core.branches.seed_index import Candidates, SeedIndex
from enngene_core.branches.seeds import Seed, choose_seeds
from enngene_core.branches.sequence import reverse_complement

IDENTITY = 0.8
_UNKNOWN = 4
#: Bases in one index, which takes 100 MB then.
_MOST_INDEXED = 2**23
_BASES_AT_ONCE = 2**20
#: Pairs beyond which it pays to compare one of each two clusters first.
_MANY_PAIRS = 1_000


@dataclass(frozen=True)
class NearRepeats:
    """For each window of one set a window of another set that it nearly repeats.

    Attributes
    ----------
    index : ndarray of int64, shape (n_windows,)
        Row of the other window; -1 where there is none. An exact copy goes before all others;
        of others it is not always the most alike.
    identity : ndarray of float64, shape (n_windows,)
        Identity of the two, from 0 to 1; 0 where there is none.
    """

    index: np.ndarray
    identity: np.ndarray


def near_repeats(
    query: np.ndarray, target: np.ndarray, *, identity: float = IDENTITY, both_strands: bool = True
) -> NearRepeats:
    """A window of `target` that each window of `query` nearly repeats.

    Parameters
    ----------
    query : ndarray of uint8, shape (n_windows, width)
        0 to 3 for A, C, G, T; 4 for an unknown base.
    target : ndarray of uint8, shape (n_targets, width)
    identity
        The smallest identity, as it is defined above.
    both_strands
        Whether a reverse complement counts as well.
    """
    index = np.full(len(query), -1, dtype=np.int64)
    n_same = np.zeros(len(query), dtype=np.int64)
    rule = _Rule.of(query.shape[1], identity, both_strands=both_strands)

    def note(near: Candidates, same: np.ndarray) -> None:
        best_last = np.argsort(same, kind="stable")
        index[near.indexed[best_last]] = near.other[best_last]
        n_same[near.indexed[best_last]] = same[best_last]

    note(*rule.near(query, target, rule.copies(query, target)))
    all_targets = rule.blocks(np.arange(len(target)))
    for seed in rule.seeds(len(query)):
        for rows in rule.blocks(np.flatnonzero(index < 0)):
            for pairs in rule.candidates(query, rows, target, all_targets, seed):
                note(*rule.near(query, target, pairs.take(index[pairs.indexed] < 0)))
    return NearRepeats(index, n_same / query.shape[1])


def cluster(
    codes: np.ndarray, *, identity: float = IDENTITY, both_strands: bool = True
) -> np.ndarray:
    """Clusters of windows that near repeats join, directly or through other windows.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_windows, width)
        0 to 3 for A, C, G, T; 4 for an unknown base.
    identity
        The smallest identity of near repeats, as it is defined above.
    both_strands
        Whether a reverse complement counts as well.

    Returns
    -------
    ndarray of int64, shape (n_windows,)
        Numbers of the clusters, from 0, in the order of their first windows.
    """
    rule = _Rule.of(codes.shape[1], identity, both_strands=both_strands)
    copies = rule.copies(codes, codes)
    copies = copies.take(copies.other < copies.indexed)
    near, _ = rule.near(codes, codes, copies)
    label = _join(np.arange(len(codes)), near)
    is_copy = np.zeros(len(codes), dtype=bool)
    is_copy[copies.indexed] = True
    blocks = rule.blocks(np.flatnonzero(~is_copy))
    for seed in rule.seeds(len(codes)):
        for number, rows in enumerate(blocks):
            for pairs in rule.candidates(codes, rows, codes, blocks[number:], seed):
                pairs = pairs.take(pairs.indexed < pairs.other)
                label = _join_near(label, codes, pairs, rule)
    return np.unique(label, return_inverse=True)[1]


@dataclass(frozen=True)
class _Rule:
    """When two windows are near repeats."""

    width: int
    n_different: int
    both_strands: bool

    @classmethod
    def of(cls, width: int, identity: float, *, both_strands: bool) -> "_Rule":
        # 0.8 * 35 is a little more than 28 to a computer.
        return cls(width, width - int(np.ceil(identity * width - 1e-9)), both_strands)

    def seeds(self, n_windows: int) -> tuple[Seed, ...]:
        """Seeds that find near repeats among so many windows."""
        n_places = min(n_windows * self.width, _MOST_INDEXED)
        return choose_seeds(self.width, n_different=self.n_different, n_places=n_places)

    def blocks(self, rows: np.ndarray) -> list[np.ndarray]:
        """The rows in parts of which each fits an index."""
        n_rows = max(1, _MOST_INDEXED // self.width)
        return [rows[first : first + n_rows] for first in range(0, len(rows), n_rows)]

    def candidates(
        self,
        query: np.ndarray,
        rows: np.ndarray,
        target: np.ndarray,
        blocks: list[np.ndarray],
        seed: Seed,
    ) -> Iterator[Candidates]:
        """Pairs of some rows of `query`, and of some blocks of `target`, that share a seed."""
        index = SeedIndex(query[rows], seed, both_strands=self.both_strands)
        for others in blocks:
            for pairs in index.candidates(target[others]):
                indexed, other = rows[pairs.indexed], others[pairs.other]
                yield replace(pairs, indexed=indexed, other=other)

    def copies(self, query: np.ndarray, target: np.ndarray) -> Candidates:
        """Each window of `query` with the first of `target` that has the same hash."""
        keys, first = np.unique(_hashes(target), return_index=True)
        parts = []
        for reverse in (False, True)[: 1 + self.both_strands]:
            sought = _hashes(query, reverse=reverse)
            rows = np.flatnonzero(np.isin(sought, keys))
            others = first[np.searchsorted(keys, sought[rows])]
            parts.append((rows, others, np.full(len(rows), reverse)))
        rows, others, is_reverse = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Candidates(rows, others, np.zeros_like(rows), is_reverse)

    def near(
        self, first: np.ndarray, second: np.ndarray, pairs: Candidates
    ) -> tuple[Candidates, np.ndarray]:
        """The pairs that are near repeats, each once, and their numbers of identical bases."""
        pairs = pairs.take(np.abs(pairs.shift) <= self.n_different).once()
        same = np.zeros(len(pairs.indexed), dtype=np.int64)
        n_rows = max(1, _BASES_AT_ONCE // self.width)
        for start in range(0, len(same), n_rows):
            part = pairs.take(slice(start, start + n_rows))
            same[start : start + n_rows] = _count_identical(first, second, part, self.n_different)
        is_near = same >= self.width - self.n_different
        return pairs.take(is_near), same[is_near]


def _join_near(label: np.ndarray, codes: np.ndarray, pairs: Candidates, rule: _Rule) -> np.ndarray:
    """Labels after those of the pairs that are near repeats have been joined."""
    pairs = pairs.take(label[pairs.indexed] != label[pairs.other])
    if len(pairs.indexed) > _MANY_PAIRS:
        # In a large family one comparison may spare a thousand.
        both = label[pairs.indexed] * len(label) + label[pairs.other]
        some, _ = rule.near(codes, codes, pairs.take(np.unique(both, return_index=True)[1]))
        label = _join(label, some)
        pairs = pairs.take(label[pairs.indexed] != label[pairs.other])
    return _join(label, rule.near(codes, codes, pairs)[0])


def _join(label: np.ndarray, pairs: Candidates) -> np.ndarray:
    """Labels after both of each pair, and all with their labels, have taken the smallest."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(pairs.indexed):
        return label
    ends = np.stack([label[pairs.indexed], label[pairs.other]])
    names, (one, other) = np.unique(ends, return_inverse=True)
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(names), len(names)))
    n_components, component = connected_components(graph, directed=False)
    smallest = np.full(n_components, len(label))
    np.minimum.at(smallest, component, names)
    renamed = np.arange(len(label))
    renamed[names] = smallest[component]
    return renamed[label]


def _hashes(codes: np.ndarray, *, reverse: bool = False) -> np.ndarray:
    """A number for each sequence, or for its reverse complement, which equal ones have in common.

    Returns
    -------
    ndarray of uint64, shape (n_sequences,)
    """
    factors = np.random.default_rng(0).integers(0, 2**64, codes.shape[1], np.uint64)
    hashes = np.empty(len(codes), dtype=np.uint64)
    n_rows = max(1, _BASES_AT_ONCE // codes.shape[1])
    for start in range(0, len(codes), n_rows):
        part = codes[start : start + n_rows]
        if reverse:
            part = reverse_complement(part)
        hashes[start : start + n_rows] = part.astype(np.uint64) @ factors
    return hashes


def _count_identical(
    first: np.ndarray, second: np.ndarray, pairs: Candidates, most_shift: int
) -> np.ndarray:
    """Identical bases of each pair of rows as they are aligned."""
    other = second[pairs.other]
    other[pairs.is_reverse] = reverse_complement(other[pairs.is_reverse])
    n_pairs, width = other.shape
    # An unknown base has another code here, so that it is not identical to an unknown base there.
    padded = np.full((n_pairs, width + 2 * most_shift), _UNKNOWN + 1, dtype=np.uint8)
    padded[:, most_shift : most_shift + width] = first[pairs.indexed]
    padded[padded == _UNKNOWN] = _UNKNOWN + 1
    start = np.arange(n_pairs) * padded.shape[1] + most_shift + pairs.shift
    beside = np.lib.stride_tricks.sliding_window_view(padded.ravel(), width)[start]
    return (beside == other).sum(axis=1, dtype=np.uint16)
