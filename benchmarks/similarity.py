"""Share of near repeats that are found, time and memory, as Markdown tables."""

import argparse
import resource
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from enngene_core.branches.sequence import reverse_complement
from enngene_core.branches.similarity import IDENTITY, cluster, near_repeats

#: Planted near repeats, the windows that they repeat, and windows that repeat nothing.
N_QUERIES, N_TARGETS, N_OTHERS = 2_000, 500, 18_000
N_ROUNDS = 3


def main() -> None:
    """Print shares by width and identity, then medians of interleaved runs by size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a million windows too")
    large = parser.parse_args().large
    print("| width | identity | shifted | near repeats by brute force | found | share |")
    print("|---|---|---|---|---|---|")
    for width in (50, 100, 200):
        for identity in (0.8, 0.85, 0.9, 0.95):
            for is_shifted in (False, True):
                true, found = recall(width, identity, is_shifted=is_shifted)
                shifted = "yes" if is_shifted else "no"
                share = f"{found / true:.2%}"
                print(f"| {width} | {identity} | {shifted} | {true} | {found} | {share} |")
    print("\n| task | median s | of a processor, s | peak MB |\n|---|---|---|---|")
    tasks = [task for task in TASKS if large or "1,000,000" not in task]
    results: dict[str, list[tuple[float, float, float]]] = {task: [] for task in tasks}
    for _ in range(N_ROUNDS):
        for task in tasks:
            # A process of its own, for its own peak.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                results[task].append(pool.submit(measured, task).result())
    for task, runs in results.items():
        wall, processor, peak = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"| {task} | {wall:.1f} | {processor:.1f} | {peak:.0f} |")


def recall(width: int, identity: float, *, is_shifted: bool) -> tuple[int, int]:
    """Queries that have a near repeat by brute force, and how many of them are found."""
    rng = np.random.default_rng(width)
    target = random_codes(N_TARGETS, width, rng)
    sources = target[rng.integers(0, N_TARGETS, N_QUERIES)]
    query = planted(sources, round((1 - identity) * width), rng, is_shifted=is_shifted)
    is_true = brute_force(query, target) >= IDENTITY - 1e-6
    others = random_codes(N_OTHERS, width, rng)
    is_found = near_repeats(np.concatenate([query, others]), target).index[:N_QUERIES] >= 0
    if (is_found & ~is_true).any():
        raise AssertionError("a pair was reported that is no near repeat")
    return int(is_true.sum()), int((is_found & is_true).sum())


def planted(
    codes: np.ndarray, n_different: int, rng: np.random.Generator, *, is_shifted: bool
) -> np.ndarray:
    """Copies that differ in just so many bases, moved by up to as many; half on the other strand.

    Bases that a shift moves out count as different, and others take their place.
    """
    n, width = codes.shape
    shift = np.zeros(n, dtype=np.int64)
    if is_shifted:
        shift += rng.integers(0, n_different, n, endpoint=True)
    at = np.arange(width) + shift[:, None]
    is_inside = at < width
    copies = np.take_along_axis(codes, np.minimum(at, width - 1), axis=1)
    copies[~is_inside] = rng.integers(0, 4, np.count_nonzero(~is_inside))
    order = np.where(is_inside, rng.random(at.shape), 1).argsort(axis=1).argsort(axis=1)
    is_other = order < (n_different - shift)[:, None]
    copies[is_other] = (copies[is_other] + rng.integers(1, 4, np.count_nonzero(is_other))) % 4
    copies[::2] = reverse_complement(copies[::2])
    return copies


def brute_force(query: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The highest identity of each query with any target, at any shift that may reach 0.8."""
    width = query.shape[1]
    most_shift = round((1 - IDENTITY) * width)
    targets = one_hot(target)
    best = np.zeros(len(query), dtype=np.float32)
    for strand in (query, reverse_complement(query)):
        queries = one_hot(strand)
        for shift in range(-most_shift, most_shift + 1):
            left = queries[:, max(shift, 0) : width + min(shift, 0)].reshape(len(query), -1)
            right = targets[:, max(-shift, 0) : width - max(shift, 0)].reshape(len(target), -1)
            np.maximum(best, (left @ right.T).max(axis=1), out=best)
    return best / width


def one_hot(codes: np.ndarray) -> np.ndarray:
    """Four channels, shape ``(n_windows, width, 4)``."""
    return (codes[..., None] == np.arange(4)).astype(np.float32)


def random_codes(n: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Sequences that have nothing in common."""
    return rng.integers(0, 4, (n, width), dtype=np.uint8)


def repetitive_codes(n: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Dinucleotide repeats in which every tenth base is another."""
    repeat = (np.arange(width) + rng.integers(0, 2, n)[:, None]) % 2
    is_other = rng.random((n, width)) < 0.1
    return np.where(is_other, rng.integers(0, 4, (n, width)), repeat).astype(np.uint8)


#: How sequences are made, queries (none: clusters are made), targets, and width.
TASKS = {
    "test 5,000 against training 100,000, width 200": (random_codes, 5_000, 100_000, 200),
    "test 20,000 against training 100,000, width 200": (random_codes, 20_000, 100_000, 200),
    "test 20,000 against training 1,000,000, width 200": (random_codes, 20_000, 1_000_000, 200),
    "clusters of 46,000, width 100": (random_codes, 0, 46_000, 100),
    "clusters of 100,000, width 200": (random_codes, 0, 100_000, 200),
    "repeats: 4,000 against 16,000, width 100": (repetitive_codes, 4_000, 16_000, 100),
    "repeats: clusters of 20,000, width 100": (repetitive_codes, 0, 20_000, 100),
}


def measured(task: str) -> tuple[float, float, float]:
    """Seconds, seconds of a processor, and peak memory in megabytes."""
    make, n_queries, n_targets, width = TASKS[task]
    rng = np.random.default_rng(0)
    query, target = make(n_queries, width, rng), make(n_targets, width, rng)
    start, processor_start = time.perf_counter(), time.process_time()
    if n_queries:
        near_repeats(query, target)
    else:
        cluster(target)
    seconds, of_processor = time.perf_counter() - start, time.process_time() - processor_start
    return seconds, of_processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
