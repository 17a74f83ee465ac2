"""Attributions along the genome, as tracks for a genome browser."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from enngene_core.formats.signals.bigwig_track import BigWigTrack
from enngene_core.interpretation.result import InterpretationResult

#: Places and scores of one chromosome: its name, places in rising order, and a score for each.
Scores = tuple[str, np.ndarray, np.ndarray]


def write_tracks(folder: Path, result: InterpretationResult) -> None:
    """Write a bigWig and a bedGraph file for each explained class and each branch.

    ``class_1_sequence.bw`` holds the scores of the sequence in the windows that were explained as
    the first class. A base that several windows cover, on whichever strand, has the mean of their
    scores; one that none covers has no score.

    Parameters
    ----------
    folder
        Made, if it does not exist.
    result
        Windows on a genome.
    """
    folder.mkdir(exist_ok=True)
    sizes = dict(sorted(result.chrom_sizes.items(), key=lambda item: item[0].encode()))
    for label in result.explained:
        for branch in result.attributions.branches:
            name = f"class_{label + 1}_{branch}"
            with (
                BigWigTrack(folder / f"{name}.bw", sizes) as track,
                open(folder / f"{name}.bedgraph", "w", encoding="utf-8", newline="\n") as handle,
            ):
                for chrom, places, scores in genome_scores(result, label, branch):
                    breaks = np.flatnonzero(np.diff(places) > 1) + 1
                    starts = places[np.concatenate([[0], breaks])].tolist()
                    for start, run in zip(starts, np.split(scores, breaks), strict=True):
                        track.put(chrom, start, 1, run, size=sizes[chrom])
                    handle.writelines(
                        f"{chrom}\t{place}\t{place + 1}\t{score:.6g}\n"
                        for place, score in zip(places.tolist(), scores.tolist(), strict=True)
                    )


def genome_scores(result: InterpretationResult, label: int, branch: str) -> Iterator[Scores]:
    """Mean score of each base that windows of one class cover, by chromosome.

    Parameters
    ----------
    result
        Windows on a genome.
    label
        Explained class.
    branch
        Name.

    Yields
    ------
    chrom : str
        In the order of the bytes of the names.
    places : ndarray of int64, shape (n_bases,)
        0-based, in rising order.
    scores : ndarray of float32, shape (n_bases,)
    """
    windows = result.windows
    scores = result.attributions.branches[branch]
    width = scores.shape[1]
    of_class = result.target == label
    order = sorted(np.unique(windows.chrom[of_class]), key=lambda i: windows.chroms[i].encode())
    for chrom in order:
        rows = np.flatnonzero(of_class & (windows.chrom == chrom))
        is_minus = windows.is_minus[rows, None]
        read = np.arange(width)
        first = (windows.start[rows] - windows.pad_left[rows])[:, None]
        place = first + np.where(is_minus, width - 1 - read, read)
        is_there = (place >= windows.start[rows, None]) & (place < windows.end[rows, None])
        places, which = np.unique(place[is_there], return_inverse=True)
        total = np.bincount(which, scores[rows][is_there], minlength=len(places))
        mean = total / np.maximum(np.bincount(which, minlength=len(places)), 1)
        if len(places):
            yield windows.chroms[chrom], places, (mean + 0.0).astype(np.float32)
