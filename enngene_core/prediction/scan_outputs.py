"""Tracks and peaks of a scan, from its scores."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from enngene_core.formats.signals.bigwig_track import BigWigTrack
from enngene_core.intervals.sliding import Grid
from enngene_core.prediction.peaks import Peaks, RunFinder, write_peaks
from enngene_core.prediction.scan_result import MOST_TOP
from enngene_core.prediction.scan_scores import ScanScores
from enngene_core.prediction.significance import Significance
from enngene_core.specs.scan import Strand

_CELLS = 1 << 20
_WORDS: dict[Strand, str] = {"+": "_forward", "-": "_reverse", ".": ""}
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST_NAME = 80


@dataclass
class Collected:
    """Peaks of one class, counted.

    Attributes
    ----------
    n_peaks : dict of int to int
        By index of the chromosome.
    n_bases : int
    top : Peaks
    """

    n_peaks: dict[int, int] = field(default_factory=dict)
    n_bases: int = 0
    top: Peaks = field(default_factory=lambda: Peaks.joined([]))

    def add(self, chrom: int, peaks: Peaks) -> None:
        """Count the peaks of one chromosome."""
        self.n_peaks[chrom] = len(peaks)
        self.n_bases += int((peaks.end - peaks.start).sum())
        self.top = Peaks.joined([self.top, peaks]).best(MOST_TOP)


def collect_peaks(
    grid: Grid,
    scores: ScanScores,
    found: Sequence[Significance],
    *,
    classes: tuple[str, ...],
    strands: tuple[Strand, ...],
    output: Path | None,
) -> list[Collected]:
    """Find the peaks of all classes, a chromosome at a time, and write them by their places.

    Parameters
    ----------
    grid, scores
        What was scanned.
    found
        What a score means, for each of `classes`.
    strands
        That were read.
    output
        narrowPeak file to write.
    """
    collected = [Collected() for _ in classes]
    with ExitStack() as opened:
        file = opened.enter_context(open(output, "wb")) if output else None
        for chrom, of_chrom in groupby(grid.pieces(_CELLS), key=lambda piece: piece.chrom):
            pieces, all_peaks = list(of_chrom), []
            for label, of_class in enumerate(found):
                finders = [RunFinder(grid, of_class, label, n) for n in range(len(strands))]
                for number, finder in enumerate(finders):
                    for piece in pieces:
                        finder.add(piece, scores.get(number, label, piece.part))
                peaks = Peaks.joined(finder.peaks(chrom) for finder in finders)
                collected[label].add(chrom, peaks)
                all_peaks.append(peaks)
            if file is not None:
                ordered = Peaks.joined(all_peaks).by_place()
                write_peaks(file, ordered, chroms=grid.chroms, classes=classes, strands=strands)
    return collected


def write_tracks(
    folder: Path,
    grid: Grid,
    scores: ScanScores,
    *,
    classes: tuple[str, ...],
    strands: tuple[Strand, ...],
) -> None:
    """Write a bigWig file for each class and strand, one after the other.

    Parameters
    ----------
    folder
        To make; the files are called after classes and strands.
    grid, scores
        What was scanned.
    classes, strands
        What the scores are of.
    """
    folder.mkdir()
    by_name = sorted(range(len(grid.chroms)), key=lambda index: grid.chroms[index].encode())
    sizes = {grid.chroms[index]: int(grid.sizes[index]) for index in by_name}
    for label, name in enumerate(track_names(classes)):
        for number, strand in enumerate(strands):
            with BigWigTrack(folder / f"{name}{_WORDS[strand]}.bw", sizes) as track:
                for piece in grid.pieces(_CELLS):
                    chrom = grid.chroms[piece.chrom]
                    track.put(
                        chrom,
                        piece.first * grid.step,
                        grid.step,
                        scores.get(number, label, piece.part),
                        size=sizes[chrom],
                    )


def track_names(classes: Sequence[str]) -> list[str]:
    """Names of classes as names of files, which differ from each other whatever the case."""
    names = [_UNSAFE.sub("_", name).strip("._-")[:_LONGEST_NAME] or "class" for name in classes]
    if len({name.lower() for name in names}) == len(names):
        return names
    return [f"{number}_{name}" for number, name in enumerate(names, 1)]
