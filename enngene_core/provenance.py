"""What a result was made from: checksums of inputs and versions of software."""

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

import enngene_core

_BLOCK = 1 << 20


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def software(*packages: str) -> dict[str, str]:
    """Versions of this package, of Python and of the named distributions."""
    return {
        "enngene-core": enngene_core.__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }
