"""What to be careful about after a scan."""

from typing import TYPE_CHECKING

from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.prediction.scan_result import ClassScan, ScanResult

#: A class with a larger share of the windows in peaks is no rare site.
_COMMON = 0.2
_FEW_BACKGROUND = 10_000


def scan_cautions(result: "ScanResult") -> list[str]:
    """All that stands out, as sentences, the worst first."""
    return [
        *_left_out(result),
        *_none_possible(result),
        *_scores_kept(result),
        *_common(result),
        *_background(result),
        _calibration(result),
        *_trained_here(result),
        _overlapping(result),
    ]


def _left_out(result: "ScanResult") -> list[str]:
    found = []
    if result.unscored:
        noun = "chromosome was" if len(result.unscored) == 1 else "chromosomes were"
        found.append(
            f"{len(result.unscored):,} {noun} not scanned, because a file of scores that the model "
            f"reads has none there: {listed(result.unscored)}."
        )
    if result.rejections:
        found.append(
            f"{count(len(result.rejections), 'region')} of {result.n_regions or 0:,} could not be "
            "scanned; the table of rejected rows says why."
        )
    return found


def _none_possible(result: "ScanResult") -> list[str]:
    """Classes without a peak, that could not have one with so small a background."""
    short = [
        found.name
        for found in result.classes
        if not sum(found.n_peaks.values()) and found.significance.least_number > 1
    ]
    if not short:
        return []
    least = result.classes[0].significance.least_number
    return [
        f"No peak was found of {listed(short)}. With {result.n_background:,} shuffled windows, "
        f"{least:,} of the {result.n_windows:,} windows must score above all shuffled ones before "
        "any can be in a peak: a few rare sites stay unseen. More shuffled windows, fewer "
        "regions or a larger step find rarer ones; the tracks show all scores."
    ]


def _scores_kept(result: "ScanResult") -> list[str]:
    branches = result.config.network.branches
    kept = [name for name in branches if name not in ("sequence", "structure")]
    if not kept:
        return []
    return [
        f"The model reads {listed(kept)}, and shuffled windows kept theirs: the q-value says "
        "whether the sequence adds to them. What the model knows from them alone looks like "
        "chance, and is in no peak."
    ]


def _share(result: "ScanResult", found: "ClassScan") -> float:
    return found.significance.n_significant / max(result.n_windows, 1)


def _common(result: "ScanResult") -> list[str]:
    common = [
        f"{found.name} ({percent(_share(result, found))})"
        for found in result.classes
        if _share(result, found) > _COMMON
    ]
    if not common:
        return []
    return [
        f"Very many windows are in peaks of {listed(common)}: their sequences differ from "
        "shuffled ones as most of the genome does. Such peaks say that a window is not random, "
        "and not that it is a site."
    ]


def _background(result: "ScanResult") -> list[str]:
    if result.n_background >= _FEW_BACKGROUND:
        return []
    return [
        f"Only {result.n_background:,} shuffled windows were scored, so that no p-value is below "
        f"{1 / (result.n_background + 1):.2g}."
    ]


def _calibration(result: "ScanResult") -> str:
    return (
        "The probabilities are those of a window drawn as the training windows were. If they were "
        "balanced, and sites are rare in the genome, most windows with a high probability are no "
        "sites: go by the q-values, and check some peaks by other means."
    )


def _trained_here(result: "ScanResult") -> list[str]:
    own = result.provenance["inputs_sha256"]
    of_model = result.config.provenance.get("inputs_sha256", {})
    if own.get("fasta") == of_model.get("fasta"):
        return [
            "The model was trained on windows of this very genome, which it may know by heart: "
            "peaks at training windows are no evidence. Look at chromosomes that it never saw."
        ]
    return [
        "If the model's training windows lie in this genome, peaks there are no evidence: look at "
        "chromosomes that it never saw."
    ]


def _overlapping(result: "ScanResult") -> str:
    return (
        f"A peak covers the middles of its windows; what made them score may lie anywhere within "
        f"{result.grid.width // 2:,} nt of the summit. The q-value speaks of windows, not of "
        "peaks: of those in peaks at most this share is expected to be chance, if windows without "
        "a site score like shuffled ones. Repeats and other sequence that is far from random can "
        "break that."
    )
