"""Parameters of making a background class."""

from typing import Literal

from pydantic import Field, model_validator

from enngene_core.specs.base import Spec

Method = Literal["gc", "shuffle", "genome", "flank"]
_PLACES: tuple[Method, ...] = ("gc", "genome", "flank")
#: Parameters that only some methods use.
_METHODS_OF: dict[str, tuple[Method, ...]] = {
    "k": ("shuffle",),
    "distance": ("flank",),
    "gap": _PLACES,
    "tolerance": ("gc",),
    "widest_tolerance": ("gc",),
    "allow_n": _PLACES,
    "mask_feature": _PLACES,
}


class NegativesSpec(Spec):
    """How negatives are made from positives."""

    method: Method = Field(
        "gc",
        description="What the negatives are: places on the genome of the same length and GC "
        "content (gc), or of the same length (genome); places beside the positives (flank); or "
        "the positives' own sequences, shuffled (shuffle).",
    )
    ratio: float = Field(
        1.0,
        gt=0,
        le=1000,
        description="Number of negatives for each positive: 1 for as many, 10 for ten times as "
        "many, 0.5 for half as many.",
    )
    k: int = Field(
        2,
        ge=1,
        le=3,
        description="What shuffling keeps: the count of each base (1), of each dinucleotide (2) "
        "or of each trinucleotide (3).",
    )
    distance: int = Field(
        1000,
        ge=1,
        le=10_000_000,
        description="Nucleotides between a positive and its negative beside it, at most. Where "
        "there is no room, the bound is doubled, up to six times.",
    )
    gap: int = Field(
        0,
        ge=0,
        le=10_000_000,
        description="Nucleotides that stay free between every positive and every negative that "
        "is a place on the genome.",
    )
    tolerance: float = Field(
        2.0,
        ge=0,
        le=100,
        description="Difference in GC content that a match may have, in percentage points. Where "
        "no match is found it is doubled, until it is the widest tolerance.",
    )
    widest_tolerance: float = Field(
        10.0,
        ge=0,
        le=100,
        description="Difference in GC content, in percentage points, that no match exceeds.",
    )
    allow_n: bool = Field(
        False,
        description="Let a negative have as many unknown bases (N) as its positive has. Without "
        "it a place on the genome with an N is never used.",
    )
    feature: str = Field(
        "",
        max_length=100,
        description="Feature type to take from positives in GFF3 or GTF, such as exon; BED files "
        "have none.",
    )
    mask_feature: str = Field(
        "",
        max_length=100,
        description="Feature type to take from masks in GFF3 or GTF; BED files have none.",
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same negatives.",
    )

    @property
    def makes_places(self) -> bool:
        """Whether negatives are places on the genome, and not new sequences."""
        return self.method in _PLACES

    @property
    def tolerances(self) -> tuple[float, ...]:
        """Differences in GC content, percentage points, that are allowed one after the other."""
        steps = [self.tolerance]
        while len(steps) < 6 and 0 < 2 * steps[-1] < self.widest_tolerance:
            steps.append(2 * steps[-1])
        # A near match first: within the tolerance the genome's usual GC content would prevail.
        return tuple(dict.fromkeys([self.tolerance / 4, *steps, self.widest_tolerance]))

    @property
    def distances(self) -> tuple[int, ...]:
        """Largest distances, nt, that are tried one after the other."""
        return tuple(self.distance << step for step in range(7))

    @model_validator(mode="after")
    def _check_method(self) -> "NegativesSpec":
        for name, methods in _METHODS_OF.items():
            changed = getattr(self, name) != type(self).model_fields[name].default
            if changed and self.method not in methods:
                flag = "--" + name.replace("_", "-")
                raise ValueError(f"{flag} needs --method {' or '.join(methods)}")
        return self

    @model_validator(mode="after")
    def _check_bounds(self) -> "NegativesSpec":
        if self.method == "flank" and self.gap > self.distance:
            raise ValueError(
                f"--gap {self.gap} leaves no room within --distance {self.distance}; expected a "
                "larger distance or a smaller gap"
            )
        if self.tolerance > self.widest_tolerance:
            raise ValueError(
                f"--tolerance {self.tolerance:g} is more than --widest-tolerance "
                f"{self.widest_tolerance:g}"
            )
        return self
