"""What a result was made from: checksums of inputs and versions of software."""

import errno
import hashlib
import platform
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import Self

import enngene_core

_BLOCK = 1 << 20


def sha256(path: Path, *, given_up: Event | None = None) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits.

    Parameters
    ----------
    path
        A regular file.
    given_up
        When this is set, reading stops.

    Raises
    ------
    OSError
        If the file cannot be read, or is a pipe, which could be waited for without end.
    CancelledError
        If it was given up.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        while block := handle.read(_BLOCK):
            if given_up is not None and given_up.is_set():
                raise CancelledError
            digest.update(block)
    return digest.hexdigest()


class Checksums:
    """SHA-256 of files, taken beside the work, for a ``with`` block.

    Leaving the block gives up what is not finished, so that a mistake in a small file is told
    without waiting for a large one.

    Parameters
    ----------
    paths
        Files by what they are.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._given_up = Event()
        self._pool = ThreadPoolExecutor(1)
        self._digests: dict[str, Future[str]] = {
            role: self._pool.submit(sha256, path, given_up=self._given_up)
            for role, path in paths.items()
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._given_up.set()
        self._pool.shutdown(cancel_futures=True)

    def digests(self) -> dict[str, str]:
        """All of them, when they are there.

        Raises
        ------
        OSError
            If a file cannot be read.
        """
        return {role: digest.result() for role, digest in self._digests.items()}


def software(*packages: str) -> dict[str, str]:
    """Versions of this package, of Python and of the named distributions."""
    return {
        "enngene-core": enngene_core.__version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in packages},
    }


@cache
def _version(package: str) -> str:
    return version(package)
