"""The structure branch: minimum free energy structures by ViennaRNA."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from enngene_core.branches.sequence import decode_sequence
from enngene_core.specs.branches import SYMBOLS

_CODES = np.zeros(256, dtype=np.uint8)
for _code, _symbol in enumerate(SYMBOLS["structure"]):
    _CODES[ord(_symbol)] = _code
_SYMBOLS = np.frombuffer(SYMBOLS["structure"].encode(), dtype=np.uint8)

#: Sequences that one worker folds at a time; fewer are not worth starting workers for.
_CHUNK = 64

Progress = Callable[[int, int], None]


def encode_structure(
    sequence: np.ndarray, *, n_threads: int, on_progress: Progress | None = None
) -> np.ndarray:
    """Minimum free energy structure of each sequence, at 37 degrees with ViennaRNA's defaults.

    Identical sequences are folded once.

    Parameters
    ----------
    sequence : ndarray of uint8, shape (n_windows, width)
        Codes as `encode_sequence` gives them, on the strand that is transcribed.
    n_threads
        Worker processes.
    on_progress
        Called with the number of folded and of all sequences.

    Returns
    -------
    ndarray of uint8, shape (n_windows, width)
        Codes of ``( . )``, 0 to 2.

    References
    ----------
    Lorenz et al., ViennaRNA Package 2.0, Algorithms Mol. Biol. 2011, 6:26.
    """
    letters = decode_sequence(sequence)
    distinct = list(dict.fromkeys(letters))
    chunks = [distinct[first : first + _CHUNK] for first in range(0, len(distinct), _CHUNK)]
    folded: list[str] = []
    if n_threads == 1 or len(chunks) < 2:
        for chunk in chunks:
            folded += _fold(chunk)
            if on_progress:
                on_progress(len(folded), len(distinct))
    else:
        # Not fork: the parent may hold TensorFlow's threads.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(n_threads, len(chunks)), mp_context=context) as workers:
            for structures in workers.map(_fold, chunks):
                folded += structures
                if on_progress:
                    on_progress(len(folded), len(distinct))
    position = {word: index for index, word in enumerate(distinct)}
    text = "".join(folded).encode("ascii")
    codes = _CODES[np.frombuffer(text, dtype=np.uint8)].reshape(len(distinct), -1)
    return codes[[position[word] for word in letters]]


def _fold(sequences: list[str]) -> list[str]:
    import RNA  # in the worker, so that other commands start without it

    return [RNA.fold(sequence)[0] for sequence in sequences]


def decode_structure(codes: np.ndarray) -> list[str]:
    """Dot-bracket text of coded structures, shape ``(n_windows, width)``."""
    return [_SYMBOLS[row].tobytes().decode("ascii") for row in codes]
