"""Windows that slide over a genome, as branches: a stretch is encoded once for all its windows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from enngene_core.branches.sequence import encode_sequences, reverse_complement
from enngene_core.branches.structure import BEYOND, encode_structure
from enngene_core.branches.tracks import encode_regions, encode_signal
from enngene_core.dataset.sources import Sources
from enngene_core.formats.genomes.stretches import stretches_at
from enngene_core.formats.intervals.intervals import Intervals
from enngene_core.intervals.windows import Windows
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.scan import Strand

_UNKNOWN = SEQUENCE.no_symbol


@dataclass(frozen=True)
class Stretch:
    """An encoded stretch of the plus strand.

    Attributes
    ----------
    origin : int
        Position of the first base; negative where there is padding.
    codes : ndarray of uint8, shape (n_bases,)
        Bases; `BEYOND` for positions beyond the chromosome.
    scores : dict of str to ndarray of float32, each of shape (n_bases,)
        0 where there is no score.
    """

    origin: int
    codes: np.ndarray
    scores: dict[str, np.ndarray]

    def unknown_shares(self, start: np.ndarray, width: int) -> np.ndarray:
        """Share of each window that is unknown or padding.

        Parameters
        ----------
        start : ndarray of int64, shape (n_windows,)
            Where windows begin.
        width
            Of each.
        """
        n_before = np.concatenate([[0], np.cumsum(self.codes >= _UNKNOWN)])
        first = start - self.origin
        return (n_before[first + width] - n_before[first]) / width


class SlidingEncoder:
    """Branches of neighbouring windows.

    Parameters
    ----------
    sources
        Opened references.
    spec
        How the model's training data were made.
    branches
        Branches to encode.
    execution
        Cores.
    """

    def __init__(
        self,
        sources: Sources,
        spec: DatasetSpec,
        branches: Sequence[str],
        execution: ExecutionSpec,
    ) -> None:
        self._sources, self._spec, self._branches = sources, spec, tuple(branches)
        self._execution = execution
        self.width = spec.window
        #: Nucleotides on each side of a window that are folded with it.
        self.flank = spec.folded_with if "structure" in branches else 0
        self._regions: tuple[int, dict[str, Intervals]] = (-1, {})

    def stretch(self, chrom: int, start: int, end: int) -> Stretch:
        """The stretch that holds windows between `start` and `end`, with what is folded with them.

        Parameters
        ----------
        chrom
            Index of the chromosome in the genome.
        start, end
            May lie beyond the chromosome's ends.
        """
        sources = self._sources
        start, end = start - self.flank, end + self.flank
        whole = _one_window(sources, chrom, start, end)
        width = end - start
        _, codes = next(encode_sequences(whole, sources.genome, width=width))
        codes = codes[0]
        codes[: int(whole.pad_left[0])] = BEYOND
        codes[width - int(whole.pad_right[0]) :] = BEYOND
        scores = {}
        for name in self._branches:
            names = sources.names.get(name)
            if name in sources.signals:
                found = encode_signal(whole, sources.signals[name], width=width, names=names)
                scores[name] = next(values for rows, values, _ in found if len(rows))[0]
            elif name in sources.regions:
                regions = self._regions_of(chrom)[name]
                scores[name] = next(encode_regions(whole, regions, width=width, names=names))[1][0]
        return Stretch(start, codes, scores)

    def _regions_of(self, chrom: int) -> dict[str, Intervals]:
        """Regions of one chromosome: not all are to be merged again for each stretch."""
        if self._regions[0] != chrom:
            name = self._sources.stretches.names[chrom]
            self._regions = (
                chrom,
                {
                    branch: _on(regions, self._sources.names[branch].get(name, name))
                    for branch, regions in self._sources.regions.items()
                },
            )
        return self._regions[1]

    def fold(
        self, stretch: Stretch, start: np.ndarray, strand: Strand
    ) -> tuple[np.ndarray, np.ndarray]:
        """Structure of windows, folded as in training.

        Returns
        -------
        values : ndarray, shape (n_windows, width)
        failed : ndarray of int64
            Indices of windows that could not be folded.
        """
        width = self._spec.window + 2 * self.flank
        return self.folded(_read(stretch.codes, start - self.flank - stretch.origin, width, strand))

    def folded(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same of bases as they are read, shape (n_windows, width + 2 * flank)."""
        spec = self._spec
        values = np.zeros((len(codes), spec.window), spec.encodings["structure"].dtype)
        failed = []
        for rows, some, failures in encode_structure(
            codes,
            structure=spec.structure,
            flank=self.flank,
            span=spec.structure_span,
            n_threads=self._execution.n_threads,
        ):
            values[rows] = some
            failed += [failure.row for failure in failures]
        return values, np.array(failed, dtype=np.int64)

    def read(self, stretch: Stretch, start: np.ndarray, strand: Strand) -> dict[str, np.ndarray]:
        """Branches of windows, each of shape (n_windows, width); those of structure are not there.

        Parameters
        ----------
        stretch
            Holds all windows.
        start : ndarray of int64, shape (n_windows,)
            Where windows begin on the chromosome.
        strand
            On which they are read.
        """
        width, first = self._spec.window, start - stretch.origin
        found = {}
        if "sequence" in self._branches:
            codes = _read(stretch.codes, first, width, strand)
            found["sequence"] = np.minimum(codes, _UNKNOWN)
        for name, scores in stretch.scores.items():
            values = np.lib.stride_tricks.sliding_window_view(scores, width)[first]
            found[name] = values[:, ::-1] if strand == "-" else values
        return found


