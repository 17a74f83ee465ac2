"""What to be careful about in a dataset."""

from collections import Counter
from typing import TYPE_CHECKING

from enngene_core.plots.gc_content import gc_percentiles
from enngene_core.report.cautions import FEW_WINDOWS, coarse, rare_classes
from enngene_core.report.words import count, listed, percent
from enngene_core.specs.preprocess import SPLITS

if TYPE_CHECKING:
    from enngene_core.dataset.preprocess import PreprocessResult

_LARGE_GC_DIFFERENCE = 10.0
_MANY_UNKNOWN = 0.01
_MANY_UNSCORED = 0.05
_KINDS = (
    ("is not in the reference", "chromosome is not in the reference"),
    ("interval ends beyond", "interval ends beyond the chromosome's end"),
    ("is shorter than the window", "chromosome is shorter than the window"),
    ("the same window as", "the same window as an earlier line of its class"),
    ("the same window is in several", "the same window is in several classes"),
)


def preprocess_cautions(result: "PreprocessResult") -> list[str]:
    """All that stands out, as sentences."""
    return [
        *_lost_intervals(result),
        *rare_classes(result.spec.classes, result.counts.sum(axis=1)),
        *_split_cautions(result),
        *_content_cautions(result),
    ]


def _lost_intervals(result: "PreprocessResult") -> list[str]:
    found = []
    if result.rejections:
        n, total = len(result.rejections), sum(result.n_intervals.values())
        kinds = ", ".join(
            f"{kind}: {number:,}" for kind, number in rejections_by_kind(result).most_common(5)
        )
        found.append(
            f"{count(n, 'interval')} of {total:,} ({percent(n / total)}) became no window "
            f"({kinds}). The table of rejected intervals names every line."
        )
    if result.n_shifted:
        found.append(
            f"{count(result.n_shifted, 'window')} would have reached past a chromosome's end and "
            "were moved inside: their intervals are not in the middle."
        )
    return found


def rejections_by_kind(result: "PreprocessResult") -> Counter[str]:
    """Rejected intervals by what was wrong with them, without names and numbers."""
    return Counter(
        next((kind for words, kind in _KINDS if words in rejection.reason), rejection.reason)
        for rejection in result.rejections
    )


def _split_cautions(result: "PreprocessResult") -> list[str]:
    found = []
    totals = dict(zip(SPLITS, result.counts.sum(axis=0).tolist(), strict=True))
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
        of_split = result.counts[:, SPLITS.index(split)]
        absent = [n for n, k in zip(result.spec.classes, of_split, strict=True) if k == 0]
        if absent:
            found.append(f"The {split} split has no window of {listed(absent)}.")
    if result.spec.split == "random":
        found.append(
            "Windows were divided at random, so neighbours and copies of one gene or repeat can "
            "stand in training and in test data, and test results can be too good. A split by "
            "chromosome keeps them apart."
        )
    return found


def _content_cautions(result: "PreprocessResult") -> list[str]:
    found = []
    n_bases = max(int(result.counts.sum()) * result.spec.window, 1)
    if result.n_unknown_bases > _MANY_UNKNOWN * n_bases:
        found.append(
            f"{percent(result.n_unknown_bases / n_bases)} of the bases are none of A, C, G, T; "
            "the network sees nothing there."
        )
    if result.n_unscored_bases > _MANY_UNSCORED * n_bases:
        found.append(
            f"{percent(result.n_unscored_bases / n_bases)} of the bases have no conservation "
            "score and were given 0. If that is more frequent in one class, the network can learn "
            "it in place of conservation."
        )
    medians = {name: float(values[2]) for name, values in gc_percentiles(result).items()}
    low, high = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    if medians[high] - medians[low] > _LARGE_GC_DIFFERENCE:
        found.append(
            f"Classes differ in GC content: the median is {medians[low]:.0f} % in {listed([low])} "
            f"and {medians[high]:.0f} % in {listed([high])}. A network may tell them apart by "
            "composition alone; windows of matched GC content would show whether it does."
        )
    return found
