"""What to be careful about in any dataset."""

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.gc_content import gc_percentiles
from enngene_core.report.cautions import FEW_WINDOWS, coarse
from enngene_core.report.division import shares_asked_for, shares_reached
from enngene_core.report.words import count, listed, percent
from enngene_core.specs.splitting import SPLITS

_LARGE_GC_DIFFERENCE = 10.0  # percentage points
_MANY_UNKNOWN = 0.01
#: A split is far from the share that was asked for if it misses so much of it, within bounds.
_FAR_FROM_RATIO, _LEAST_FAR, _MOST_FAR = 0.3, 0.02, 0.1


def split_cautions(result: DatasetResult) -> list[str]:
    """Splits that are empty, small, or of another size than was asked for."""
    return [*_far_from_ratio(result), *_small_splits(result), *_few_to_learn_from(result)]


def _far_from_ratio(result: DatasetResult) -> list[str]:
    reached = shares_reached(result)
    far = [
        f"{split} has {percent(reached[split])} in place of {percent(share)}"
        for split, share in shares_asked_for(result.spec).items()
        if abs(reached[split] - share) > min(max(_FAR_FROM_RATIO * share, _LEAST_FAR), _MOST_FAR)
    ]
    if not far:
        return []
    whole = {
        "chromosome": "Chromosomes stay whole",
        "homology": "Groups of similar or overlapping windows stay whole",
        "random": "Groups of overlapping windows stay whole",
    }[result.spec.split]
    return [f"The splits are far from the ratio that was asked for: {'; '.join(far)}. {whole}."]


def _small_splits(result: DatasetResult) -> list[str]:
    found = []
    counts = result.summary.counts
    totals = dict(zip(SPLITS, counts.sum(axis=0).tolist(), strict=True))
    for split in ("validation", "test"):
        if totals[split] == 0:
            purpose = "train" if split == "validation" else "be judged by test data"
            found.append(f"No window is in the {split} split: a network can't {purpose} with this.")
            continue
        if totals[split] < FEW_WINDOWS:
            found.append(
                f"Only {count(totals[split], 'window')} for {split}: {coarse(totals[split])}, so "
                "numbers on them are coarse."
            )
        of_split = counts[:, SPLITS.index(split)]
        absent = [n for n, k in zip(result.spec.classes, of_split, strict=True) if k == 0]
        if absent:
            found.append(f"The {split} split has no window of {listed(absent)}.")
    return found


def _few_to_learn_from(result: DatasetResult) -> list[str]:
    of_train = result.summary.counts[:, SPLITS.index("train")]
    few = [
        f"{name} ({n:,})"
        for name, n in zip(result.spec.classes, of_train.tolist(), strict=True)
        if n < FEW_WINDOWS
    ]
    if not few:
        return []
    return [
        f"Fewer than {FEW_WINDOWS} training windows: {listed(few)}. A network that learns from so "
        "few remembers them rather than what they have in common."
    ]


def content_cautions(result: DatasetResult) -> list[str]:
    """Unknown bases, and classes of different GC content."""
    found = []
    summary = result.summary
    n_bases = max(int(summary.counts.sum()) * result.spec.window, 1)
    if summary.n_unknown_bases > _MANY_UNKNOWN * n_bases:
        found.append(
            f"{percent(summary.n_unknown_bases / n_bases)} of the bases are none of A, C, G, T; "
            "the network sees nothing there."
        )
    medians = {name: float(values[2]) for name, values in gc_percentiles(result).items()}
    if not medians:
        return found
    low, high = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    if medians[high] - medians[low] > _LARGE_GC_DIFFERENCE:
        found.append(
            f"Classes differ in GC content: the median is {medians[low]:.0f} % in {listed([low])} "
            f"and {medians[high]:.0f} % in {listed([high])}. A network may tell them apart by "
            "composition alone; windows of matched GC content would show whether it does."
        )
    return found
