"""What a method of making negatives hands back."""

from dataclasses import dataclass, field

from enngene_core.dataset.likeness import Profile
from enngene_core.intervals.rejections import Rejections


@dataclass(frozen=True)
class Made:
    """Negatives in numbers.

    Attributes
    ----------
    unplaced : Rejections
        Negatives that were not made, by the lines of their positives.
    positives, negatives : Profile
        Of the positives that can be used, and of the negatives.
    n_at_bound : dict of float to int
        Negatives by the tolerance (percentage points) or distance (nt) that they needed.
    n_free, n_bases : int
        Bases of the genome that negatives could lie on, and all; 0 where none are placed.
    """

    unplaced: Rejections
    positives: Profile
    negatives: Profile
    n_at_bound: dict[float, int] = field(default_factory=dict)
    n_free: int = 0
    n_bases: int = 0
