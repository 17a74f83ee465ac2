"""Turns of a side in a race; for any interpreter."""

import sys
import time


class Turns:
    """Trains an epoch for each line that is read, and writes what it took.

    The line that it writes has seconds, and seconds of a processor, separated by a space.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._start, self._of_processor = time.perf_counter(), time.process_time()

    def finished(self) -> None:
        """Tell that an epoch is finished, and wait until another one is wanted."""
        took = time.perf_counter() - self._start, time.process_time() - self._of_processor
        print(*took, flush=True)
        if not sys.stdin.readline():
            sys.exit()
        self._begin()