def _read(codes: np.ndarray, first: np.ndarray, width: int, strand: Strand) -> np.ndarray:
    found = stretches_at(codes, first, width)
    if strand != "-":
        return found
    is_beyond = found[:, ::-1] == BEYOND
    found = reverse_complement(np.minimum(found, _UNKNOWN))
    found[is_beyond] = BEYOND
    return found


def _one_window(sources: Sources, chrom: int, start: int, end: int) -> Windows:
    size = int(sources.stretches.sizes[chrom])
    return windows_on(sources, np.array([chrom]), np.array([start]), end - start, size=size)


def windows_on(
    sources: Sources,
    chrom: np.ndarray,
    start: np.ndarray,
    width: int,
    *,
    size: np.ndarray | int,
    is_minus: np.ndarray | None = None,
) -> Windows:
    """Windows of a genome without names.

    Parameters
    ----------
    sources
        Opened references.
    chrom : ndarray of int, shape (n_windows,)
        Index of each one's chromosome.
    start : ndarray of int64, shape (n_windows,)
        Where each begins; it may reach past the chromosome's ends.
    width
        Of all.
    size : ndarray of int64, shape (n_windows,)
        Length of each one's chromosome.
    is_minus : ndarray of bool, shape (n_windows,), optional
        Whether each is read on the minus strand.
    """
    n = len(chrom)
    first, last = np.maximum(start, 0), np.minimum(start + width, size)
    return Windows(
        chroms=sources.stretches.names,
        chrom=chrom.astype(np.int32),
        start=first,
        end=last,
        pad_left=(first - start).astype(np.int32),
        pad_right=(start + width - last).astype(np.int32),
        strand=np.where(is_minus, b"-", b"+") if is_minus is not None else np.full(n, b"+"),
        name=np.full(n, b"."),
        label=np.full(n, -1, dtype=np.int32),
        source_row=np.arange(n),
        source_length=last - first,
    )


def _on(regions: Intervals, chrom: str) -> Intervals:
    """Regions of one chromosome, as the file calls it."""
    index = regions.chroms.index(chrom) if chrom in regions.chroms else -1
    rows = np.flatnonzero(regions.chrom == index)
    columns = ("chrom", "start", "end", "name", "strand", "line")
    return replace(regions, **{name: getattr(regions, name)[rows] for name in columns})
