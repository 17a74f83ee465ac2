"""Users' names, made fit for labels."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_DIGITS = re.compile(r"([0-9]+)")


def plain(text: str) -> str:
    """One line of printable characters; what can't be printed becomes a replacement character."""
    line = " ".join(text.split())
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
    )


def shortened(name: str, *, length: int) -> str:
    """A name of at most `length` characters; the middle of a longer one is left out."""
    name = plain(name)
    if len(name) <= length:
        return name
    tail = (length - 1) // 3
    return f"{name[: length - 1 - tail]}\N{HORIZONTAL ELLIPSIS}{name[len(name) - tail :]}"


def short_names(names: Sequence[str], *, length: int) -> list[str]:
    """Names for axis labels and legends; those that look the same when shortened get numbers."""
    short = [shortened(name, length=length) for name in names]
    counts = Counter(short)
    return [
        f"{shortened(name, length=length - 5)} ({number})" if counts[name] > 1 else name
        for number, name in enumerate(short, start=1)
    ]


def natural_order(names: Iterable[str]) -> list[str]:
    """Names with numbers in them in the order of the numbers: ``chr2`` before ``chr10``."""

    def key(name: str) -> tuple[list[tuple[int, str]], str]:
        parts = _DIGITS.split(name)
        # A longer number is larger; int() would refuse one of thousands of digits.
        parts[1::2] = [digits.lstrip("0") for digits in parts[1::2]]
        return [(len(part) * (i % 2), part) for i, part in enumerate(parts)], name

    return sorted(names, key=key)
