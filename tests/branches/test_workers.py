import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from enngene_core.branches.structure import encode_structure
from enngene_core.errors import InsufficientMemoryError
from tests.refusal import refused

REPOSITORY = Path(__file__).parent.parent.parent


def children(pid: int) -> set[int]:
    """Processes that a process started, the dead ones not counted."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(parent) == pid and state != "Z":
                found.add(int(folder.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_ended(pids: set[int]) -> None:
    """Poll for a minute at most, which no folding here needs."""
    for _ in range(600):
        if not any(is_alive(pid) for pid in pids):
            return
        time.sleep(0.1)
    raise AssertionError(f"still there: {[pid for pid in pids if is_alive(pid)]}")


def random_sequences(n: int, length: int = 150) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 4, (n, length), dtype=np.uint8)


def test_workers_end_with_the_generator() -> None:
    before = children(os.getpid())
    turns = encode_structure(random_sequences(500), structure="mfe", n_threads=2)
    next(turns)
    workers = children(os.getpid()) - before
    assert len(workers) == 2
    turns.close()
    assert not children(os.getpid()) & workers


def test_a_killed_worker_is_one_line_and_no_hang() -> None:
    before = children(os.getpid())
    turns = encode_structure(random_sequences(500), structure="mfe", n_threads=2)
    next(turns)
    workers = children(os.getpid()) - before
    os.kill(min(workers), signal.SIGKILL)
    with refused(InsufficientMemoryError, "SIGKILL", "memory", "fewer threads"):
        list(turns)
    assert not children(os.getpid()) & workers


#: A user's script, whose main module has no guard against being imported.
SCRIPT = """
import signal, sys
import numpy as np
from enngene_core.branches.structure import encode_structure

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGTERM, interrupt)
sequence = np.random.default_rng(0).integers(0, 4, (100_000, 150), dtype=np.uint8)
turns = encode_structure(sequence, structure="unpaired", n_threads=2)
try:
    next(turns)
    print("folding", flush=True)
    list(turns)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("is_sent_to_all", [True, False])
def test_workers_end_with_their_parent(sent: signal.Signals, is_sent_to_all: bool) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "folding\n"
        workers = children(parent.pid)
        assert len(workers) == 2
        if is_sent_to_all:
            os.killpg(parent.pid, sent)  # as a terminal does, and a job's runner
        else:
            os.kill(parent.pid, sent)
        _, complaints = parent.communicate(timeout=60)
    assert complaints == ""
    assert parent.returncode == (-signal.SIGKILL if sent == signal.SIGKILL else 130)
    wait_until_ended(workers)
