"""How alike two classes are in length, GC, dinucleotides and N."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.formats.genomes.genome import Genome
from enngene_core.intervals.composition import LETTERS, UNKNOWN, Composition, base_codes

DINUCLEOTIDES = tuple(
    chr(first) + chr(second) for first in LETTERS[:UNKNOWN] for second in LETTERS[:UNKNOWN]
)
#: Letters that are looked at together.
_BLOCK = 1 << 22


@dataclass(frozen=True)
class Profile:
    """What the sequences of a class are made of.

    Attributes
    ----------
    length : ndarray of int64, shape (n,)
        Of each sequence, nt.
    n_gc, n_unknown : ndarray of int64, shape (n,)
        Bases of each that are G or C, and that are none of A, C, G, T.
    dinucleotides : ndarray of int64, shape (16,)
        Number of each of `DINUCLEOTIDES` in all sequences, each on its own strand.
    """

    length: np.ndarray
    n_gc: np.ndarray
    n_unknown: np.ndarray
    dinucleotides: np.ndarray

    def __len__(self) -> int:
        return len(self.length)

    @property
    def gc(self) -> np.ndarray:
        """Share of G and C among the known bases of each sequence that has such."""
        n_known = self.length - self.n_unknown
        is_known = n_known > 0
        return self.n_gc[is_known] / n_known[is_known]

    @property
    def unknown_share(self) -> float:
        """Share of unknown bases in all sequences together."""
        return float(self.n_unknown.sum() / max(int(self.length.sum()), 1))

    @property
    def dinucleotide_shares(self) -> np.ndarray:
        """Shares of `DINUCLEOTIDES`."""
        return self.dinucleotides / max(int(self.dinucleotides.sum()), 1)


def profile_of(codes: np.ndarray, offsets: np.ndarray) -> Profile:
    """Profile of coded sequences.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_letters,)
        Sequences one after the other, none of them empty.
    offsets : ndarray of int64, shape (n + 1,)
        Where each begins, and where the last one ends.
    """
    n_letters = len(LETTERS)
    pair = codes[:-1] * np.uint8(n_letters) + codes[1:]
    pair[offsets[1:-1] - 1] = n_letters * UNKNOWN  # of two sequences
    counts = np.bincount(pair, minlength=n_letters**2).reshape(n_letters, n_letters)
    starts = offsets[:-1]
    return Profile(
        np.diff(offsets),
        np.add.reduceat((codes == 1) | (codes == 2), starts, dtype=np.int64),
        np.add.reduceat(codes == UNKNOWN, starts, dtype=np.int64),
        counts[:UNKNOWN, :UNKNOWN].ravel(),
    )


def joined(parts: Sequence[Profile]) -> Profile:
    """Profile of the sequences of all parts."""

    def column(name: str) -> np.ndarray:
        return np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in parts)])

    counts = sum((part.dinucleotides for part in parts), np.zeros(len(DINUCLEOTIDES), np.int64))
    return Profile(column("length"), column("n_gc"), column("n_unknown"), counts)


def dinucleotides_at(
    letters: np.ndarray, start: np.ndarray, end: np.ndarray, is_minus: np.ndarray
) -> np.ndarray:
    """Number of each of `DINUCLEOTIDES` in all stretches of a chromosome.

    Time grows with what the stretches cover, however many of them overlap.

    Parameters
    ----------
    letters : ndarray of uint8
        The chromosome.
    start, end : ndarray of int64, shape (n,)
        Stretches, half-open.
    is_minus : ndarray of bool, shape (n,)
        Whether each is read on the minus strand.

    Returns
    -------
    ndarray of int64, shape (16,)
    """
    plus = _pairs_covered(letters, start[~is_minus], end[~is_minus])
    minus = _pairs_covered(letters, start[is_minus], end[is_minus])
    # A pair XY is read as the complement of Y, then that of X; A, C, G, T are in such an order
    # that the complement of one is as far from the end as the other from the start.
    return (plus + minus[::-1, ::-1].T).ravel()


def _pairs_covered(letters: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Pairs of neighbouring bases, counted for every stretch that holds them, shape (4, 4)."""
    counts = np.zeros((len(LETTERS), len(LETTERS)))
    is_pair = end - start > 1
    border = np.concatenate([start[is_pair], end[is_pair] - 1])
    order = np.argsort(border, kind="stable")
    depth = np.cumsum(np.where(order < np.count_nonzero(is_pair), 1, -1))[:-1]
    border = border[order]
    first, size = border[:-1], np.diff(border)
    is_covered = (depth > 0) & (size > 0)
    first, size, depth = first[is_covered], size[is_covered], depth[is_covered]
    reach = np.cumsum(size)
    for done in range(0, int(size.sum()), _BLOCK):
        here = slice(
            int(np.searchsorted(reach, done, side="right")),
            int(np.searchsorted(reach, done + _BLOCK)) + 1,
        )
        before = reach[here] - size[here]
        n = np.minimum(reach[here], done + _BLOCK) - np.maximum(before, done)
        position = np.arange(done, done + int(n.sum())) + np.repeat(first[here] - before, n)
        first_codes, second_codes = (base_codes(letters[position + ahead]) for ahead in (0, 1))
        pair = first_codes * np.uint8(len(LETTERS)) + second_codes
        counts += np.bincount(pair, np.repeat(depth[here], n), minlength=counts.size).reshape(
            counts.shape
        )
    return counts[:UNKNOWN, :UNKNOWN].astype(np.int64)


def profile_places(
    genome: Genome,
    composition: Composition,
    classes: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> list[Profile]:
    """Profile of each class; the genome is read once, a chromosome at a time.

    Parameters
    ----------
    classes
        Starts and ends on the axis of `composition`, and whether each place is read on the minus
        strand.
    """
    dinucleotides = np.zeros((len(classes), len(DINUCLEOTIDES)), dtype=np.int64)
    ordered = [
        [column[np.argsort(start, kind="stable")] for column in (start, end, is_minus)]
        for start, end, is_minus in classes
    ]
    starts = np.concatenate([start for start, _, _ in ordered])
    for chrom in np.unique(composition.chrom_at(starts)):
        letters = genome.read(composition.chroms[chrom])
        first, last = composition.offset[chrom], composition.end[chrom]
        for counts, (start, end, is_minus) in zip(dinucleotides, ordered, strict=True):
            here = slice(*np.searchsorted(start, (first, last)))
            counts += dinucleotides_at(
                letters, start[here] - first, end[here] - first, is_minus[here]
            )
    return [
        Profile(
            end - start,
            composition.gc_count(start, end),
            composition.unknown_count(start, end),
            counts,
        )
        for (start, end, _), counts in zip(classes, dinucleotides, strict=True)
    ]


def auroc(positives: np.ndarray, negatives: np.ndarray) -> float:
    """How well one number alone tells two classes apart, whichever of them has the larger.

    The area under the ROC curve: the chance that of one of each class the larger number tells
    which is which; 0.5 if they are alike, 1 if they never overlap. NaN without numbers.
    """
    n_positives, n_negatives = len(positives), len(negatives)
    if not n_positives or not n_negatives:
        return float("nan")
    _, value, n_equal = np.unique(
        np.concatenate([positives, negatives]), return_inverse=True, return_counts=True
    )
    rank = np.cumsum(n_equal) - (n_equal - 1) / 2  # ties share their mean rank
    n_larger = rank[value[:n_positives]].sum() - n_positives * (n_positives + 1) / 2
    area = float(n_larger / n_positives / n_negatives)
    return max(area, 1 - area)
