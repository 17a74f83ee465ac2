"""Negatives that are the positives' own sequences, shuffled."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np

from enngene_core.dataset.likeness import joined, profile_of
from enngene_core.dataset.negatives_inputs import Located, Wanted
from enngene_core.dataset.negatives_made import Made
from enngene_core.formats.genomes.genome import Genome
from enngene_core.intervals.composition import LETTERS, base_codes
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.shuffle import shuffle
from enngene_core.seeding import named_rng
from enngene_core.specs.negatives import NegativesSpec

Progress = Callable[[int, int], None]

#: Longest positive that is shuffled, nt.
LONGEST_SHUFFLED = 100_000
#: Letters that are shuffled and written together.
_BATCH = 1 << 23
#: Shuffles of one positive that are tried for one that differs from it.
_TRIES = 10
#: Of a name, bytes: readers of FASTA take headers of up to 255.
_LONGEST_WORD = 230
_COMPLEMENT = np.array([3, 2, 1, 0, 4], dtype=np.uint8)
_LETTERS = np.frombuffer(LETTERS, dtype=np.uint8)


def write_shuffles(
    file: BinaryIO,
    wanted: Wanted,
    genome: Genome,
    spec: NegativesSpec,
    on_progress: Progress | None,
) -> Made:
    """Write shuffled sequences as FASTA, in the order of the positives on the genome.

    Parameters
    ----------
    file
        Open for writing.
    wanted
        What to make.
    genome
        Read a chromosome at a time.
    spec
        k and seed.
    on_progress
        Called with the number of shuffles that are done, and of all.
    """
    positives, usable, source = wanted.positives, wanted.usable, wanted.source
    rng = named_rng(spec.seed, "negatives shuffle")
    names = tuple(genome.chrom_sizes)
    is_written = np.zeros(len(wanted), dtype=bool)
    originals, shuffles = [], []
    n_written = n_done = 0
    wanted_on = _by_chromosome(positives, source)
    for chrom, rows_here in _by_chromosome(positives, usable).items():
        codes = base_codes(genome.read(names[chrom]))
        for rows in _batches(positives, usable, rows_here):
            originals.append(profile_of(*_sequences(codes, positives, usable[rows])))
        for rows in _batches(positives, source, wanted_on.get(chrom, rows_here[:0])):
            letters, offsets = _sequences(codes, positives, source[rows])
            shuffled, differs = _shuffled(letters, offsets, spec.k, rng)
            kept = np.flatnonzero(differs)
            position, offsets = _place_of(offsets, kept)
            shuffled = shuffled[position]
            is_written[rows] = differs
            _write_fasta(file, n_written + 1, positives, source[rows[kept]], shuffled, offsets)
            if len(kept):
                shuffles.append(profile_of(shuffled, offsets))
            n_written += len(kept)
            n_done += len(rows)
            if on_progress is not None:
                on_progress(n_done, len(wanted))
    unchanged = Rejections.of(
        0,
        np.sort(positives.intervals.line[source[~is_written]]),
        f"no shuffle with the same {spec.k}-mer counts that differs from it was found",
    )
    return Made(unchanged, joined(originals), joined(shuffles))


def _by_chromosome(positives: Located, items: np.ndarray) -> dict[int, np.ndarray]:
    """Rows of `items` by their chromosome, sorted by position."""
    chrom = positives.chrom[items]
    order = np.lexsort((positives.intervals.start[items], chrom))
    chroms, first = np.unique(chrom[order], return_index=True)
    return dict(zip(chroms.tolist(), np.split(order, first[1:]), strict=True))


def _batches(positives: Located, items: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Parts of `rows` with at most `_BATCH` letters, or one row."""
    intervals = positives.intervals
    reach = np.cumsum((intervals.end - intervals.start)[items[rows]])
    done = 0
    while done < len(rows):
        before = reach[done - 1] if done else 0
        end = max(int(np.searchsorted(reach, before + _BATCH, side="right")), done + 1)
        yield rows[done:end]
        done = end


def _sequences(
    codes: np.ndarray, positives: Located, items: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coded sequences of positives on one chromosome, each on its own strand, and offsets."""
    intervals = positives.intervals
    start, end = intervals.start[items], intervals.end[items]
    is_minus = intervals.strand[items] == b"-"
    length = end - start
    offsets = np.concatenate([[0], np.cumsum(length)])
    step = np.where(is_minus, -1, 1)
    first = np.where(is_minus, end - 1, start) - step * offsets[:-1]
    position = np.repeat(first, length) + np.repeat(step, length) * np.arange(offsets[-1])
    letters = codes[position]
    is_reversed = np.repeat(is_minus, length)
    return np.where(is_reversed, _COMPLEMENT[letters], letters), offsets


def _place_of(offsets: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the letters of some of the sequences, and offsets of these alone."""
    length = np.diff(offsets)[rows]
    own = np.concatenate([[0], np.cumsum(length)])
    return np.repeat(offsets[rows] - own[:-1], length) + np.arange(own[-1]), own


def _shuffled(
    letters: np.ndarray, offsets: np.ndarray, k: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Shuffles, and whether each differs from its sequence; some sequences have no other order."""
    shuffled = shuffle(letters, offsets, k, rng)
    for _ in range(_TRIES - 1):
        same = np.flatnonzero(~_differs(shuffled, letters, offsets))
        if not len(same):
            break
        position, own = _place_of(offsets, same)
        shuffled[position] = shuffle(letters[position], own, k, rng)
    return shuffled, _differs(shuffled, letters, offsets)


def _differs(shuffled: np.ndarray, letters: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    return np.logical_or.reduceat(shuffled != letters, offsets[:-1])


def _write_fasta(
    file: BinaryIO,
    number: int,
    positives: Located,
    items: np.ndarray,
    shuffled: np.ndarray,
    offsets: np.ndarray,
) -> None:
    intervals = positives.intervals
    text = _LETTERS[shuffled].tobytes()
    lines = []
    for row, item in enumerate(items.tolist()):
        place = (
            f"{intervals.chroms[intervals.chrom[item]]}:{intervals.start[item]}-"
            f"{intervals.end[item]}({intervals.strand[item].decode()})"
        )
        name = _word(intervals.name[item])
        lines.append(f">shuffled_{number + row}{name and '|' + name} {place}\n".encode())
        lines.append(text[offsets[row] : offsets[row + 1]] + b"\n")
    file.write(b"".join(lines))


def _word(name: bytes) -> str:
    """Name of a positive as part of the first word of a header; empty if it has none."""
    if name == b".":
        return ""
    text = "_".join(name[:_LONGEST_WORD].decode("utf-8", "ignore").split())
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "_" for letter in text)
