"""Numbers and names in sentences."""

import math
from collections.abc import Sequence
from typing import Any

from enngene_core.plots.names import plain, shortened

# Characters of a name and of a list, and names in it.
_LONGEST_NAME, _LONGEST_LIST, _MOST_NAMES = 60, 240, 8


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 window``, ``1,035 windows``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def percent(share: float) -> str:
    """A share between 0 and 1 as ``48.1 %``."""
    return "not defined" if math.isnan(share) else f"{100 * share:.1f} %"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: ``a, b and c``, or the first few of many or of long ones."""
    short = [shortened(name, length=_LONGEST_NAME) for name in names[:_MOST_NAMES]]
    while len(short) > 2 and sum(map(len, short)) > _LONGEST_LIST:
        short.pop()
    if n_more := len(names) - len(short):
        return f"{', '.join(short)} and {n_more:,} more"
    if len(short) < 2:
        return "".join(short)
    return f"{', '.join(short[:-1])} and {short[-1]}"


def shown(value: Any) -> str:
    """One value of a small table as a reader sees it."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, float):
        return "not defined" if math.isnan(value) else f"{value:.4g}"
    return f"{value:,}"


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Interval that holds a share with a confidence of 95 %.

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 1927, 22:209.
    """
    z = 1.959964
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - half, middle + half
