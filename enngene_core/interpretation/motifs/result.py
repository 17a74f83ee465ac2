"""What a search for motifs found, and its table and files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.formats.meme import WrittenMotif, write_meme
from enngene_core.interpretation.motifs.motif import Motif, Origin
from enngene_core.models.bundle import BundleConfig
from enngene_core.specs.motifs import MotifsSpec

COLUMNS = (
    *("motif", "from", "branch", "consensus", "width", "sites", "information", "speaks_for"),
    *("speaks_against", "class", "auroc", "p_value", "q_value", "share_of_class"),
    *("share_of_others", "position_low", "position_median", "position_high"),
    *("match", "match_strand", "match_p_value", "match_q_value", "left_out"),
)
_NA = "NA"
#: MEME takes letters only.
_LETTERS_OF_STRUCTURE = {"(": "L", ")": "R", ".": "U"}
_STRUCTURE = {
    **{"L": "pairs with a later base", "R": "pairs with an earlier base", "U": "unpaired"},
    **{"S": "stem", "H": "hairpin loop", "I": "internal loop", "M": "multiloop", "E": "external"},
}


@dataclass(frozen=True)
class MotifsResult:
    """Motifs of a model.

    Attributes
    ----------
    config : BundleConfig
    spec : MotifsSpec
    motifs : tuple of Motif
        Those from attributions first; of each kind, by how well they tell their class from others.
        Those that are not drawn come last.
    n_windows : ndarray of int, shape (n_classes,)
        Windows that were read of each class.
    n_in_split : int
        Windows that the split has.
    is_rna : bool
    is_own_dataset : bool
        Whether the model was trained on this dataset.
    without_filters : tuple of str
        Branches whose first layer has no filters, or wider ones than a window.
    n_known : int or None
        Known motifs that they were compared with.
    """

    config: BundleConfig
    spec: MotifsSpec
    motifs: tuple[Motif, ...]
    n_windows: np.ndarray
    n_in_split: int
    is_rna: bool
    is_own_dataset: bool
    without_filters: tuple[str, ...] = ()
    n_known: int | None = None

    def drawn(self, origin: Origin, branch: str | None = None) -> list[Motif]:
        """Motifs that tell something, in order."""
        return [
            motif
            for motif in self.motifs
            if motif.origin == origin and not motif.state and branch in (None, motif.branch)
        ]

    @property
    def branches(self) -> list[str]:
        """Branches with a motif from filters, in the order in which the network reads them."""
        found = {motif.branch for motif in self.motifs if motif.origin == "filters"}
        return [name for name in self.config.network.branches if name in found]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """A row for each motif, in the columns of the table."""
        classes = self.config.dataset.classes
        for motif in self.motifs:
            explained = _NA if motif.explained is None else classes[motif.explained]
            preference: tuple[Any, ...] = (_NA,) * 6
            if found := motif.preference:
                preference = (
                    *(classes[found.label], found.auroc, found.p, found.q),
                    *(found.share, found.share_of_others),
                )
            position: Sequence[Any] = (_NA,) * 3
            if motif.n_sites:
                position = np.quantile(motif.middle, (0.25, 0.5, 0.75)).tolist()
            match: tuple[Any, ...] = (_NA,) * 4
            if known := motif.match:
                match = (known.name, "-" if known.is_reverse else "+", known.p, known.q)
            yield (
                *(motif.name, motif.origin, motif.branch, motif.consensus or _NA, motif.width),
                motif.n_sites,
                float(motif.information.sum()) if motif.is_coded else _NA,
                explained if motif.speaks_for else _NA,
                _NA if motif.speaks_for else explained,
                *(*preference, *position, *match, motif.state or _NA),
            )

    def write_meme(self, path: Path, branch: str) -> None:
        """Write the motifs of a coded branch that are drawn, in MEME's minimal format."""
        motifs = [m for m in self.motifs if m.branch == branch and not m.state]
        symbols = self.symbols(branch)
        is_bases = branch == "sequence"
        letters = "".join(_LETTERS_OF_STRUCTURE.get(symbol, symbol) for symbol in symbols)
        write_meme(
            path,
            [
                WrittenMotif(
                    m.name, m.consensus if is_bases else m.origin, m.frequencies, m.n_sites
                )
                for m in motifs
            ],
            symbols=letters,
            background=motifs[0].background.tolist()
            if motifs
            else [1 / len(symbols)] * len(symbols),
            both_strands=is_bases and not self.is_rna,
            described=None if is_bases else _STRUCTURE,
        )

    def symbols(self, branch: str) -> str:
        """Symbols of a branch, as they are shown."""
        return shown_symbols(self.config, branch, is_rna=self.is_rna)


def shown_symbols(config: BundleConfig, branch: str, *, is_rna: bool) -> str:
    """Symbols of a branch: U in place of T, if it is RNA."""
    symbols = config.dataset.encodings[branch].symbols
    return symbols.replace("T", "U") if branch == "sequence" and is_rna else symbols
