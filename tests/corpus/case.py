"""What a malformed file is, and what must become of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

#: What the file is given as.
Kind = Literal[
    "intervals",
    "features",
    "genome",
    "sequences",
    "scores",
    "track",
    "chromosome names",
    "splits",
    "classes",
    "dataset",
    "words",
]


@dataclass(frozen=True)
class Refused:
    """The run ends with exit code 1 and one line.

    Attributes
    ----------
    words : tuple of str
        What the line holds.
    names_file : bool
        Whether it holds the file's name too.
    """

    words: tuple[str, ...]
    names_file: bool = True


@dataclass(frozen=True)
class Rejected:
    """The run ends well; some rows of the file stand in ``rejected.tsv``.

    Attributes
    ----------
    reasons : dict of int to str
        Words of the reason, by the number of the row's line.
    """

    reasons: dict[int, str]


@dataclass(frozen=True)
class Same:
    """The run ends well, and its output is that of the clean file.

    Attributes
    ----------
    but : tuple of str
        Columns of the dataset that may differ.
    """

    but: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefusedOrSame:
    """Either is right: the mistake may lie where nothing is read."""


Outcome = Refused | Rejected | Same | RefusedOrSame


@dataclass(frozen=True)
class Case:
    """One malformed file.

    Attributes
    ----------
    name : str
    kind : Kind
    content : bytes or None
        None if there is no file.
    outcome : Outcome
    clean : bytes or None
        File that differs by the mistake alone: rows that are rejected are not in it. None for the
        usual one of the kind.
    file : str
        Its name.
    flags : tuple of str
        Further words of the command.
    prepare : callable or None
        Makes the file, or others beside it, where its content does not say all.
    """

    name: str
    kind: Kind
    content: bytes | None
    outcome: Outcome
    clean: bytes | None = None
    file: str = "bad.txt"
    flags: tuple[str, ...] = ()
    prepare: Callable[[Path], object] | None = field(default=None, repr=False)


def refused(*words: str, names_file: bool = True) -> Refused:
    """Outcome of a file that cannot be used."""
    return Refused(words, names_file)
