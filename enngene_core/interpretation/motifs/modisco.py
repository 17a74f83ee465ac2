"""TF-MoDISco, in a process of its own: ``python -m ...modisco INPUT OUTPUT SEQLETS``.

It forks, which TensorFlow's threads would not survive; and leidenalg and igraph, which
modisco-lite stands on, are GPL, and no part of this program.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.errors import InsufficientMemoryError, MotifError

#: Positions of a seqlet's core, and on each side of it.
CORE, FLANK = 21, 10
_N_LEIDEN = 2
_KILLED = -9


@dataclass(frozen=True)
class Pattern:
    """Seqlets that were laid on each other, of one width.

    Attributes
    ----------
    is_positive : bool
        Whether they speak for the class.
    window, start : ndarray of int64, each of shape (n_seqlets,)
        Row, and first position from 0.
    is_reverse : ndarray of bool, shape (n_seqlets,)
        Whether a seqlet was turned to the other strand.
    width : int
    """

    is_positive: bool
    window: np.ndarray
    start: np.ndarray
    is_reverse: np.ndarray
    width: int


def check_installed() -> None:
    """Refuse to begin what modisco-lite is needed for.

    Raises
    ------
    MotifError
        If it is not installed.
    """
    if importlib.util.find_spec("modiscolite") is None:
        raise MotifError(
            "motifs from attributions need modisco-lite, which is not installed; expected "
            "pip install 'enngene-core[motifs]' (it stands on GPL software, so it is no part of "
            "a plain installation), or --method filters"
        )


def find_patterns(
    codes: np.ndarray, hypothetical: np.ndarray, *, seqlets: int, n_threads: int
) -> list[Pattern]:
    """Patterns of the windows' highest attributions, of either sign, the largest first.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_windows, width)
        Bases; 4 for none.
    hypothetical : ndarray of float32, shape (n_windows, width, 4)
        Contribution of each base, were it there.
    seqlets
        Seqlets of each sign that are compared at most.
    n_threads
        Cores.

    Raises
    ------
    MotifError
        If modisco-lite fails.
    InsufficientMemoryError
        If it was killed for want of memory.
    """
    with tempfile.TemporaryDirectory(prefix="enngene-motifs-") as folder:
        given, found = Path(folder, "given.npz"), Path(folder, "found.npz")
        np.savez(given, codes=codes, hypothetical=hypothetical)
        environment = {
            **os.environ,
            "NUMBA_NUM_THREADS": str(n_threads),
            "OMP_NUM_THREADS": str(n_threads),
            **_compiled_code(folder),
        }
        command = [sys.executable, "-m", __spec__.name, str(given), str(found), str(seqlets)]
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, errors="replace"
        )
        if ended.returncode == _KILLED:
            raise InsufficientMemoryError(
                "TF-MoDISco was killed, as by want of memory; use a smaller --seqlets or --windows"
            )
        if ended.returncode or not found.exists():
            last = (ended.stderr.strip().splitlines() or ["no message"])[-1]
            raise MotifError(f"TF-MoDISco failed: {last[:200]}; expected more or other windows")
        with np.load(found) as arrays:
            table, is_positive = arrays["table"], arrays["is_positive"]
    patterns = []
    for number, positive in enumerate(is_positive):
        of_pattern = table[table[:, 0] == number]
        _, window, start, end, is_reverse = of_pattern.T
        width = int(end[0] - start[0])
        patterns.append(Pattern(bool(positive), window, start, is_reverse.astype(bool), width))
    return patterns


def _compiled_code(folder: str) -> dict[str, str]:
    """Where numba keeps what it compiles, if neither the user's nor its own folder is writable."""
    if os.environ.get("NUMBA_CACHE_DIR") or os.access(Path("~").expanduser(), os.W_OK):
        return {}
    return {"NUMBA_CACHE_DIR": folder}


def _run(given: Path, found: Path, seqlets: int) -> None:
    from modiscolite.tfmodisco import TFMoDISco

    with np.load(given) as arrays:
        codes, hypothetical = arrays["codes"], arrays["hypothetical"]
    one_hot = np.eye(5, 4, dtype=np.float32)[codes]
    of_signs = TFMoDISco(
        one_hot,
        hypothetical,
        sliding_window_size=CORE,
        flank_size=FLANK,
        max_seqlets_per_metacluster=seqlets,
        n_leiden_runs=_N_LEIDEN,
    )
    table: list[tuple[int, int, int, int, bool]] = []
    is_positive: list[bool] = []
    for sign, patterns in zip((True, False), of_signs, strict=True):
        for pattern in patterns or []:
            table += [
                (len(is_positive), s.example_idx, s.start, s.end, s.is_revcomp)
                for s in pattern.seqlets
            ]
            is_positive.append(sign)
    np.savez(
        found,
        table=np.array(table, dtype=np.int64).reshape(-1, 5),
        is_positive=np.array(is_positive, dtype=bool),
    )


if __name__ == "__main__":
    _run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
