"""What was done to the intervals, in words."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.plots.names import natural_order
from enngene_core.report.words import count, listed
from enngene_core.specs.preprocess import DatasetSpec

if TYPE_CHECKING:
    from enngene_core.dataset.preprocess import PreprocessResult

_EDGE = {
    "shift": "is shifted inside; where the whole sequence is shorter than a window, the rest is "
    "filled with N",
    "pad": "is filled with N there",
    "drop": "is left out",
}
_STRAND = {
    "apply": "is read on its interval's own strand, from 5' to 3'",
    "ignore": "is read on the plus strand, whatever the strand of its interval",
}


def rows_noun(spec: DatasetSpec) -> str:
    """What a row of the input is."""
    if not spec.ready_classes:
        return "interval"
    return "sequence" if set(spec.ready_classes) == set(spec.classes) else "interval or sequence"


def rows_plural(spec: DatasetSpec) -> str:
    """The plural of `rows_noun`."""
    return {"interval or sequence": "intervals and sequences"}.get(
        rows_noun(spec), rows_noun(spec) + "s"
    )


def what_became(result: "PreprocessResult") -> str:
    """Rows, windows and rejections."""
    spec = result.spec
    n_rows = result.n_intervals
    total = count(sum(n_rows.values()), rows_noun(spec), rows_plural(spec))
    by_class = listed([f"{name} {number:,}" for name, number in n_rows.items()])
    n_windows, n_rejected = int(result.summary.counts.sum()), len(result.rejections)
    rejected = (
        f"{n_rejected:,} became none; the tables below and the list of rejected rows say why"
        if n_rejected
        else "none was rejected"
    )
    return (
        f"{total} of {count(len(spec.classes), 'class', 'classes')} ({by_class}) became "
        f"{count(n_windows, 'window')} of {spec.window:,} nt; {rejected}."
        f"{_features(spec)}{_ready(spec)}{_lengths(result)}"
    )


def _features(spec: DatasetSpec) -> str:
    return f" Of GFF3 and GTF files, lines of {listed([spec.feature])}." if spec.feature else ""


def _ready(spec: DatasetSpec) -> str:
    if not spec.ready_classes or len(spec.ready_classes) == len(spec.classes):
        return ""
    return f" Ready sequences: {listed(spec.ready_classes)}."


def _lengths(result: "PreprocessResult") -> str:
    lengths = np.concatenate([*result.summary.lengths.values()])
    if not lengths.size:
        return ""
    plural = rows_plural(result.spec)
    if lengths.min() == lengths.max():
        return f" All of these {plural} have {lengths[0]:,} nt."
    return (
        f" These {plural} have {lengths.min():,} to {lengths.max():,} nt, half of them "
        f"{np.median(lengths):,.0f} or less."
    )


def where_windows_lie(result: "PreprocessResult") -> str:
    """Placement, ends and strand."""
    spec = result.spec
    what = rows_noun(spec)
    place = (
        f"around the middle of its {what}"
        if spec.placement == "center"
        else f"at a random place within its {what} (around it, where that is shorter)"
    )
    n_padded = int(result.summary.n_padded.sum())
    met = [
        f"{n:,} {word}" for n, word in ((result.n_shifted, "shifted"), (n_padded, "padded")) if n
    ]
    strand = "is read as it stands" if what == "sequence" else _STRAND[spec.strand]
    return (
        f"Each window lies {place} and {strand}. A window that would reach past an "
        f"end of its chromosome or sequence {_EDGE[spec.edge]}"
        f"{f' (here: {listed(met)})' if met else ''}."
    )


def what_is_kept(spec: DatasetSpec) -> str:
    """Branches with their encodings."""
    parts = []
    for name, encoding in spec.encodings.items():
        words = encoding.text
        folded = spec.structure_flank + spec.flank
        if name == "structure" and folded:
            words += f", folded with up to {folded:,} nt on each side"
        if name == "structure" and spec.structure_span:
            words += f", of bases that pair over at most {spec.structure_span:,} nt"
        parts.append(f"{name} ({words})")
    flanks = (
        f" It keeps {spec.flank:,} nt on each side of every window too, for training that shifts "
        "windows; they count as part of the window where windows that overlap are kept together."
        if spec.flank
        else ""
    )
    return f"Of each window the dataset keeps: {'; '.join(parts)}.{flanks}"


def how_chromosomes_were_matched(result: "PreprocessResult") -> list[str]:
    """Names that the genome spells in another way, if there are any."""
    renamed = result.renamed
    if not renamed:
        return []
    pairs = {own: name for names in renamed.values() for own, name in names.items()}
    by_prefix = {own for own, name in pairs.items() if f"chr{own}" == name or f"chr{name}" == own}
    differ = " or ".join(
        ["by chr"] * bool(by_prefix)
        + ["as your table of names says"] * (len(by_prefix) < len(pairs))
    )
    first = natural_order(pairs)[0]
    more = f", and {len(pairs) - 1:,} more" if len(pairs) > 1 else ""
    return [
        f"Names of chromosomes differ from the genome's {differ}: {listed([first])} is "
        f"{listed([pairs[first]])}{more}, in {_where(result)}. They were matched."
    ]


def _where(result: "PreprocessResult") -> str:
    found: dict[str, list[str]] = {}
    for kind, name in result.renamed:
        found.setdefault(kind, []).append(name)
    return " and in ".join(
        f"the {kind if len(names) == 1 else kind + 'es'} {listed(names)}"
        for kind, names in found.items()
    )
