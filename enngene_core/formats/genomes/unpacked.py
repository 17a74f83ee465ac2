"""Gzipped files unpacked on disk, for files that are read at many places."""

import errno
from io import BufferedIOBase, RawIOBase
from pathlib import Path

from enngene_core.errors import GenomeError
from enngene_core.formats.packed import DAMAGED, open_gzipped

_PIECE = 1 << 20
_MOST_TIMES_LARGER = 64
_LARGEST = 1 << 36
# bgzip writes a field of its own into the header of each member, and an empty member last.
_IS_BGZIP = (b"\x1f\x8b\x08\x04", b"BC")
_BGZIP_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def unpack(path: Path, target: Path, *, allowed: int = 1 << 30) -> None:
    """Write the content of a gzip or bgzip file to `target`, in bounded memory.

    Parameters
    ----------
    allowed
        Size of content that is never too large, bytes.

    Raises
    ------
    GenomeError
        If the file is cut short or damaged, if its content is larger than that of any genome that
        packs so small, or if the disk is full.
    """
    packed_size = path.stat().st_size
    most = min(max(allowed, packed_size * _MOST_TIMES_LARGER), _LARGEST)
    size = 0
    with open(path, "rb") as packed, open_gzipped(packed) as members:
        _check_bgzip(path, packed.read(14), packed_size)
        packed.seek(0)
        with open(target, "wb", buffering=0) as plain:
            while piece := _read(members, path):
                size += len(piece)
                if size > most:
                    raise GenomeError(
                        f"{path}: its {packed_size:,} bytes unpack to more than {most:,}; "
                        "expected the FASTA file of a genome"
                    )
                _write(plain, piece, path=path, target=target, size=size)


def _check_bgzip(path: Path, head: bytes, packed_size: int) -> None:
    magic, field = _IS_BGZIP
    if not (head.startswith(magic) and head[12:14] == field):
        return
    with open(path, "rb") as packed:
        packed.seek(max(0, packed_size - len(_BGZIP_END)))
        if packed.read() != _BGZIP_END:
            raise GenomeError(
                f"{path}: the bgzip file is cut short (its last block is missing); "
                "copy or upload it again"
            )


def _read(members: BufferedIOBase, path: Path) -> bytes:
    try:
        return members.read(_PIECE)
    except DAMAGED as error:
        raise GenomeError(
            f"{path}: the gzip file is cut short or damaged; copy or upload it again"
        ) from error


def _write(plain: RawIOBase, piece: bytes, *, path: Path, target: Path, size: int) -> None:
    try:
        rest = memoryview(piece)
        while rest:  # an unbuffered file may take less than it is given
            rest = rest[plain.write(rest) :]
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise GenomeError(
            f"{target.parent}: no room to unpack {path}, which needs more than {size >> 20:,} MiB; "
            "make room there, or set TMPDIR to another folder"
        ) from error
