"""Parameters of preprocessing, and of the dataset that it makes."""

import re
from collections import Counter
from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from enngene_core.specs.branches import (
    BranchName,
    BuiltInBranch,
    Encoding,
    StructureEncoding,
    TrackKind,
    encodings_of,
)
from enngene_core.specs.splitting import SplittingSpec, split_words

MAX_WINDOW = 10_000
MAX_FLANK = 5_000
_LONGEST_CLASS_NAME = 100
#: Other columns of the tables of predictions, and other rows of those of metrics.
_RESERVED_CLASS_NAMES = (
    *("chrom", "start", "end", "name", "strand", "true_class", "predicted_class"),
    *("unlike_training", "unlike_distance"),
    *("all", "macro average", "micro average"),
)
#: Other branches, parts of networks, and columns of the tables of attributions.
_RESERVED_BRANCH_NAMES = (
    *("sequence", "structure", "conservation"),
    *("common", "concatenation", "output", "logits", "probabilities"),
    *("chrom", "start", "end", "name", "strand", "window", "position", "target_class"),
    "probability",
)
#: What layers and columns of a branch are called after its name.
_OF_A_BRANCH = re.compile(r"_(\d.*|flat|attribution)$")


class PreprocessSpec(SplittingSpec):
    """How intervals become windows, branches and splits."""

    branches: tuple[BuiltInBranch, ...] = Field(
        ("sequence",),
        description="What the network will see of each window: sequence, structure (predicted by "
        "ViennaRNA) and conservation (a score for each base), separated by commas.",
    )
    window: int = Field(
        100,
        ge=3,
        le=MAX_WINDOW,
        description="Width of a window in nucleotides; every interval is cut or extended to it.",
    )
    flank: int = Field(
        0,
        ge=0,
        le=1000,
        description="Nucleotides that the dataset keeps on each side of every window, so that "
        "training can shift windows without unknown ends. They are no part of the window, but "
        "structure is folded with them; beyond an end of the chromosome or sequence they are N.",
    )
    placement: Literal["center", "random"] = Field(
        "center",
        description="Where a window lies: around the middle of its interval, or at a random place "
        "within it (around it, if the interval is shorter than the window).",
    )
    edge: Literal["shift", "pad", "drop"] = Field(
        "shift",
        description="What becomes of a window that reaches past the end of its chromosome or "
        "sequence: it is shifted inside (and padded, where the whole sequence is shorter), padded "
        "with N, or dropped.",
    )
    strand: Literal["apply", "ignore"] = Field(
        "apply",
        description="Whether intervals on the minus strand are read as the reverse complement.",
    )
    feature: str = Field(
        "",
        max_length=100,
        description="Feature type to take from GFF3 and GTF files, such as exon or "
        "three_prime_UTR; BED files have none.",
    )
    structure: StructureEncoding = Field(
        "mfe",
        description="What the structure branch shows of each base: its symbol in the minimum free "
        "energy structure (mfe), its probability of being unpaired (unpaired), or the element that "
        "it lies in (elements: stem, hairpin, internal loop, multiloop, external).",
    )
    structure_flank: int = Field(
        0,
        ge=0,
        le=MAX_FLANK,
        description="Nucleotides on each side of a window that are folded with it, as far as the "
        "chromosome reaches; for probabilities of being unpaired only.",
    )
    structure_span: int = Field(
        0,
        ge=0,
        le=MAX_WINDOW,
        description="Largest distance of two bases that pair, for probabilities of being unpaired: "
        "40, say, folds locally and several times faster; 0 folds the whole window at once.",
    )

    @field_validator("branches", mode="before")
    @classmethod
    def _split_branches(cls, value: Any) -> Any:
        return split_words(value, ",")

    @field_validator("branches")
    @classmethod
    def _check_branches(cls, branches: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(branches)) < len(branches):
            raise ValueError("expected different branches")
        return branches

    @model_validator(mode="after")
    def _check_structure(self) -> "PreprocessSpec":
        if self.structure != "unpaired" and (self.structure_flank or self.structure_span):
            raise ValueError("--structure-flank and --structure-span need --structure unpaired")
        return self


class DatasetSpec(PreprocessSpec):
    """What a dataset holds: its windows, branches and classes."""

    tracks: dict[BranchName, TrackKind] = Field(default_factory=dict, max_length=100)
    classes: tuple[str, ...] = Field(min_length=2, max_length=1000)
    #: Classes of ready sequences, which lie nowhere on a genome.
    ready_classes: tuple[str, ...] = ()

    def on_genome(self, label: np.ndarray) -> np.ndarray:
        """Whether windows of these labels lie on a genome, and not on a ready sequence."""
        is_ready = np.array([name in self.ready_classes for name in self.classes], dtype=bool)
        return ~is_ready[label]

    @property
    def encodings(self) -> dict[str, Encoding]:
        """Every branch with its encoding, in the order in which networks read them."""
        return encodings_of(self.branches, self.structure, self.tracks)

    @property
    def folded_with(self) -> int:
        """Nucleotides on each side of a window that are folded with it."""
        return self.flank + self.structure_flank

    @property
    def kept_width(self) -> int:
        """Width of the branches as a dataset keeps them: a window between its flanks."""
        return self.window + 2 * self.flank

    def inside(self, values: np.ndarray) -> np.ndarray:
        """Windows without the flanks that are kept of them.

        Parameters
        ----------
        values : ndarray, shape (n_windows, kept_width)

        Returns
        -------
        ndarray, shape (n_windows, window)
            A view.
        """
        return values[:, self.flank : self.flank + self.window]

    @property
    def sizes(self) -> dict[str, Any]:
        """Width, channels and number of classes, as networks are built for them."""
        channels = {name: encoding.channels for name, encoding in self.encodings.items()}
        return {"width": self.window, "channels": channels, "n_classes": len(self.classes)}

    @model_validator(mode="after")
    def _check_all_branches(self) -> "DatasetSpec":
        if not self.branches and not self.tracks:
            raise ValueError("no branches; expected one or more")
        for name in self.tracks:
            own = _OF_A_BRANCH.sub("", name)
            if name in _RESERVED_BRANCH_NAMES:
                raise ValueError(f"a track must not be called {name}: that word is taken")
            if own != name and own in (*self.encodings, *_RESERVED_BRANCH_NAMES):
                raise ValueError(
                    f"a track must not be called {name}: what is made of {own} has such names"
                )
        return self

    @field_validator("classes")
    @classmethod
    def _check_classes(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        for name, count in Counter(classes).items():
            if count > 1:
                raise ValueError(f"class {name!r} is given {count} times; expected different names")
            is_long = len(name) > _LONGEST_CLASS_NAME
            if not name.strip() or not name.isprintable() or is_long:
                raise ValueError(
                    f"found {name[:40]!r} as the name of a class; expected 1 to "
                    f"{_LONGEST_CLASS_NAME} printable characters"
                )
            if name in _RESERVED_CLASS_NAMES:
                raise ValueError(
                    f"found {name!r} as the name of a class; tables use that word themselves: "
                    f"{', '.join(_RESERVED_CLASS_NAMES)}"
                )
        return classes
