"""What to be careful about in a background class."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.report.cautions import FEW_WINDOWS
from enngene_core.report.words import count, percent

if TYPE_CHECKING:
    from enngene_core.dataset.negatives import NegativesResult

#: A number that alone tells the classes apart so well is a trivial signal.
_TELLING = 0.6
_MANY_WIDENED = 0.1
_MANY_UNKNOWN = 0.001


def negatives_cautions(result: "NegativesResult") -> list[str]:
    """All that stands out, as sentences."""
    return [
        *_lost(result),
        *_trivial_signals(result),
        *_of_method(result),
        *_masks(result),
    ]


def _lost(result: "NegativesResult") -> list[str]:
    found = []
    if n := len(result.rejections):
        kinds = ", ".join(f"{kind}: {k:,}" for kind, k in result.rejections.by_kind().most_common())
        found.append(
            f"{count(n, 'positive')} of {result.n_positives:,} "
            f"({percent(n / result.n_positives)}) could not be used ({kinds}). The table of "
            "rejected positives names every line."
        )
    if n := len(result.made.unplaced):
        kinds = ", ".join(
            f"{kind}: {k:,}" for kind, k in result.made.unplaced.by_kind().most_common()
        )
        found.append(
            f"{count(n, 'negative')} of {result.n_wanted:,} ({percent(n / result.n_wanted)}) could "
            f"not be made ({kinds}). What is missing is no random part of them: compare the "
            "classes in the figures below."
        )
    if (n := len(result.made.negatives)) < FEW_WINDOWS:
        found.append(f"Only {count(n, 'negative')}: few to train a network with.")
    return found


def _trivial_signals(result: "NegativesResult") -> list[str]:
    found = []
    for name, area in result.auroc.items():
        if area > _TELLING:
            found.append(
                f"The classes differ in {name}: it alone tells them apart with an AUROC of "
                f"{area:.2f} (0.5 would be by chance). A network can learn it in place of what you "
                f"are looking for{_remedy(name, result.spec.method)}."
            )
    positives, negatives = result.made.positives, result.made.negatives
    if abs(positives.unknown_share - negatives.unknown_share) > _MANY_UNKNOWN:
        n_with = int(np.count_nonzero(positives.n_unknown))
        found.append(
            f"Unknown bases (N) are {percent(positives.unknown_share)} of the positives "
            f"({count(n_with, 'positive has', 'positives have')} some) and "
            f"{percent(negatives.unknown_share)} of the negatives: a network can learn that. "
            "Leave such positives out, or allow as many N in negatives."
        )
    return found


def _remedy(name: str, method: str) -> str:
    if name == "length":
        return ", unless windows of one width are cut from both"
    if method == "gc":
        return "; a smaller widest tolerance leaves out what has no near match"
    return "; the method gc makes places of like GC content"


def _of_method(result: "NegativesResult") -> list[str]:
    spec, made = result.spec, result.made
    asked = spec.tolerance if spec.method == "gc" else spec.distance
    n_widened = sum(number for bound, number in made.n_at_bound.items() if bound > asked)
    share = n_widened / max(len(made.negatives), 1)
    if spec.method == "shuffle":
        return [
            "Shuffled sequences lie nowhere on a genome: they have no conservation and no tracks, "
            "and can't be split by chromosome. They also lack what all real sequences have beyond "
            f"their {spec.k}-mers, such as repeats and codons, so a network may tell real "
            "from artificial instead of positive from negative. Places on the genome are the "
            "harder test."
        ]
    if spec.method == "gc" and share > _MANY_WIDENED:
        return [
            f"{count(n_widened, 'negative')} ({percent(share)}) needed a wider tolerance than "
            f"{spec.tolerance:g} percentage points: the genome has few free places of such a GC "
            "content."
        ]
    if spec.method == "flank" and share > _MANY_WIDENED:
        return [
            f"{count(n_widened, 'negative')} ({percent(share)}) lie farther than "
            f"{spec.distance:,} nt from their positives, where there was room."
        ]
    return []


def _masks(result: "NegativesResult") -> list[str]:
    found = []
    for number, mask in enumerate(result.masks, 1):
        if not mask.n_elsewhere:
            continue
        whole = mask.n_elsewhere == mask.n_intervals
        found.append(
            f"Of mask {number}, {'all' if whole else f'{mask.n_elsewhere:,} of'} "
            f"{count(mask.n_intervals, 'interval')} lie on chromosomes that the genome lacks, and "
            f"mask nothing{': is it of another assembly?' if whole else '.'}"
        )
    return found
