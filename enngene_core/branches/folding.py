"""Folding of single sequences by ViennaRNA.

This file is also a program that folds for another process: `workers` starts it by its path,
without the package around it. So it imports nothing but the standard library and ViennaRNA, and is
ready in the time that these two take.
"""

import math
import signal
import sys
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: Letter of a position beyond the end of the chromosome: no base, so that it is not folded.
BEYOND_LETTER = "-"

#: What `fold_rows` is asked: letters of all rows, length of a row, structure, flank, span.
Request = tuple[bytes, int, str, int, int]
#: What it answers: values of all rows, and index and reason of each row that failed.
Answer = tuple[bytes, list[tuple[int, str]]]

#: Two bases pair over at least three others. ViennaRNA's local folding writes beyond its own
#: memory where not even these fit.
_SHORTEST = 5
#: Above this length Boltzmann factors need the scale that the minimum free energy gives. Below it
#: only sequences that pair nearly everywhere overflow the usual scale, which ViennaRNA tells.
_LONG = 1000
#: ViennaRNA's energy, kcal/mol, of a partition function that it could not compute.
_NO_ENERGY = 100_000
#: Gas constant times 310.15 K, kcal/mol.
_KT = 1.98717e-3 * 310.15
_ROUNDING = 1e-6
#: What a shell reports of a process that the kernel killed for want of memory.
_OUT_OF_MEMORY = 137

_ELEMENTS = str.maketrans("himeABCDEFGHIJKLMNOPQRSTUVWXYZ", "HIME" + 26 * "S")


def fold_rows(letters: bytes, length: int, structure: str, flank: int, span: int) -> Answer:
    """Fold sequences one after another, at 37 degrees with ViennaRNA's defaults.

    Parameters
    ----------
    letters
        Rows of `length` letters (ACGTN), one after another; each is a window with its flanks, and
        may start and end with runs of `BEYOND_LETTER`.
    length
        Letters of a row, nt.
    structure
        ``mfe``, ``elements`` or ``unpaired``.
    flank
        Letters on each side of a row that are folded but not told.
    span
        Largest distance of two bases that pair, nt, for ``unpaired``; 0 sets no bound.

    Returns
    -------
    bytes
        Of each row `length` less two flanks: ASCII symbols (``(.)`` or ``SHIME``), or single
        precision floats for ``unpaired``. Positions that were not folded are `BEYOND_LETTER` or 0.
    list of tuple of int and str
        Index of each row that could not be folded, and the reason; its values are those of
        positions that were not folded.

    Raises
    ------
    MemoryError
        If a sequence is too long for this process's memory.
    """
    import RNA

    n_bytes = array("f").itemsize if structure == "unpaired" else 1
    nothing = bytes(n_bytes) if structure == "unpaired" else BEYOND_LETTER.encode()
    told: list[bytes] = []
    failures = []
    level = RNA.log_level()
    RNA.log_level_set(RNA.LOG_LEVEL_SILENT)  # what goes wrong is told as a reason
    try:
        for index in range(len(letters) // length):
            row = letters[index * length : (index + 1) * length].decode("ascii")
            sequence = row.strip(BEYOND_LETTER)
            before = len(row) - len(row.lstrip(BEYOND_LETTER))
            try:
                folded = _fold(sequence, structure, span) if sequence else b""
            except MemoryError:
                raise
            except Exception as error:  # whatever it is, it concerns this sequence alone
                failures.append((index, f"ViennaRNA cannot fold it: {error}"))
                folded = nothing * len(sequence)
            values = nothing * before + folded + nothing * (length - before - len(sequence))
            told.append(values[flank * n_bytes : (length - flank) * n_bytes])
    finally:
        RNA.log_level_set(level)
    return b"".join(told), failures


def _fold(sequence: str, structure: str, span: int) -> bytes:
    import RNA

    if structure == "unpaired":
        return array("f", unpaired(sequence, span)).tobytes()
    brackets = RNA.fold(sequence)[0]
    if len(brackets) != len(sequence):
        raise ValueError("it has no structure")
    if structure == "elements":
        return RNA.db_to_element_string(brackets).translate(_ELEMENTS).encode("ascii")
    return brackets.encode("ascii")


def unpaired(sequence: str, span: int = 0) -> list[float]:
    """Probability of each base to be unpaired.

    Parameters
    ----------
    sequence
        Letters (ACGTUN).
    span
        Largest distance of two bases that pair, nt: probabilities are then means over windows of
        twice that length, at most the sequence's. 0, or no less than the sequence's length, folds
        it all at once.

    Raises
    ------
    ArithmeticError
        If the partition function exceeds what a number can hold.

    References
    ----------
    McCaskill, Biopolymers 1990, 29:1105; Bernhart et al., Bioinformatics 2006, 22:614.
    """
    n_bases = len(sequence)
    if n_bases < _SHORTEST or 0 < span < _SHORTEST:
        return [1.0] * n_bases
    is_local = 0 < span < n_bases
    is_long = (min(2 * span, n_bases) if is_local else n_bases) > _LONG
    for is_rescaled in (True,) if is_long else (False, True):
        found = _local(sequence, span, is_rescaled) if is_local else _global(sequence, is_rescaled)
        # Not a number is in no range.
        if found and all(-_ROUNDING <= value <= 1 + _ROUNDING for value in found):
            return [min(max(value, 0.0), 1.0) for value in found]
    raise ArithmeticError(f"the partition function of its {n_bases} nt is out of range")


def _global(sequence: str, is_rescaled: bool) -> list[float]:
    import RNA

    compound = RNA.fold_compound(sequence)
    if is_rescaled:
        compound.exp_params_rescale(compound.mfe()[1])
    energy = compound.pf()[1]
    if energy >= _NO_ENERGY:
        return []
    # 1-based, and only above the diagonal; numpy would take as long to read these tuples.
    pairs = compound.bpp()
    paired = list(map(sum, zip(*pairs, strict=True)))
    # Numbers that vanish leave no pairs. Without any pair is but one structure, of energy 0.
    at_least_one = 1.0 - math.exp(min(energy / _KT, 0.0))
    if sum(paired) < at_least_one - _ROUNDING:
        return []
    return [1.0 - sum(row) - closing for row, closing in zip(pairs, paired, strict=True)][1:]


def _local(sequence: str, span: int, is_rescaled: bool) -> list[float]:
    # Not RNA.pfl_fold_up, which does the same, but ends the process where numbers overflow.
    import RNA

    model = RNA.md()
    model.window_size = min(2 * span, len(sequence))
    model.max_bp_span = span
    compound = RNA.fold_compound(sequence, model, RNA.OPTION_WINDOW)
    if is_rescaled:
        compound.exp_params_rescale(RNA.fold_compound(sequence, model).mfe()[1])
    found = [0.0] * len(sequence)

    def keep(values: list[float], size: int, position: int, *_: object) -> None:
        found[position - 1] = values[1]

    return found if compound.probs_window(1, RNA.PROBS_WINDOW_UP, keep) else []


def answer(connection: "Connection") -> None:
    """Fold what comes until the other side ends."""
    try:
        while True:
            connection.send(fold_rows(*connection.recv()))
    except (EOFError, ConnectionError):
        return


if __name__ == "__main__":
    from multiprocessing.connection import Connection

    # Only the process that was started by a person answers to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _connection = Connection(int(sys.argv[1]))
    sys.path[:] = _connection.recv()
    try:
        answer(_connection)
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
