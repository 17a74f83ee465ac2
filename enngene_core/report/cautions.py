"""Cautions that several reports share."""

import numpy as np

from enngene_core.report.words import listed, percent

#: Fewer windows than this give coarse numbers.
FEW_WINDOWS = 100
#: A class with a smaller share of the windows is rare.
RARE_CLASS = 0.05


def rare_classes(classes: tuple[str, ...], counts: np.ndarray) -> list[str]:
    """Caution about rare classes, if there are any.

    Parameters
    ----------
    classes
        Names of the classes.
    counts : ndarray of int, shape (n_classes,)
        Windows of each class.
    """
    shares = counts / max(int(counts.sum()), 1)
    # Of 30 equal classes each has 3 %: rare is less than half of an equal share.
    threshold = min(RARE_CLASS, 0.5 / len(classes))
    rare = [
        f"{name} ({percent(float(share))})"
        for name, share in zip(classes, shares, strict=True)
        if share < threshold
    ]
    if not rare:
        return []
    return [
        f"Few of the windows are of {'the class' if len(rare) == 1 else 'the classes'} "
        f"{listed(rare)}. A network can be right about most windows and never find these: look at "
        "each class's own numbers and not only at accuracy."
    ]


def coarse(n_windows: int) -> str:
    """What one window does to the accuracy on so many."""
    return (
        "one window more or less changes accuracy by "
        f"{100 / max(n_windows, 1):.1f} percentage points"
    )
