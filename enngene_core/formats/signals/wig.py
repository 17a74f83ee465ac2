"""Scores along the genome from wig files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np

from enngene_core.errors import SignalError
from enngene_core.formats.signals.signal import Signal
from enngene_core.formats.signals.wanted import WantedScores
from enngene_core.formats.signals.wig_text import Run, count_declarations, read_runs


class Wig(Signal):
    """One wig file or several, plain or gzipped, with fixedStep and variableStep lines.

    Files are read from start to end, once for their chromosomes and once for their scores.

    Parameters
    ----------
    paths
        Files that together hold at most one score for each base.

    Raises
    ------
    SignalError
        If a file is damaged, or declares no scores.
    """

    # Scores are kept in memory until their chromosome ends, so that few others should be.
    largest_gap = 500
    is_indexed = False

    def __init__(self, paths: Sequence[Path]) -> None:
        self.path = paths[0]
        self._paths = tuple(paths)
        self._genome: Path | None = None
        self._chrom_sizes: Mapping[str, int] = {}
        #: Index of the file, and number in it, of the last declaration of each chromosome.
        self._last: dict[str, tuple[int, int]] = {}
        for index, path in enumerate(self._paths):
            counts = count_declarations(path)
            if not counts:
                self._refuse_empty(path)
            self._last |= {chrom: (index, count) for chrom, count in counts.items()}
        self.chroms = frozenset(self._last)

    def _refuse_empty(self, path: Path) -> NoReturn:
        for _ in read_runs(path):  # which names the line that is wrong
            break
        raise SignalError(f"{path}: found no scores; expected fixedStep or variableStep lines")

    def check_assembly(self, chrom_sizes: Mapping[str, int], genome: Path) -> None:
        """Compare chromosomes with those of the reference sequence.

        A wig file does not say how long chromosomes are: scores beyond the end of one are an
        error when they are read.

        Raises
        ------
        SignalError
            If no chromosome is shared.
        """
        super().check_assembly(chrom_sizes, genome)
        self._chrom_sizes, self._genome = chrom_sizes, genome

    def blocks(self, wanted: Mapping[str, np.ndarray]) -> Iterator[tuple[str, int, np.ndarray]]:
        """Scores of stretches of the genome, a chromosome when its last score has been read.

        Raises
        ------
        SignalError
            If a file is damaged, a line is not as the format has it, a score lies beyond the end
            of its chromosome, or a base that is wanted has two.
        """
        reading: dict[str, WantedScores] = {}
        unread = dict(wanted)
        for index, path in enumerate(self._paths):
            chrom = None
            for run in read_runs(path):
                if run.declaration.chrom != chrom:
                    chrom = run.declaration.chrom
                    yield from self._finished(reading, (index, run.n_declared))
                    if (index, run.n_declared) > self._last.get(chrom, (-1, 0)):
                        raise SignalError(f"{path}: changed while it was read; start again")
                    if chrom in unread:
                        reading[chrom] = WantedScores(unread.pop(chrom))
                self._check_end(run, path)
                if chrom in reading:
                    _put(run, reading[chrom], path)
        yield from self._finished(reading, (len(self._paths), 0))
        for chrom, stretches in unread.items():
            for start, end in stretches.tolist():
                yield chrom, start, np.full(end - start, np.nan, dtype=np.float32)

    def _finished(
        self, reading: dict[str, WantedScores], now: tuple[int, int]
    ) -> Iterator[tuple[str, int, np.ndarray]]:
        """Scores of the chromosomes that have no declaration from now on."""
        for chrom in [chrom for chrom in reading if self._last[chrom] < now]:
            for start, scores in reading.pop(chrom).stretches():
                yield chrom, start, scores

    def _check_end(self, run: Run, path: Path) -> None:
        chrom = run.declaration.chrom
        size = self._chrom_sizes.get(chrom)
        if size is not None and run.end > size:
            is_beyond = run.starts() + run.declaration.span > size
            line = run.lines[int(is_beyond.argmax())]
            raise SignalError(
                f"{path}, line {line}: found a score beyond the end of {chrom}, which has "
                f"{size:,} bp in {self._genome}; is it of another assembly?"
            )

    def close(self) -> None:
        """Nothing stays open."""


def _put(run: Run, scores: WantedScores, path: Path) -> None:
    if run.is_contiguous:
        clash = scores.put_row(run.first, run.scores)
    else:
        clash = scores.put(run.starts(), run.declaration.span, run.scores)
    if clash is not None:
        raise SignalError(
            f"{path}, line {run.lines[clash]}: {run.declaration.chrom} has a second score at "
            f"position {run.starts()[clash] + 1:,}; expected one score for each base"
        )
