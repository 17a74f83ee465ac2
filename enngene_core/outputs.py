"""Outputs that appear whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from enngene_core.errors import SpecError

_PREFIX = ".enngene-"


@contextmanager
def written_together(*targets: Path | None) -> Iterator[list[Path | None]]:
    """Temporary paths beside the targets, renamed to them when the block succeeds.

    A block that raises leaves every target as it was. A target whose temporary path became a
    folder receives that folder's files.

    Parameters
    ----------
    targets
        Files or folders to write; ``None`` stands for an output that was not asked for and
        is handed back as ``None``.

    Raises
    ------
    SpecError
        If a target's folder does not exist, or two targets are the same file.
    """
    wanted = [target for target in targets if target is not None]
    if len({target.resolve() for target in wanted}) < len(wanted):
        raise SpecError(f"two outputs have the same path: {', '.join(map(str, wanted))}")
    for named in wanted:
        if not named.parent.is_dir():
            raise SpecError(f"{named}: its folder does not exist; create it first")
    # A folder of its own beside each target: the same file system, so that the rename is atomic.
    folders = [
        None if target is None else Path(tempfile.mkdtemp(prefix=_PREFIX, dir=target.parent))
        for target in targets
    ]
    try:
        partial = [
            None if folder is None or target is None else folder / target.name
            for folder, target in zip(folders, targets, strict=True)
        ]
        yield partial
        for path, target in zip(partial, targets, strict=True):
            if path is not None and target is not None:
                _move(path, target)
    finally:
        for folder in folders:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)


def as_asked_for(path: Path) -> Path:
    """The target of a temporary path, for messages; any other path as it is."""
    parts = [part for part in path.parts if not part.startswith(_PREFIX)]
    return Path(*parts)


def _move(written: Path, target: Path) -> None:
    if written.is_dir():
        target.mkdir(exist_ok=True)
        for file in sorted(written.iterdir()):
            file.replace(target / file.name)
    elif written.exists():
        written.replace(target)
