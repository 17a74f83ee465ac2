"""Files of classes: intervals, or ready sequences."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from enngene_core.errors import EnngeneError, IntervalError
from enngene_core.formats.genomes.sequences import Sequences, read_sequences
from enngene_core.formats.intervals.file import read_intervals
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.formats.labelled import read_labelled


@dataclass(frozen=True)
class ClassFile:
    """A class, and its file.

    Attributes
    ----------
    name : str
    path : Path
    kind : str
        ``"intervals"`` or ``"sequences"`` (FASTA).
    file_name : str
        The file's name as the user knows it; that of `path` if it is empty.
    """

    name: str
    path: Path
    kind: Literal["intervals", "sequences"] = "intervals"
    file_name: str = ""

    @property
    def shown_name(self) -> str:
        """The file's name for tables."""
        return self.file_name or self.path.name


@dataclass(frozen=True)
class LabelledIntervals:
    """Intervals of one class.

    Attributes
    ----------
    name : str
        Class.
    intervals : Intervals
        On chromosomes, or a whole sequence each.
    sequences : Sequences or None
        What `intervals` lie on, if they are ready sequences.
    label : int
        Index of the class; -1 if it is not known.
    path : Path
        File that they came from.
    """

    name: str
    intervals: Intervals
    sequences: Sequences | None
    label: int
    path: Path


def read_classes(classes: Sequence[ClassFile], *, feature: str) -> list[LabelledIntervals]:
    """Intervals or sequences of every class, labelled in their order.

    Raises
    ------
    IntervalError
        If a file cannot be used; the message names its class.
    """
    found = []
    for label, item in enumerate(classes):
        try:
            found.append(_read(item, label, feature))
        except EnngeneError as error:
            # On a server the file's own name says nothing to the user.
            raise IntervalError(f"class {item.name}: {error}") from error
    return found


def read_labelled_classes(path: Path, names: Sequence[str]) -> list[LabelledIntervals]:
    """Intervals or sequences of the classes of one file, labelled in their order.

    Raises
    ------
    IntervalError
        If the file cannot be used, or names another class.
    """
    return [
        LabelledIntervals(rows.name, rows.intervals, rows.sequences, label, path)
        for label, rows in enumerate(read_labelled(path, names))
    ]


def _read(item: ClassFile, label: int, feature: str) -> LabelledIntervals:
    if item.kind == "sequences":
        sequences = read_sequences(item.path)
        return LabelledIntervals(item.name, sequences.intervals, sequences, label, item.path)
    intervals = read_intervals(item.path, feature=feature)
    return LabelledIntervals(item.name, intervals, None, label, item.path)
