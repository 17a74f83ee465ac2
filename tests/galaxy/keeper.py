"""Run a command until it ends, is told to stop or loses its parent, and leave nothing behind.

``keeper.py PARENT_PID COMMAND...``, as the leader of a session of its own. Galaxy leaves its
running jobs behind when it is stopped, and a context manager can't stop anything when its own
process is killed. So each background process has this keeper, which Linux tells of its parent's
death, and which ends all that is left in its session.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
KINDNESS = 30
"""Seconds that the command has for an orderly end."""


class ToldToStopError(Exception):
    """SIGTERM came: from the parent, or because it is dead."""


def main() -> int:
    """Run the command in the arguments, and return its exit code."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    signal.signal(signal.SIGTERM, _stop)
    try:
        _ask_for_signal_at_death_of(parent)
        process = subprocess.Popen(command)
        try:
            return process.wait()
        except ToldToStopError:
            process.terminate()
            return process.wait(KINDNESS)
    except (ToldToStopError, subprocess.TimeoutExpired):
        return 128 + signal.SIGTERM
    finally:
        _end_session()


def _stop(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise ToldToStopError


def _ask_for_signal_at_death_of(parent: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot ask for a signal at the parent's death")
    if os.getppid() != parent:
        raise ToldToStopError


def _end_session() -> None:
    """Kill what else lives in this session, until nothing does."""
    for _ in range(50):
        others = _session_members()
        if not others:
            return
        for pid in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def _session_members() -> list[int]:
    """Return the ids of the living processes of this session, without this one."""
    session, own_pid = os.getsid(0), os.getpid()
    members = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # After the name, which may hold anything: state, parent, group, session.
            state, _, _, of_session = status.read_text().rpartition(")")[2].split()[:4]
            pid = int(status.parent.name)
            if int(of_session) == session and pid != own_pid and state != "Z":
                members.append(pid)
    return members


if __name__ == "__main__":
    sys.exit(main())
