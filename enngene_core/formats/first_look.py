"""The first look at a stranger's file, taken by a process that may die of it."""

import faulthandler
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from enngene_core.errors import EnngeneError

#: Of work; of waiting for a disk it may be more.
_SECONDS, _WAITED = 2, 60
#: Bytes beyond what the process has already.
_MEMORY = 512 << 20
#: Of a message, which a pipe must hold at once.
_LONGEST = 400
_LONGEST_ENCODED = 10 * _LONGEST
#: Exit code of a look that raised an error.
_ERROR = 3


def look_first(look: Callable[[], object]) -> None:
    """Call a function in a copy of this process, which is given little time and memory.

    HDF5 is native code that a damaged file can send in a circle, crash, or make ask for
    gigabytes. What the copy survives, this process does too, when it calls the function itself.

    Parameters
    ----------
    look
        Reads what a file says of itself. An `EnngeneError` that it raises means that it ended
        well.

    Raises
    ------
    OSError
        If it raised another error, or did not end.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        _look_and_end(look, writing)
    os.close(writing)
    with open(reading, "rb", buffering=0) as pipe:
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if code == _ERROR:
            raise OSError(pipe.read(_LONGEST_ENCODED).decode("utf-8", "replace"))
    if code:
        raise OSError("HDF5 cannot read it")


def _look_and_end(look: Callable[[], object], writing: int) -> NoReturn:
    code = 1
    try:
        _limit()
        with suppress(EnngeneError):
            look()
        code = 0
    except Exception as error:
        told = " ".join(str(error).split())[:_LONGEST] or type(error).__name__
        os.write(writing, told.encode("utf-8", "backslashreplace"))
        code = _ERROR
    finally:
        # Nothing of this process's own is flushed, or cleaned up, a second time.
        os._exit(code)


def _limit() -> None:
    faulthandler.disable()
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(_WAITED)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    with open("/proc/self/statm") as statm:
        taken = int(statm.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [
        taken + _MEMORY,
        *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY),
    ]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
