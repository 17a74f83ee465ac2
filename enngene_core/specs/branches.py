"""The branches that a network can read, and how each is encoded."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator

#: Branches that are made of every window; a user's own tracks add further ones.
BuiltInBranch = Literal["sequence", "structure", "conservation"]
StructureEncoding = Literal["mfe", "unpaired", "elements"]
TrackKind = Literal["signal", "regions"]

_BRANCH_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def _check_branch_name(name: str) -> str:
    if not _BRANCH_NAME.fullmatch(name):
        raise ValueError(
            f"found {name[:40]!r} as the name of a branch; expected a letter, then up to 39 "
            "letters of English, digits or _"
        )
    return name


BranchName = Annotated[str, AfterValidator(_check_branch_name)]


@dataclass(frozen=True)
class Encoding:
    """How a branch is kept in a dataset, and what a network sees of it.

    Attributes
    ----------
    symbols : str
        Symbols in the order of their codes, the channels of the one-hot encoding; empty for
        scores. The code after the last symbol stands for none of them: a row of zeros.
    text : str
        One line for model cards and reports.
    none : str
        How a position without a symbol is shown.
    """

    symbols: str
    text: str
    none: str = "-"

    @property
    def is_coded(self) -> bool:
        """Whether the branch is kept as codes, and not as scores."""
        return bool(self.symbols)

    @property
    def no_symbol(self) -> int:
        """Code of a position that has none of the symbols."""
        return len(self.symbols)

    @property
    def channels(self) -> int:
        """Channels that the network sees."""
        return len(self.symbols) or 1

    @property
    def dtype(self) -> str:
        """Type of a stored position."""
        return "uint8" if self.symbols else "float32"


SEQUENCE = Encoding("ACGT", "one-hot ACGT on the window's own strand; N is all zeros", "N")
STRUCTURE: dict[StructureEncoding, Encoding] = {
    "mfe": Encoding(
        "(.)", "one-hot of the minimum free energy structure in dot-bracket, symbols ( . )"
    ),
    "unpaired": Encoding("", "probability that the base is unpaired, from the partition function"),
    "elements": Encoding(
        "SHIME",
        "one-hot of the element of the minimum free energy structure: stem, hairpin loop, "
        "internal loop, multiloop, external",
    ),
}
CONSERVATION = Encoding("", "one conservation score a base; 0 where there is none")
TRACK: dict[TrackKind, Encoding] = {
    "signal": Encoding("", "one score a base from the user's own track; 0 where it has none"),
    "regions": Encoding("", "1 inside the user's own regions, 0 outside"),
}


def encodings_of(
    branches: tuple[BuiltInBranch, ...],
    structure: StructureEncoding,
    tracks: Mapping[str, TrackKind],
) -> dict[str, Encoding]:
    """Encoding of each branch by its name: built-in ones, then tracks."""
    built_in: dict[str, Encoding] = {
        "sequence": SEQUENCE,
        "structure": STRUCTURE[structure],
        "conservation": CONSERVATION,
    }
    return {
        **{name: built_in[name] for name in branches},
        **{name: TRACK[kind] for name, kind in tracks.items()},
    }
