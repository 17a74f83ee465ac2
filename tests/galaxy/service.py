"""One background process of a server: started with a log, stopped by its own pid."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.galaxy.keeper import KINDNESS

KEEPER = Path(__file__).with_name("keeper.py")


class ServiceError(RuntimeError):
    """A background process did not start, or ended when it should not."""


class Service:
    """A process that runs until it is stopped, or until this process ends.

    Parameters
    ----------
    name
        Word for messages.
    command
        Absolute path of the program, and its arguments.
    folder
        Working directory.
    environment
        Its whole environment.
    log
        File for its output, begun anew.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
    ) -> None:
        self.name = name
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, str(KEEPER), str(os.getpid()), *command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own session, for the keeper, and so that only the owner hears Ctrl-C.
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise `ServiceError`, with the end of the log, if the process has ended."""
        if self._process.poll() is not None:
            raise ServiceError(
                f"{self.name} ended with exit code {self._process.returncode}. "
                f"The end of {self.log}:\n{self.log_tail()}"
            )

    def log_tail(self, n_lines: int = 40) -> str:
        """Return the last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-n_lines:])

    def stop(self) -> None:
        """End the process, with all that it started."""
        self._process.terminate()
        self._process.wait(2 * KINDNESS)
