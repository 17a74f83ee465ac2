"""Processes that fold, each on one core.

They are programs of their own and not forks, because the parent may hold TensorFlow's threads, and
not multiprocessing's, because these would import the parent's main module first.
"""

import signal
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import wait

from enngene_core.branches import folding
from enngene_core.errors import InsufficientMemoryError

#: Requests that a worker holds: one that it folds, one that waits for it.
_N_HELD = 2


def fold_in_processes(
    requests: Iterable[folding.Request], n_workers: int
) -> Generator[tuple[int, folding.Answer]]:
    """Answers of `folding.fold_rows`, each as soon as it is there.

    The workers end with this generator, whether it is exhausted, closed or interrupted; if this
    process is killed, they end after the sequences that they hold.

    Parameters
    ----------
    requests
        Taken one at a time, when a worker is free.
    n_workers
        Processes to start.

    Yields
    ------
    index : int
        Position of the request.
    answer : Answer

    Raises
    ------
    InsufficientMemoryError
        If a worker is killed.
    """
    numbered = enumerate(requests)
    workers: list[_Worker] = []
    try:
        with _interrupts_held():
            for _ in range(n_workers):
                workers.append(_Worker())  # one by one, so that each is ended if the next fails
        for worker in workers * _N_HELD:
            worker.give(next(numbered, None))
        while busy := {worker.connection: worker for worker in workers if worker.held}:
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]  # wait() types any waitable
                index, answer = worker.take()
                worker.give(next(numbered, None))
                yield index, answer
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that folds what it is given, in that order."""

    def __init__(self) -> None:
        self.held: deque[int] = deque()
        self.connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", folding.__file__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._send(sys.path)

    def give(self, numbered: tuple[int, folding.Request] | None) -> None:
        """Hand over a request, if there is one."""
        if numbered is not None:
            index, request = numbered
            self._send(request)
            self.held.append(index)

    def take(self) -> tuple[int, folding.Answer]:
        """Wait for the answer to the first request that is held."""
        try:
            answer = self.connection.recv()
        except (EOFError, OSError):
            raise self._death() from None
        return self.held.popleft(), answer

    def end(self) -> None:
        """Stop the process, whatever it does."""
        self.connection.close()
        self._process.kill()
        self._process.wait()

    def _send(self, message: object) -> None:
        try:
            self.connection.send(message)
        except OSError:
            raise self._death() from None

    def _death(self) -> InsufficientMemoryError:
        code = self._process.wait()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return InsufficientMemoryError(
            f"a process that folds RNA ended early ({how}); most often memory was short: give "
            "more of it, use fewer threads, or fold shorter sequences"
        )


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C for afterwards; processes that are started inside never see it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
