"""How negatives were made, in words."""

from typing import TYPE_CHECKING

from enngene_core.report.words import count, listed, percent
from enngene_core.specs.negatives import NegativesSpec

if TYPE_CHECKING:
    from enngene_core.dataset.negatives import NegativesResult

_KEPT = {1: "base", 2: "dinucleotide", 3: "trinucleotide"}


def what_was_done(result: "NegativesResult") -> list[str]:
    """Paragraphs."""
    n_made, n_used = len(result.made.negatives), len(result.made.positives)
    missing = (
        f" {count(result.n_wanted - n_made, 'more was', 'more were')} wanted and not made; the "
        "tables below say why."
        if n_made < result.n_wanted
        else ""
    )
    found = [
        f"{count(n_made, 'negative')} for {count(n_used, 'positive')}: "
        f"{_what_they_are(result.spec)}.{missing}"
    ]
    if result.spec.makes_places:
        found.append(_where_they_lie(result))
    if result.renamed:
        n = len({own for names in result.renamed.values() for own in names})
        found.append(
            f"{count(n, 'chromosome is', 'chromosomes are')} spelt in another way in the genome, "
            "and were matched by name; the table below lists them."
        )
    return found


def _what_they_are(spec: NegativesSpec) -> str:
    if spec.method == "gc":
        return (
            "places on the genome, drawn at random, of the same length as their positives, with a "
            f"GC content that differs by at most {spec.tolerance:g} percentage points (up to "
            f"{spec.widest_tolerance:g} where nothing nearer was found)"
        )
    if spec.method == "genome":
        return "places on the genome, drawn at random, of the same length as their positives"
    if spec.method == "flank":
        return (
            "places beside their positives, on either side, of the same length, at a random "
            f"distance of {spec.gap:,} to {spec.distance:,} nt (farther where there was no room)"
        )
    return (
        "the positives' own sequences with their letters in a random order that keeps the count of "
        f"each {_KEPT[spec.k]}"
        + (f", and the first and last {count(spec.k - 1, 'base')}" if spec.k > 1 else "")
    )


def _where_they_lie(result: "NegativesResult") -> str:
    spec, made = result.spec, result.made
    away = ["a positive (on either strand)"]
    if spec.gap:
        away[0] += f" or the {spec.gap:,} nt around it"
    if result.masks:
        away.append("a masked stretch")
    away.append("another negative")
    unknown = (
        "has at most as many unknown bases (N) as its positive"
        if spec.allow_n
        else "has an unknown base (N)"
    )
    return (
        f"No negative overlaps {' or '.join(away)}. "
        f"{'Each' if spec.allow_n else 'None'} {unknown}. "
        f"{percent(made.n_free / max(made.n_bases, 1))} of the genome's {made.n_bases:,} bases "
        "were free for them. Each has the strand and the name of its positive."
    )


def settings(spec: NegativesSpec) -> list[tuple[str, str]]:
    """Names and values."""
    facts = [("method", spec.method), ("ratio", f"{spec.ratio:g}")]
    if spec.method == "shuffle":
        facts.append(("k", str(spec.k)))
    if spec.method == "gc":
        words = f"{spec.tolerance:g}, at most {spec.widest_tolerance:g} percentage points"
        facts.append(("tolerance in GC content", words))
    if spec.method == "flank":
        facts.append(("distance", f"{spec.distance:,} nt"))
    if spec.makes_places:
        facts += [("gap", f"{spec.gap:,} nt"), ("N allowed", "yes" if spec.allow_n else "no")]
    if spec.feature:
        facts.append(("feature type of positives", listed([spec.feature])))
    if spec.mask_feature:
        facts.append(("feature type of masks", listed([spec.mask_feature])))
    return [*facts, ("seed", str(spec.seed))]
