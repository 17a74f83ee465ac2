"""Parameters of the search for motifs."""

from typing import Literal

from pydantic import Field

from enngene_core.specs.base import Spec
from enngene_core.specs.splitting import SplitName


class MotifsSpec(Spec):
    """Where motifs are taken from, and how."""

    method: Literal["filters", "attributions", "both"] = Field(
        "filters",
        description="What motifs are made of: the places that excite each filter of the first "
        "layers most (filters), the runs of bases that speak most for a class, by TF-MoDISco "
        "(attributions; it needs modisco-lite), or both.",
    )
    split: SplitName = Field(
        "train",
        description="Part of the dataset whose windows are read. Training windows are the most, "
        "and what the network learnt stands in them; on test windows the classes that motifs "
        "prefer are tested on what it never saw.",
    )
    windows: int = Field(
        10_000,
        ge=100,
        le=200_000,
        description="Windows that are read at most; of more, so many are drawn, the same share of "
        "each class.",
    )
    threshold: float = Field(
        0.7,
        ge=0.1,
        le=1,
        description="What counts as a site of a motif: a place where the filter reaches this share "
        "of its highest value.",
    )
    sites: int = Field(
        500,
        ge=10,
        le=100_000,
        description="Sites of a filter at most: those that excite it most, one of a window.",
    )
    alphabet: Literal["auto", "dna", "rna"] = Field(
        "auto",
        description="Letters of sequence motifs: ACGT (dna) or ACGU (rna). RNA has one strand; "
        "motifs of DNA are compared on both. auto takes rna if the model reads RNA structure.",
    )
    target: str = Field(
        "",
        max_length=200,
        description="Class whose attributions are searched, in its own windows; if empty, every "
        "class.",
    )
    steps: int = Field(
        20,
        ge=2,
        le=1000,
        description="Points on the path from the baseline to the input for attributions; more are "
        "more exact.",
    )
    seqlets: int = Field(
        2000,
        ge=200,
        le=20_000,
        description="Runs of high attributions (seqlets) of each class that are compared with each "
        "other at most; time and memory grow with them.",
    )
    top: int = Field(10, ge=1, le=30, description="Motifs of each kind in the figures.")
    seed: int = Field(
        1,
        ge=0,
        le=2**32 - 1,
        description="Start of all random choices: the same seed gives the same motifs.",
    )
