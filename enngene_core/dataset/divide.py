"""Reduction of classes, and division of windows into splits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.errors import IntervalError, SpecError
from enngene_core.formats.text.name_table import read_name_table
from enngene_core.intervals.overlaps import overlap_groups, overlaps_any
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.splits import split_by_chromosome, split_groups
from enngene_core.intervals.windows import Windows
from enngene_core.seeding import named_rng
from enngene_core.specs.splitting import AUTO, SPLITS, SplittingSpec

_SEPARATORS = re.compile(rb"[|;:,=\s]+")


@dataclass(frozen=True)
class Divided:
    """Windows that stay, and their splits.

    Attributes
    ----------
    rows : ndarray of int64, shape (n_kept,)
        Windows that stay, in increasing order.
    split : ndarray of uint8, shape (n_kept,)
        Indices into `SPLITS`.
    rejections : Rejections
    """

    rows: np.ndarray
    split: np.ndarray
    rejections: Rejections


def reduce_classes(
    windows: Windows, spec: SplittingSpec, classes: Sequence[str]
) -> tuple[np.ndarray, Rejections]:
    """Windows that are drawn from the classes that are to be reduced, and all of the others.

    Returns
    -------
    rows : ndarray of int64
        Windows that stay, in increasing order.
    rejections : Rejections

    Raises
    ------
    SpecError
        If a class does not exist.
    """
    is_kept = np.ones(len(windows), dtype=bool)
    rejections = []
    for name, number in spec.reductions.items():
        if name not in classes:
            raise SpecError(
                f"--reduce {name}: no such class; expected one of {', '.join(classes[:8])}"
            )
        members = np.flatnonzero(windows.label == classes.index(name))
        wanted = round(number * len(members)) if number < 1 else int(number)
        rng = named_rng(spec.seed, f"reduction of {name}")
        left_out = np.sort(rng.permutation(members)[max(wanted, 1) :])
        is_kept[left_out] = False
        rejections.append(
            Rejections.of(
                windows.label[left_out],
                windows.source_row[left_out],
                "left out when its class was reduced",
            )
        )
    return np.flatnonzero(is_kept), Rejections.joined([Rejections.none(), *rejections])


def divide(
    windows: Windows,
    spec: SplittingSpec,
    *,
    codes: np.ndarray | None,
    given: Mapping[str, str] | None,
    on_genome: np.ndarray,
    flank: int = 0,
) -> Divided:
    """Split of each window; overlapping ones stay together unless `spec` allows otherwise.

    Parameters
    ----------
    windows
        All windows.
    spec
        How to divide.
    codes : ndarray of uint8, shape (n_windows, width)
        Coded sequences; needed by a split by homology.
    given
        Split by the name of an interval, for a given split; without it the last part of the name
        itself says it.
    on_genome : ndarray of bool, shape (n_windows,)
        Whether each window lies on a genome, and not on a ready sequence.
    flank
        Positions that are kept on each side of a window. Training shows them, so windows overlap
        too if the flank of one holds a base of the other.

    Raises
    ------
    SpecError
        If the windows cannot be divided like this.
    """
    everything = np.arange(len(windows))
    if not len(windows):
        return Divided(everything, np.zeros(0, dtype=np.uint8), Rejections.none())
    if spec.split == "given":
        return _divide_as_given(windows, spec, given, flank)
    if spec.split == "chromosome":
        return Divided(everything, _by_chromosome(windows, spec, on_genome), Rejections.none())
    groups = groups_of(windows, spec, codes=codes, flank=flank)
    split = split_groups(groups, windows.label, ratio=spec.ratio, rng=named_rng(spec.seed, "split"))
    _check_groups(groups, split, spec)
    return Divided(everything, split, Rejections.none())


def groups_of(
    windows: Windows, spec: SplittingSpec, *, codes: np.ndarray | None, flank: int = 0
) -> np.ndarray:
    """Groups of windows that stay together: overlapping ones, similar ones, or a chromosome's.

    Parameters
    ----------
    windows, spec, codes, flank
        As of `divide`.

    Returns
    -------
    ndarray of int, shape (n_windows,)
        Number of each window's group.

    Raises
    ------
    SpecError
        If a split by homology lacks the sequences.
    """
    if spec.split == "chromosome":
        return windows.chrom
    everything = np.arange(len(windows))
    groups = everything if spec.allow_overlap else overlap_groups(windows, flank=flank)
    if spec.split != "homology":
        return groups
    if codes is None:
        raise SpecError("a split by homology needs the sequence branch, which is not there")
    from enngene_core.branches.similarity import cluster  # slow to load, and rarely asked for

    return _united(groups, cluster(codes, identity=spec.identity))


def _by_chromosome(windows: Windows, spec: SplittingSpec, on_genome: np.ndarray) -> np.ndarray:
    if not on_genome.all():
        raise SpecError(
            "a split by chromosome needs intervals, but some classes are ready sequences, which "
            "have no chromosome; use --split random, homology or given"
        )
    lists = {
        "validation": spec.validation_chromosomes,
        "test": spec.test_chromosomes,
        "blackbox": spec.blackbox_chromosomes,
    }
    return split_by_chromosome(
        windows.chrom,
        windows.label,
        names=windows.chroms,
        named={split: names for split, names in lists.items() if AUTO not in names},
        automatic=[split for split, names in lists.items() if AUTO in names],
        ratio=spec.ratio,
        rng=named_rng(spec.seed, "split"),
    )


def _united(groups: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Smallest groups that no group of either kind crosses."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n_groups = int(groups.max()) + 1
    shape = (n_groups + int(clusters.max()) + 1,) * 2
    graph = coo_array((np.ones(len(groups), bool), (groups, clusters + n_groups)), shape=shape)
    _, component = connected_components(graph, directed=False)
    return np.unique(component[groups], return_inverse=True)[1]


def _check_groups(groups: np.ndarray, split: np.ndarray, spec: SplittingSpec) -> None:
    missing = [
        name
        for index, name in enumerate(SPLITS[: len(spec.ratio)])
        if spec.ratio[index] and not (split == index).any()
    ]
    if not missing:
        return
    largest = int(np.bincount(groups).max())
    if largest == 1:
        raise SpecError(
            f"no window is left for {missing[0]}: there are only {len(split)} windows; give more "
            "intervals, or 0 as its share in --ratio"
        )
    why = "overlapping or similar" if spec.split == "homology" else "overlapping"
    raise SpecError(
        f"no window is left for {missing[0]}: {why} windows stay together, and the largest group "
        f"has {100 * largest / len(groups):.0f} % of them; use --split chromosome or "
        "--allow-overlap, or give more intervals"
    )


def _divide_as_given(
    windows: Windows, spec: SplittingSpec, given: Mapping[str, str] | None, flank: int
) -> Divided:
    distinct, inverse = np.unique(windows.name, return_inverse=True)
    index_of = {name: index for index, name in enumerate(SPLITS)}
    found = np.array([index_of.get(_given_split(name, given), -1) for name in distinct])
    split = found[inverse]
    unknown = np.flatnonzero(split < 0)
    if len(unknown) == len(windows):
        first = windows.locus(0).name
        raise SpecError(
            f"--split given: no interval says its split; the first is named {first[:60]!r}; "
            + ("expected its name in the first column of --split-table" if given is not None else
               f"expected a name that ends in one of {', '.join(SPLITS)}, as in peak7|test, or a "
               "--split-table")
        )  # fmt: skip
    rejections = [
        Rejections.of(windows.label[unknown], windows.source_row[unknown], "no split is given")
    ]
    is_kept = split >= 0
    if not spec.allow_overlap:
        # What judges the network stays whole; what it learns from gives way.
        for index in reversed(range(1, len(SPLITS))):
            judges = windows.take(np.flatnonzero(is_kept & (split == index)))
            lower = np.flatnonzero(is_kept & (split < index))
            crossing = lower[overlaps_any(windows.take(lower), judges, flank=flank)]
            is_kept[crossing] = False
            kind = f"overlaps a window of the {SPLITS[index]} split"
            rejections.append(
                Rejections.of(windows.label[crossing], windows.source_row[crossing], kind)
            )
    rows = np.flatnonzero(is_kept)
    return Divided(rows, split[rows].astype(np.uint8), Rejections.joined(rejections))


def _given_split(name: bytes, given: Mapping[str, str] | None) -> str:
    if given is not None:
        return given.get(name.decode("utf-8", "replace"), "")
    return _SEPARATORS.split(name)[-1].decode("utf-8", "replace")


def read_splits(table: Path | None, spec: SplittingSpec) -> dict[str, str] | None:
    """Splits by the names of intervals, from a table, if there is one.

    Raises
    ------
    SpecError
        If the table has another word for a split, or is not for a given split.
    """
    if table is None:
        return None
    if spec.split != "given":
        raise SpecError("--split-table is for --split given only")
    splits = read_name_table(table, error=IntervalError, expected="a table of names and splits")
    for name, split in splits.items():
        if split not in SPLITS:
            raise SpecError(
                f"{table}: found {split[:40]!r} as the split of {name[:60]!r}; expected one of "
                f"{', '.join(SPLITS)}"
            )
    return splits


def check_counts(counts: np.ndarray, names: Sequence[str]) -> None:
    """Refuse a dataset that lacks training windows of a class.

    Raises
    ------
    SpecError
        If a class has none.
    """
    for name, of_class in zip(names, counts, strict=True):
        if of_class[SPLITS.index("train")] == 0:
            raise SpecError(
                f"class {name!r} has {of_class.sum()} usable windows and none of them for training;"
                " give it more intervals or change the split"
            )


def shuffled_by_split(split: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Order of windows by split, and at random within each."""
    order = rng.permutation(len(split))
    return order[np.argsort(split[order], kind="stable")]
