"""Writes a small dataset again and again, and is killed at every so many lines of code."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from tests.dataset.files import write_six

_TRACED = ("/enngene_core/", "/h5py/", "/tests/dataset/files.py")


def kill_at(number: int) -> None:
    """End this process, as by SIGKILL, at a line of the code that writes."""
    left = number

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not any(folder in frame.f_code.co_filename for folder in _TRACED):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def main(folder: Path, step: int) -> None:
    """Leave a file for each time, until one is written to its end."""
    number = 0
    while True:
        child = os.fork()
        if not child:
            kill_at(number)
            write_six(folder / f"{number:05}.h5")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            assert status == 0
            return
        number += step


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
