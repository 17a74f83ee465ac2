"""The sequence branch: bases as codes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from enngene_core.errors import SpecError
from enngene_core.formats.genomes.genome import Genome
from enngene_core.formats.genomes.sequences import Sequences
from enngene_core.formats.genomes.stretches import put_stretches
from enngene_core.intervals.windows import Windows
from enngene_core.specs.branches import SEQUENCE

#: Bases that are worked on at a time: few enough for a processor's cache.
_BLOCK = 1 << 21
_UNKNOWN = SEQUENCE.no_symbol


def _codes_of_letters() -> bytes:
    codes = bytearray([_UNKNOWN]) * 256
    for code, symbol in enumerate(SEQUENCE.symbols):
        for letter in "TtUu" if symbol == "T" else symbol + symbol.lower():
            codes[ord(letter)] = code
    return bytes(codes)


_CODES = _codes_of_letters()


def encode_sequences(
    windows: Windows,
    genome: Genome | None,
    ready: Sequence[Sequences] = (),
    *,
    width: int,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Bases of windows on their own strands, some thousand windows at a time.

    Parameters
    ----------
    windows
        Their `chroms` are names of chromosomes of `genome`, and after them those of all `ready`
        sequences.
    genome
        Not needed where all windows lie on ready sequences.
    ready
        Sequences of classes.
    width
        Length of each window with its padding, nt.

    Yields
    ------
    rows : ndarray of int64, shape (n,)
        Indices of windows, by chromosome and position.
    codes : ndarray of uint8, shape (n, width)
        0 to 3 for A, C, G, T (or U); 4 for any other letter and for padding.

    Raises
    ------
    GenomeError
        If the reference is damaged at a window, or has a letter there that is no nucleotide.
    SpecError
        If windows lie on a genome and there is none.
    """
    n_chroms = len(windows.chroms) - sum(map(len, ready))
    if genome is None and (windows.chrom < n_chroms).any():
        raise SpecError("windows on chromosomes need the reference sequence of their genome")
    sources = [_Source(sequences, np.arange(len(sequences))) for sequences in ready]
    if genome is not None:
        record_of = {name: record for record, name in enumerate(genome.chrom_sizes)}
        records = [record_of[name] for name in windows.chroms[:n_chroms]]
        sources.insert(0, _Source(genome, np.array(records, dtype=np.int64)))
    order = _by_position(windows)
    chrom = windows.chrom[order]
    first_chrom = n_chroms if genome is None else 0
    for source in sources:
        next_chrom = first_chrom + len(source.records)
        begin, end = np.searchsorted(chrom, (first_chrom, next_chrom))
        for part in _blocks(int(end - begin), width):
            rows = order[begin:end][part]
            record = source.records[windows.chrom[rows] - first_chrom]
            yield rows, _encode(windows, rows, source.sequences, record, width)
        first_chrom = next_chrom


@dataclass(frozen=True)
class _Source:
    """What some of the windows' chromosomes are, and the index that each has there."""

    sequences: Genome | Sequences
    records: np.ndarray


def _by_position(windows: Windows) -> np.ndarray:
    place = windows.chrom.astype(np.int64) << 40 | windows.start
    if (place[1:] >= place[:-1]).all():
        return np.arange(len(windows))
    return np.argsort(place)


def _blocks(n_rows: int, width: int) -> Iterator[slice]:
    step = max(1, _BLOCK // max(1, width))
    for first in range(0, n_rows, step):
        yield slice(first, min(first + step, n_rows))


def _encode(
    windows: Windows,
    rows: np.ndarray,
    sequences: Genome | Sequences,
    record: np.ndarray,
    width: int,
) -> np.ndarray:
    """Codes of the windows at `rows`, which all lie on `sequences`, each on its `record`."""
    start = windows.start[rows]
    length = windows.end[rows] - start
    if (length == width).all():
        codes = sequences.gather(record, start, width=width, table=_CODES)
    else:
        codes = np.full((len(rows), width), _UNKNOWN, dtype=np.uint8)
        for size in np.unique(length[length > 0]).tolist():
            part = np.flatnonzero(length == size)
            found = sequences.gather(record[part], start[part], width=size, table=_CODES)
            put_stretches(codes.reshape(-1), part * width + windows.pad_left[rows[part]], found)
    minus = np.flatnonzero(windows.strand[rows] == b"-")
    codes[minus] = reverse_complement(codes[minus])
    return codes


def reverse_complement(codes: np.ndarray) -> np.ndarray:
    """Reverse complement of coded sequences, shape ``(..., width)``."""
    complement = codes[..., ::-1].copy()  # what follows is fast on what lies in order
    # Three less the code is the complement's code; the unknown one wraps around to 255.
    np.subtract(_UNKNOWN - 1, complement, out=complement)
    return np.minimum(complement, _UNKNOWN, out=complement)


def gc_content(codes: np.ndarray) -> np.ndarray:
    """Share of G and C among the known bases of each coded sequence; 0 where none is known.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_windows, width)

    Returns
    -------
    ndarray of float64, shape (n_windows,)
    """
    shares = np.empty(len(codes))
    for rows in _blocks(len(codes), codes.shape[1]):
        # C and G are 1 and 2: less one, any other code is 2 or more.
        n_gc = (codes[rows] - np.uint8(1) < 2).sum(axis=1, dtype=np.uint32)
        n_known = (codes[rows] != _UNKNOWN).sum(axis=1, dtype=np.uint32)
        shares[rows] = n_gc / np.maximum(n_known, 1)
    return shares
