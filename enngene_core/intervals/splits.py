"""Division of windows into train, validation, test and blackbox."""

from collections.abc import Mapping, Sequence

import numpy as np

from enngene_core.errors import SpecError
from enngene_core.specs.splitting import SPLITS

#: Chromosomes that are tried one by one; smaller ones are taken together.
_MOST_CHROMOSOMES = 512
#: Moves after which no further attempt begins.
_MANY_MOVES = 200
#: Costs more than any deviation from the ratio.
_EMPTY = 1e6


def split_groups(
    groups: np.ndarray, labels: np.ndarray, *, ratio: Sequence[int], rng: np.random.Generator
) -> np.ndarray:
    """Splits at random and by ratio within each class, groups staying whole.

    Groups of several windows go first, the largest before the smaller, each to the split that
    lacks its classes most; windows that are alone then fill up what is missing.

    Parameters
    ----------
    groups : ndarray of int64, shape (n_windows,)
        Number of each window's group, from 0.
    labels : ndarray of int, shape (n_windows,)
    ratio
        Shares of train, validation, test and, optionally, blackbox.
    rng
        Source of the random order.

    Returns
    -------
    ndarray of uint8, shape (n_windows,)
        Indices into `SPLITS`.
    """
    shares = np.array(ratio) / sum(ratio)
    n_classes = int(labels.max()) + 1
    missing = np.bincount(labels, minlength=n_classes)[:, None] * shares
    split = np.empty(len(labels), dtype=np.uint8)
    # However groups are numbered, their order is that of their first windows.
    _, first, groups = np.unique(groups, return_index=True, return_inverse=True)
    groups = np.argsort(np.argsort(first))[groups]
    size = np.bincount(groups)
    is_single = size[groups] == 1
    members = np.flatnonzero(~is_single)
    members = members[np.argsort(groups[members], kind="stable")]
    of_group = np.split(members, np.flatnonzero(np.diff(groups[members])) + 1)
    if len(members):
        order = rng.permutation(len(of_group))
        order = order[np.argsort([-len(of_group[index]) for index in order], kind="stable")]
        for index in order:
            counts = np.bincount(labels[of_group[index]], minlength=n_classes)
            lack = np.where(shares > 0, counts @ missing / np.maximum(shares, 1e-9), -np.inf)
            chosen = int(lack.argmax())
            split[of_group[index]] = chosen
            missing[:, chosen] -= counts
    for label in range(n_classes):
        alone = rng.permutation(np.flatnonzero(is_single & (labels == label)))
        wanted = np.maximum(missing[label], 0)
        wanted = wanted if wanted.sum() else shares
        bounds = np.rint(np.cumsum(wanted) / wanted.sum() * len(alone)).astype(int)
        for index, part in enumerate(np.split(alone, bounds[:-1])):
            split[part] = index
    return split


def split_by_chromosome(
    chrom: np.ndarray,
    labels: np.ndarray,
    *,
    names: Sequence[str],
    named: Mapping[str, Sequence[str]],
    automatic: Sequence[str],
    ratio: Sequence[int],
    rng: np.random.Generator,
) -> np.ndarray:
    """Splits by chromosome.

    Parameters
    ----------
    chrom : ndarray of int, shape (n_windows,)
        Index into `names`.
    labels : ndarray of int, shape (n_windows,)
    names
        Names of chromosomes.
    named
        Chromosomes of a split.
    automatic
        Splits whose chromosomes are chosen so that each class comes nearest to the ratio. All
        other chromosomes are for training.
    ratio
        Shares of train, validation, test and, optionally, blackbox.
    rng
        Source of the order in which chromosomes are tried.

    Returns
    -------
    ndarray of uint8, shape (n_windows,)
        Indices into `SPLITS`.

    Raises
    ------
    SpecError
        If a named chromosome has no window, or there are too few chromosomes.
    """
    present = np.array(sorted(np.unique(chrom).tolist(), key=names.__getitem__))
    position = {names[index]: place for place, index in enumerate(present.tolist())}
    place_of = np.zeros(len(names), dtype=np.int64)
    place_of[present] = np.arange(len(present))
    split_of = np.zeros(len(present), dtype=np.int64)
    is_free = np.ones(len(present), dtype=bool)
    for split, chromosomes in named.items():
        for name in chromosomes:
            if name not in position:
                raise SpecError(
                    f"chromosome {name} has no window; expected some of "
                    f"{', '.join(list(position)[:8])}"
                )
            split_of[position[name]] = SPLITS.index(split)
            is_free[position[name]] = False
    if automatic:
        counts = np.zeros((len(present), int(labels.max()) + 1))
        np.add.at(counts, (place_of[chrom], labels), 1)
        shares = _shares(automatic, ratio)
        _check_number(int(np.count_nonzero(is_free)), shares)
        taken = np.zeros((len(SPLITS), counts.shape[1]))
        np.add.at(taken, split_of[~is_free], counts[~is_free])
        parts = _taken_together(counts[is_free])
        of_part = np.zeros((parts.max() + 1, counts.shape[1]))
        np.add.at(of_part, parts, counts[is_free])
        split_of[is_free] = _nearest(of_part, taken, shares, rng)[parts]
    return split_of[place_of[chrom]].astype(np.uint8)


