"""The structure branch: how each base folds, by ViennaRNA."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from enngene_core.branches.folding import BEYOND_LETTER, Answer, Request, fold_rows
from enngene_core.errors import SpecError
from enngene_core.specs.branches import SEQUENCE, STRUCTURE, Encoding, StructureEncoding

#: Code of a position beyond the end of the chromosome, which is not folded.
BEYOND = SEQUENCE.no_symbol + 1

_LETTERS = np.frombuffer(
    (SEQUENCE.symbols + SEQUENCE.none + BEYOND_LETTER).encode("ascii"), dtype=np.uint8
)
#: Bases that are folded at a time: a fraction of a second's work, so that workers end together.
_N_BASES = 1600
_MAX_SEQUENCES = 64
#: Longer ones, nt, can take more memory than there is, and ViennaRNA then crashes: not here.
_LONGEST_HERE = 1000
#: Rows of which identity is decided, or values are given out, at a time.
_N_ROWS = 8192

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Failure:
    """A row that could not be folded.

    Attributes
    ----------
    row : int
        Index into the sequences.
    reason : str
    """

    row: int
    reason: str


def encode_structure(
    sequence: np.ndarray,
    *,
    structure: StructureEncoding,
    flank: int = 0,
    span: int = 0,
    n_threads: int,
    on_progress: Progress | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray, list[Failure]]]:
    """Structure of each window, at 37 degrees with ViennaRNA's defaults, some windows at a time.

    Identical sequences are folded once.

    Parameters
    ----------
    sequence : ndarray of uint8, shape (n_windows, width + 2 * flank)
        Bases on the strand that is transcribed: 0 to 3 for A, C, G, T, 4 for any other, and at
        both ends `BEYOND` for positions beyond the chromosome.
    structure
        Structure or elements of the minimum free energy, or the probability of being unpaired.
    flank
        Bases on each side that are folded with the window.
    span
        Largest distance of two bases that pair, nt, for ``unpaired``: folds locally, in windows of
        twice that length. 0 folds all at once.
    n_threads
        Processes that fold; 1 folds in this one, unless sequences are long.
    on_progress
        Called with the number of folded and of all sequences.

    Yields
    ------
    rows : ndarray of int64, shape (n_rows,)
        Rows of `sequence`, ascending. Each comes once, in no order from one turn to the next.
    values : ndarray of uint8 or float32, shape (n_rows, width)
        Codes of `STRUCTURE`'s symbols, or probabilities. Beyond the chromosome, and for rows that
        failed, no symbol or 0.
    failures : list of Failure
        Those among the rows.

    Raises
    ------
    SpecError
        If a span is given for another structure than ``unpaired``.
    ValueError
        If the flanks leave no window.
    InsufficientMemoryError
        If a process that folds is killed.

    References
    ----------
    Lorenz et al., ViennaRNA Package 2.0, Algorithms Mol. Biol. 2011, 6:26.
    """
    if structure != "unpaired" and span:
        raise SpecError(
            f"found structure {structure} with a span of {span}; expected unpaired, the only "
            "structure that has one"
        )
    if sequence.shape[1] <= 2 * flank:
        raise ValueError(
            f"found sequences of {sequence.shape[1]} nt with flanks of {flank} nt; expected a "
            "window between them"
        )
    return _encode(np.ascontiguousarray(sequence), structure, flank, span, n_threads, on_progress)


def _encode(
    sequence: np.ndarray,
    structure: StructureEncoding,
    flank: int,
    span: int,
    n_threads: int,
    on_progress: Progress | None,
) -> Iterator[tuple[np.ndarray, np.ndarray, list[Failure]]]:
    length = sequence.shape[1]
    rows, bounds = _group_identical(sequence)
    n_distinct = len(bounds) - 1
    n_at_once = min(max(_N_BASES // length, 1), _MAX_SEQUENCES)
    firsts = range(0, n_distinct, n_at_once)

    def requests() -> Iterator[Request]:
        for first in firsts:
            chosen = rows[bounds[first : min(first + n_at_once, n_distinct)]]
            yield _LETTERS[sequence[chosen]].tobytes(), length, structure, flank, span

    n_workers = min(n_threads, len(firsts))
    is_here = n_workers < 2 and length <= _LONGEST_HERE
    if is_here:
        answers = _fold_here(requests())
    else:
        # What starts processes is not worth its import until some are started.
        from enngene_core.branches.workers import fold_in_processes

        answers = fold_in_processes(requests(), n_workers)
    n_folded = 0
    with closing(answers):
        for index, (told, reasons) in answers:
            groups = bounds[firsts[index] : firsts[index] + n_at_once + 1]
            n_folded += len(groups) - 1
            if on_progress:
                on_progress(n_folded, n_distinct)
            values = _values(told, STRUCTURE[structure]).reshape(len(groups) - 1, -1)
            yield from _give_out(rows, groups, values, dict(reasons))


def _group_identical(sequence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows group by group, and where groups start and end, in the order of their first rows."""
    n_rows, length = sequence.shape
    order = np.argsort(sequence.view(f"V{length}")[:, 0], kind="stable")
    starts_group = np.ones(n_rows, dtype=bool)
    for first in range(1, n_rows, _N_ROWS):
        block = sequence[order[first - 1 : first + _N_ROWS]]
        starts_group[first : first + _N_ROWS] = (block[1:] != block[:-1]).any(axis=1)
    # The sort is stable: a group's first row is its lowest.
    lowest = order[starts_group]
    rank = np.empty(len(lowest), dtype=np.int64)
    rank[np.argsort(lowest)] = np.arange(len(lowest))
    group = rank[np.cumsum(starts_group) - 1]
    bounds = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(lowest)))])
    return order[np.argsort(group, kind="stable")], bounds


def _fold_here(requests: Iterator[Request]) -> Generator[tuple[int, Answer]]:
    for index, request in enumerate(requests):
        yield index, fold_rows(*request)


def _values(told: bytes, encoding: Encoding) -> np.ndarray:
    if not encoding.is_coded:
        return np.frombuffer(told, dtype=np.float32)
    codes = np.full(256, encoding.no_symbol, dtype=np.uint8)
    codes[list(encoding.symbols.encode("ascii"))] = np.arange(len(encoding.symbols))
    return codes[np.frombuffer(told, dtype=np.uint8)]


def _give_out(
    rows: np.ndarray, groups: np.ndarray, values: np.ndarray, reasons: dict[int, str]
) -> Iterator[tuple[np.ndarray, np.ndarray, list[Failure]]]:
    """Values of each group for all its rows, in bounded memory however large a group is."""
    member = np.repeat(np.arange(len(values)), np.diff(groups))
    rows = rows[groups[0] : groups[-1]]
    ascending = np.argsort(rows)
    for first in range(0, len(rows), _N_ROWS):
        chosen = ascending[first : first + _N_ROWS]
        failures = [
            Failure(int(row), reasons[group])
            for row, group in zip(rows[chosen], member[chosen].tolist(), strict=True)
            if group in reasons
        ]
        yield rows[chosen], values[member[chosen]], failures
