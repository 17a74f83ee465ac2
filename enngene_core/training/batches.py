"""Windows of a dataset in a random order, within bounded memory."""

from collections.abc import Iterator, Sequence

import numpy as np

from enngene_core.dataset.file import Dataset


def shuffled_batches(
    dataset: Dataset,
    rows: np.ndarray,
    *,
    branches: Sequence[str],
    batch_size: int,
    buffer_rows: int,
    rng: np.random.Generator,
    n_batches: int = 1,
    flank: int = 0,
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """One pass over `rows`, a buffer at a time, shuffled within each buffer.

    Rows of a dataset file lie in a random order already, so a buffer smaller than the split still
    mixes classes and chromosomes. The buffers begin at another row in each pass.

    Parameters
    ----------
    dataset
        An opened dataset.
    rows
        Increasing row numbers.
    branches
        Branches to read.
    batch_size
        Windows of a batch; the last may be smaller.
    buffer_rows
        Windows that are held in memory, at least `batch_size`.
    rng
        Source of the order.
    n_batches
        Batches that are handed over at a time, one after the other in the same arrays.
    flank
        Positions on each side of the windows that are read too, at most those that are kept.

    Yields
    ------
    branches : dict of str to ndarray, each of shape (n, window + 2 * flank)
    labels : ndarray of int32, shape (n,)
    """
    starts = np.arange(0, len(rows), buffer_rows)
    n_rows = batch_size * n_batches
    for start in rng.permutation(starts):
        held = rows[start : start + buffer_rows]
        buffered = {name: dataset.branch(name, held, flank=flank) for name in branches}
        labels = dataset.label[held]
        order = rng.permutation(len(held))
        for first in range(0, len(held), n_rows):
            chosen = order[first : first + n_rows]
            yield {name: buffered[name][chosen] for name in branches}, labels[chosen]
