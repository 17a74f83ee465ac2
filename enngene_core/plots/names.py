"""Users' names, made fit for labels."""

from collections import Counter
from collections.abc import Sequence


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