def _shares(automatic: Sequence[str], ratio: Sequence[int]) -> np.ndarray:
    """Shares of the automatic splits; train has what is left."""
    of_ratio = dict(zip(SPLITS, np.array(ratio) / sum(ratio), strict=False))
    shares = np.array([of_ratio.get(name, 0.0) if name in automatic else 0.0 for name in SPLITS])
    shares[0] = 1 - shares.sum()
    return shares


def _check_number(n_free: int, shares: np.ndarray) -> None:
    wanted = [name for name, share in zip(SPLITS, shares, strict=True) if share]
    if n_free < len(wanted):
        raise SpecError(
            f"{n_free} chromosomes with windows are left for {' and '.join(wanted)}; expected "
            f"{len(wanted)} or more; use another --split"
        )


def _taken_together(counts: np.ndarray) -> np.ndarray:
    """Part that each chromosome is of: the larger ones alone, the smallest of many together."""
    parts = np.empty(len(counts), dtype=np.int64)
    by_size = np.argsort(-counts.sum(axis=1), kind="stable")
    alone = _MOST_CHROMOSOMES // 2
    numbers = np.arange(len(counts))
    parts[by_size] = np.where(numbers < alone, numbers, alone + (numbers - alone) % alone)
    return parts


def _nearest(
    counts: np.ndarray, taken: np.ndarray, shares: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Split of each chromosome, found by moving single ones as long as one brings them nearer.

    Parameters
    ----------
    counts : ndarray, shape (n_chromosomes, n_classes)
        Windows.
    taken : ndarray, shape (n_splits, n_classes)
        Windows on chromosomes that are not to be moved.
    shares : ndarray, shape (n_splits,)
        Of all windows; the first is that of train.
    rng
        Source of the attempts' beginnings.
    """
    total = counts.sum(axis=0) + taken.sum(axis=0)
    target, weight = shares[:, None] * total, 1 / np.maximum(total, 1)
    is_wanted, rows = shares > 0, np.arange(len(counts))

    def cost(found: np.ndarray) -> np.ndarray:
        deviation = (np.abs(found - target) * weight).sum(axis=-1)
        deviation[..., 0] = 0  # train takes what the others leave
        return deviation + _EMPTY * (is_wanted & ~found.any(axis=-1))

    best, lowest, n_moves = rows, np.inf, 0
    while n_moves < _MANY_MOVES:
        split_of = rng.choice(len(shares), size=len(counts), p=shares)
        found = taken.copy()
        np.add.at(found, split_of, counts)
        while True:
            now = cost(found)
            gain = cost(found + counts[:, None]) - now
            gain[:, ~is_wanted] = np.inf
            gain[rows, split_of] = np.inf
            gain += (cost(found - counts[:, None])[rows, split_of] - now[split_of])[:, None]
            n_moves += 1
            row, split = np.unravel_index(gain.argmin(), gain.shape)
            if gain[row, split] > -1e-9:
                break
            found[split_of[row]] -= counts[row]
            found[split] += counts[row]
            split_of[row] = split
        if now.sum() < lowest:
            best, lowest = split_of, now.sum()
    return best
