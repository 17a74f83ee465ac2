"""Input rows that became no window, and why."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Rejections:
    """Rejected rows, one array element each.

    Attributes
    ----------
    label : ndarray of int32, shape (n_rejections,)
        Index of the class.
    line : ndarray of int64, shape (n_rejections,)
        1-based line number in the class's file.
    kind, reason : ndarray of object (str), shape (n_rejections,)
        The reason in general, and for this row.
    """

    label: np.ndarray
    line: np.ndarray
    kind: np.ndarray
    reason: np.ndarray

    def __len__(self) -> int:
        return len(self.line)

    @classmethod
    def of(
        cls, label: np.ndarray | int, line: np.ndarray, kind: str, reasons: Iterable[str] = ()
    ) -> "Rejections":
        """Rows that are rejected for one kind of reason; `reasons` are told row by row."""
        told = list(reasons)
        return cls(
            np.broadcast_to(np.asarray(label, dtype=np.int32), line.shape),
            line,
            np.full(len(line), kind, dtype=object),
            np.array(told, dtype=object) if told else np.full(len(line), kind, dtype=object),
        )

    @classmethod
    def none(cls) -> "Rejections":
        """No rejection."""
        return cls.of(0, np.zeros(0, dtype=np.int64), "")

    @classmethod
    def joined(cls, parts: Sequence["Rejections"]) -> "Rejections":
        """All rows of the parts, by class and line."""
        columns = [
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("label", "line", "kind", "reason")
        ]
        order = np.lexsort((columns[1], columns[0]))
        return cls(*(column[order] for column in columns))

    def of_class(self, label: int) -> "Rejections":
        """Rows of one class."""
        rows = np.flatnonzero(self.label == label)
        return Rejections(self.label[rows], self.line[rows], self.kind[rows], self.reason[rows])

    def by_kind(self) -> Counter[str]:
        """Number of rows of each kind."""
        return Counter(self.kind.tolist())
