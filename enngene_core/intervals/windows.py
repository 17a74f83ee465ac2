"""Windows of one width."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from enngene_core.formats.intervals.intervals import Locus


@dataclass(frozen=True)
class Windows:
    """Stretches of one width on chromosomes or on ready sequences, one array element each.

    A window that reaches past an end is padded there: it lies at ``[start, end)``, which is
    shorter by `pad_left` and `pad_right`.

    Attributes
    ----------
    chroms : tuple of str
        Names of chromosomes and of ready sequences.
    chrom : ndarray of int32, shape (n_windows,)
        Index into `chroms`.
    start, end : ndarray of int64, shape (n_windows,)
        0-based, half-open, bp.
    pad_left, pad_right : ndarray of int32, shape (n_windows,)
        Positions before `start` and after `end`, on the plus strand, that are padded with N.
    strand : ndarray of bytes, shape (n_windows,)
        ``+``, ``-`` or ``.``; the last is read as plus.
    name : ndarray of bytes (UTF-8), shape (n_windows,)
    label : ndarray of int32, shape (n_windows,)
        Index of the class; -1 where it is not known.
    source_row : ndarray of int64, shape (n_windows,)
        1-based line number in the class's file.
    source_length : ndarray of int64, shape (n_windows,)
        Length of the interval or sequence that the window was placed on, bp.
    """

    chroms: tuple[str, ...]
    chrom: np.ndarray
    start: np.ndarray
    end: np.ndarray
    pad_left: np.ndarray
    pad_right: np.ndarray
    strand: np.ndarray
    name: np.ndarray
    label: np.ndarray
    source_row: np.ndarray
    source_length: np.ndarray

    def __len__(self) -> int:
        return len(self.chrom)

    @property
    def chrom_names(self) -> np.ndarray:
        """Name of each window's chromosome, UTF-8 bytes, shape (n_windows,)."""
        return np.array([name.encode() for name in self.chroms])[self.chrom]

    @property
    def is_minus(self) -> np.ndarray:
        """Whether each window is read on the minus strand."""
        return self.strand == b"-"

    def take(self, indices: np.ndarray) -> "Windows":
        """The windows at `indices`, in that order."""
        return replace(self, **{name: getattr(self, name)[indices] for name in COLUMNS})

    def with_flanks(self, flank: int, sizes: np.ndarray) -> "Windows":
        """The same windows, wider on both sides; what lies beyond an end is padding.

        Parameters
        ----------
        flank
            Positions that are added on each side.
        sizes : ndarray of int64, shape (n_chroms,)
            Length of each of `chroms`, bp.
        """
        if not flank:
            return self
        size = sizes[self.chrom]
        first, last = self.start - self.pad_left - flank, self.end + self.pad_right + flank
        return replace(
            self,
            start=np.maximum(first, 0),
            end=np.minimum(last, size),
            pad_left=np.maximum(-first, 0).astype(np.int32),
            pad_right=np.maximum(last - size, 0).astype(np.int32),
        )

    def locus(self, index: int) -> Locus:
        """One window with its names as text."""
        return Locus(
            self.chroms[self.chrom[index]],
            int(self.start[index]),
            int(self.end[index]),
            self.name[index].decode("utf-8", "replace"),
            self.strand[index].decode("utf-8", "replace"),
        )


#: Attributes of `Windows` with an element for each window.
COLUMNS = tuple(field.name for field in fields(Windows) if field.name != "chroms")


def concatenate(parts: Sequence[Windows]) -> Windows:
    """All windows of the parts, which name the same chromosomes, one after the other."""
    return Windows(
        chroms=parts[0].chroms,
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS},
    )
