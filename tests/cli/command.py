"""The `enngene` command in a process of its own, a fork of one that has loaded it already.

Hundreds of runs would spend most of their time on imports otherwise. What is run is the entry point
of the installed command, with its words, its folder, its streams and its exit code.
"""

import os
import resource
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from threading import Lock

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        *(f"enngene_core.cli.{name}" for name in ("app", "preprocess", "negatives", "split")),
        *(f"enngene_core.dataset.{name}" for name in ("preprocess", "negatives", "split")),
        *(f"enngene_core.formats.{name}" for name in ("fasta", "twobit", "bigwig", "wig")),
        *("enngene_core.cli.progress", "enngene_core.dataset.new_file", "pyfaidx"),
        *("enngene_core.models.bundle", "enngene_core.models.keras_model"),
    ]
)
#: Processes must not be started and asked for their ends by two threads at once.
_LOCK = Lock()


@dataclass(frozen=True)
class Finished:
    """What a user sees of a run.

    Attributes
    ----------
    code : int or None
        Exit code, negative for a signal; None if the run did not end in time.
    stdout, stderr : str
    temporary : list of str
        What it left in its temporary folder.
    peak : int
        Its largest memory, MiB; 0 if it was killed.
    heavy : bool
        Whether it loaded TensorFlow.
    """

    code: int | None
    stdout: str
    stderr: str
    temporary: list[str]
    peak: int
    heavy: bool


def run(folder: Path, *words: str | Path, seconds: float = 120, memory: int = 4 << 30) -> Finished:
    """Run ``enngene WORDS`` in a folder.

    Parameters
    ----------
    seconds
        Time after which it is killed.
    memory
        Address space, bytes, that it may use.
    """
    with tempfile.TemporaryDirectory(prefix="enngene-test-") as scratch:
        Path(scratch, "tmp").mkdir()
        process = _CONTEXT.Process(
            target=_enngene, args=(folder, [str(word) for word in words], scratch, memory)
        )
        with _LOCK:
            process.start()
        is_over = bool(wait([process.sentinel], seconds))
        if not is_over:
            os.killpg(process.pid or 0, signal.SIGKILL)
            wait([process.sentinel])
        with _LOCK:
            process.join()
        code = process.exitcode if is_over else None
        stdout, stderr = (Path(scratch, name).read_bytes().decode() for name in ("out", "err"))
        left = sorted(path.name for path in Path(scratch, "tmp").iterdir())
        used = Path(scratch, "used")
        peak, heavy = map(int, used.read_text().split()) if used.exists() else (0, 0)
        return Finished(code, stdout, stderr, left, peak, bool(heavy))


def _enngene(folder: Path, words: Sequence[str], scratch: str, memory: int) -> None:
    os.setpgid(0, 0)
    for stream, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(Path(scratch, name), os.O_WRONLY | os.O_CREAT), stream)
    os.chdir(folder)
    os.environ["TMPDIR"] = str(Path(scratch, "tmp"))
    tempfile.tempdir = None
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.argv = ["enngene", *words]

    from enngene_core.cli.app import main

    try:
        main()
    finally:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        Path(scratch, "used").write_text(f"{peak} {int('tensorflow' in sys.modules)}")
