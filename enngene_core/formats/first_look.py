"""The first look at a stranger's file, taken by a process that may die of it."""

import faulthandler
import os
import resource
import signal
from collections.abc import Callable

from enngene_core.errors import EnngeneError

#: Of work; of waiting for a disk it may be more.
_SECONDS, _WAITED = 2, 60
#: Bytes beyond what the process has already.
_MEMORY = 512 << 20
#: Of a message.
_LONGEST = 400


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
        try:
            os.close(reading)
            _limit()
            look()
        except EnngeneError:
            pass
        except Exception as error:
            told = " ".join(str(error).split())[:_LONGEST] or type(error).__name__
            os.write(writing, told.encode("utf-8", "backslashreplace"))
        finally:
            os.close(writing)
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        told = pipe.read().decode("utf-8", "replace")
    if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]):
        told = "HDF5 cannot read it"
    if told:
        raise OSError(told)


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
