"""What a motif is, and how much it tells."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

Origin = Literal["filters", "attributions"]
#: Why a motif is listed and not drawn; empty for one that is.
State = Literal["", "never fires", "few sites", "no information"]

#: Fewer sites tell nothing about frequencies.
FEWEST_SITES = 10
#: Bits of the best position, from which a motif tells more than chance.
_LEAST_INFORMATION = 0.2

_IUPAC = {
    **dict(zip("ACGT", "ACGT", strict=True)),
    **{"AG": "R", "CT": "Y", "CG": "S", "AT": "W", "GT": "K", "AC": "M"},
}


@dataclass(frozen=True)
class Preference:
    """The class in whose windows a motif fits best.

    Attributes
    ----------
    label : int
        Class.
    auroc : float
        Probability that a window of the class has a better match than one of another class.
    p, q : float
        Two-sided Mann-Whitney test of that, and its false discovery rate among all motifs and
        classes.
    share, share_of_others : float
        Windows of the class, and of all others, that have a site.
    """

    label: int
    auroc: float
    p: float
    q: float
    share: float
    share_of_others: float


@dataclass(frozen=True)
class Match:
    """The known motif that is most like a motif.

    Attributes
    ----------
    name : str
    p : float
        Tomtom's, of the best alignment.
    q : float
        False discovery rate among all pairs that were compared.
    is_reverse : bool
        Whether the known motif was turned to the other strand.
    """

    name: str
    p: float
    q: float
    is_reverse: bool


@dataclass(frozen=True)
class Motif:
    """Sites of one filter, or of one group of seqlets, laid on each other.

    Attributes
    ----------
    name : str
        One word.
    origin : str
    branch : str
    symbols : str
        Those of the branch as they are shown; empty for a branch of scores.
    values : ndarray, shape (width, n_symbols) or (width, 3)
        Sites with each symbol at each position; of scores their lower quartile, mean and upper
        quartile.
    background : ndarray of float64, shape (n_symbols,) or (1,)
        Share of each symbol in the windows, or their mean score.
    middle : ndarray of float64, shape (n_sites,)
        Middle of each site in its window, from 1.
    contributions : ndarray of float64, shape (width, 4), optional
        Mean attribution of each base, of motifs from attributions.
    explained : int, optional
        The class that those speak for, or against.
    speaks_for : bool
    preference : Preference, optional
    match : Match, optional
    """

    name: str
    origin: Origin
    branch: str
    symbols: str
    values: np.ndarray
    background: np.ndarray
    middle: np.ndarray
    contributions: np.ndarray | None = None
    explained: int | None = None
    speaks_for: bool = True
    preference: Preference | None = None
    match: Match | None = None
    fires: bool = field(default=True)

    @property
    def n_sites(self) -> int:
        """Sites, at most one in a window for filters."""
        return len(self.middle)

    @property
    def width(self) -> int:
        """Positions."""
        return len(self.values)

    @property
    def is_coded(self) -> bool:
        """Whether the branch has symbols, and not scores."""
        return bool(self.symbols)

    @cached_property
    def frequencies(self) -> np.ndarray:
        """Share of each symbol, shape (width, n_symbols); the background where no site has one."""
        totals = self.values.sum(axis=1, keepdims=True)
        return np.where(totals > 0, self.values / np.maximum(totals, 1), self.background)

    @cached_property
    def information(self) -> np.ndarray:
        """Bits of each position against the background, shape (width,); 0 for scores.

        Relative entropy, less what so few sites have by chance (Schneider et al., J. Mol. Biol.
        1986, 188:415), and at least 0.
        """
        if not self.is_coded:
            return np.zeros(self.width)
        totals = self.values.sum(axis=1)
        found = self.frequencies
        with np.errstate(divide="ignore", invalid="ignore"):
            bits = np.where(found > 0, found * np.log2(found / self.background), 0).sum(axis=1)
        by_chance = (len(self.symbols) - 1) / (2 * np.log(2) * np.maximum(totals, 1))
        return np.where(totals > 0, np.maximum(bits - by_chance, 0), 0)

    @property
    def state(self) -> State:
        """Why the motif is listed and not drawn, if it is not."""
        if not self.fires:
            return "never fires"
        if self.n_sites < FEWEST_SITES:
            return "few sites"
        if self.is_coded and self.information.max(initial=0) < _LEAST_INFORMATION:
            return "no information"
        return ""

    @cached_property
    def consensus(self) -> str:
        """A letter for each position: one base if it is in half of the sites and twice as many as
        any other, two if they are in three quarters, or N (Cavener, Nucleic Acids Res. 1987,
        15:1353); of structure one symbol, or ?.
        """
        if not self.is_coded:
            return ""
        is_bases = len(self.symbols) == 4
        letters = []
        for shares in self.frequencies:
            first, second = np.argsort(-shares, kind="stable")[:2]
            if shares[first] >= 0.5 and shares[first] >= 2 * shares[second]:
                letters.append(self.symbols[first])
            elif is_bases and shares[first] + shares[second] >= 0.75:
                letters.append(_IUPAC["".join("ACGT"[i] for i in sorted((first, second)))])
            else:
                letters.append("N" if is_bases else "?")
        return "".join(letters)

    def core(self, least: float = _LEAST_INFORMATION) -> slice:
        """Positions from the first to the last of at least so many bits."""
        found = np.flatnonzero(self.information >= least)
        return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)
