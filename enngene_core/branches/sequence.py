"""The sequence branch: bases as codes."""

import numpy as np

from enngene_core.formats.fasta import Genome
from enngene_core.intervals.windows import Windows
from enngene_core.specs.branches import SYMBOLS, UNKNOWN_BASE

_CODES = np.full(256, UNKNOWN_BASE, dtype=np.uint8)
for _code, _base in enumerate(SYMBOLS["sequence"]):
    _CODES[ord(_base)] = _CODES[ord(_base.lower())] = _code
_CODES[ord("U")] = _CODES[ord("u")] = _CODES[ord("T")]

_COMPLEMENT = np.array([3, 2, 1, 0, UNKNOWN_BASE], dtype=np.uint8)
_LETTERS = np.frombuffer((SYMBOLS["sequence"] + "N").encode(), dtype=np.uint8)


def encode_sequence(windows: Windows, genome: Genome, *, width: int) -> np.ndarray:
    """Bases of each window on its own strand.

    Returns
    -------
    ndarray of uint8, shape (n_windows, width)
        0 to 3 for A, C, G, T (or U); 4 for any other letter.
    """
    codes = np.empty((len(windows), width), dtype=np.uint8)
    offsets = np.arange(width)
    for chrom in dict.fromkeys(windows.chrom):
        letters = genome.read(chrom)
        rows = np.flatnonzero(windows.chrom == chrom)
        codes[rows] = _CODES[letters[windows.start[rows, None] + offsets]]
    is_minus = windows.is_minus
    codes[is_minus] = reverse_complement(codes[is_minus])
    return codes


def reverse_complement(codes: np.ndarray) -> np.ndarray:
    """Reverse complement of coded sequences, shape ``(..., width)``."""
    return _COMPLEMENT[codes[..., ::-1]]


def decode_sequence(codes: np.ndarray) -> list[str]:
    """Letters (ACGTN) of coded sequences, shape ``(n_windows, width)``."""
    return [_LETTERS[row].tobytes().decode("ascii") for row in codes]


def gc_content(codes: np.ndarray) -> np.ndarray:
    """Share of G and C among the known bases of each coded sequence; 0 where none is known."""
    is_gc = (codes == SYMBOLS["sequence"].index("G")) | (codes == SYMBOLS["sequence"].index("C"))
    n_known = np.count_nonzero(codes != UNKNOWN_BASE, axis=1)
    return np.count_nonzero(is_gc, axis=1) / np.maximum(n_known, 1)
