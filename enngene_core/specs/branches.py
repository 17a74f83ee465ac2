"""The branches that a network can read, and how each is encoded."""

from typing import Literal

BranchName = Literal["sequence", "structure", "conservation"]

#: Symbols of a coded branch in the order of their codes; the channels of its one-hot encoding.
SYMBOLS: dict[str, str] = {"sequence": "ACGT", "structure": "(.)"}

#: Code of a base that is none of ACGT; its one-hot row is all zeros.
UNKNOWN_BASE = 4

#: Channels of each branch as the network sees it.
CHANNELS: dict[str, int] = {"sequence": 4, "structure": 3, "conservation": 1}

#: One line for each branch, for model cards and readers of a dataset.
ENCODINGS: dict[str, str] = {
    "sequence": "one-hot ACGT on the interval's own strand; N is all zeros",
    "structure": "one-hot of the minimum free energy structure in dot-bracket, symbols ( . )",
    "conservation": "one score a base from the bigWig; 0 where it has none",
}
