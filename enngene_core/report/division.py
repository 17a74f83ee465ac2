"""How windows were divided into splits, in words."""

import numpy as np

from enngene_core.plots.dataset_result import DatasetResult
from enngene_core.plots.names import natural_order
from enngene_core.report.description import Block, Facts, Text
from enngene_core.report.words import count, listed, percent
from enngene_core.specs.splitting import AUTO, SPLITS, SplittingSpec

#: Kind of the rejections that reduction makes, which the user asked for.
REDUCED = "left out when its class was reduced"

_TOGETHER = "Windows that overlap, on either strand, are always in the same split"
_APART = "Windows that overlap were allowed to be in different splits."


def chromosome_lists(spec: SplittingSpec) -> dict[str, tuple[str, ...]]:
    """Chromosomes that were asked for by split, or ``auto``; splits without any are absent."""
    lists = {
        "validation": spec.validation_chromosomes,
        "test": spec.test_chromosomes,
        "blackbox": spec.blackbox_chromosomes,
    }
    return {split: names for split, names in lists.items() if names}


def shares_asked_for(spec: SplittingSpec) -> dict[str, float]:
    """Share of the windows that each split should have, where a ratio says so."""
    shares = dict(zip(SPLITS, (np.array(spec.ratio) / sum(spec.ratio)).tolist(), strict=False))
    if spec.split == "given":
        return {}
    if spec.split != "chromosome":
        return shares
    lists = chromosome_lists(spec)
    automatic = {split: shares.get(split, 0.0) for split in lists if AUTO in lists[split]}
    if len(automatic) < len(lists):  # what was named leaves training a share that none asked for
        return automatic
    return {"train": 1 - sum(automatic.values()), **automatic}


def shares_reached(result: DatasetResult) -> dict[str, float]:
    """Share of the windows that each split has."""
    totals = result.summary.counts.sum(axis=0)
    return dict(zip(SPLITS, (totals / max(int(totals.sum()), 1)).tolist(), strict=True))


def division(result: DatasetResult) -> list[Block]:
    """How windows were divided, and how many went where."""
    spec = result.spec
    return [
        *([Text(_reduction(result))] if spec.reduce else []),
        Text(f"Windows were divided {_how(spec)} {_overlap(spec)}"),
        Facts([(split, _reached(result, split)) for split in SPLITS if _is_told(result, split)]),
        Text(
            "A network learns from the training windows; validation windows decide when it "
            "stops; test windows only judge it; blackbox windows are kept aside for a last check."
        ),
    ]


def _reduction(result: DatasetResult) -> str:
    parts = [
        f"{name} to {percent(number) if number < 1 else count(int(number), 'window')}"
        for name, number in result.spec.reductions.items()
    ]
    left_out = result.rejections.by_kind()[REDUCED]
    return (
        f"Before the split, classes were reduced at random: {listed(parts)}. "
        f"{count(left_out, 'window')} {'was' if left_out == 1 else 'were'} left out."
    )


def _how(spec: SplittingSpec) -> str:
    ratio = ":".join(map(str, spec.ratio))
    if spec.split == "random":
        return f"at random within each class, in the ratio {ratio}."
    if spec.split == "homology":
        return (
            f"by homology, in the ratio {ratio}: windows with {100 * spec.identity:g} % or more "
            "identical bases are always in the same split."
        )
    if spec.split == "given":
        return "as it was given with the names of the intervals or in a table."
    lists = chromosome_lists(spec)
    named = [split for split in lists if AUTO not in lists[split]]
    automatic = [split for split in lists if AUTO in lists[split]]
    words = "by chromosome, all windows of a chromosome into one split."
    if named:
        words += f" Those of {listed(named)} were named."
    if automatic:
        words += (
            f" Those of {listed(automatic)} were chosen so that every class comes as near to the "
            f"ratio {ratio} as whole chromosomes allow."
        )
    return words


def _overlap(spec: SplittingSpec) -> str:
    if spec.split == "chromosome":
        return f"{_TOGETHER}."
    if spec.allow_overlap:
        return _APART
    if spec.split == "given":
        return (
            f"{_TOGETHER}: where they were not, those of the split that comes first in "
            f"{listed(SPLITS)} were left out."
        )
    if spec.split == "random":
        return f"{_TOGETHER}; neighbours that do not overlap, and copies elsewhere, need not be."
    return f"{_TOGETHER}."


def _is_told(result: DatasetResult, split: str) -> bool:
    # Whoever asked for no blackbox need not read that it is empty.
    return split != "blackbox" or bool(
        shares_reached(result)[split] or shares_asked_for(result.spec).get(split)
    )


def _reached(result: DatasetResult, split: str) -> str:
    n = int(result.summary.counts[:, SPLITS.index(split)].sum())
    words = percent(shares_reached(result)[split])
    asked = shares_asked_for(result.spec)
    if split in asked:
        words += f"; asked for {percent(asked[split])}"
    chromosomes = chromosomes_of(result, split)
    on = f", on {listed(chromosomes)}" if result.spec.split == "chromosome" and chromosomes else ""
    return f"{count(n, 'window')} ({words}){on}"


def chromosomes_of(result: DatasetResult, split: str) -> list[str]:
    """Chromosomes with windows of a split."""
    counts = result.summary.chromosomes
    return natural_order(name for name in counts if counts[name][SPLITS.index(split)])
