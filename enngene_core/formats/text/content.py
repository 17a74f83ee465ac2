"""Bytes of a whole file, plain or gzipped, in bounded memory."""

from pathlib import Path
from typing import BinaryIO

from enngene_core.errors import EnngeneError
from enngene_core.formats.packed import DAMAGED, GZIP, unpacker

#: Largest size of a file, unpacked, that is read whole.
MAX_SIZE = 1 << 30
_PIECE = 1 << 16
#: Concatenated bgzip files have one each; more only keep the reader busy.
_MOST_EMPTY_MEMBERS = 100_000

#: First bytes of files that users take for text.
_SIGNATURES = (
    (b"\x26\xfc\x8f\x88", "a bigWig file"),
    (b"\x88\x8f\xfc\x26", "a bigWig file"),
    (b"\xeb\xf2\x89\x87", "a bigBed file"),
    (b"\x87\x89\xf2\xeb", "a bigBed file"),
    (b"\x43\x27\x41\x1a", "a 2bit file"),
    (b"\x1a\x41\x27\x43", "a 2bit file"),
    (b"BAM\x01", "a BAM file"),
    (b"BAI\x01", "an index of a BAM file"),
    (b"TBI\x01", "a tabix index"),
    (b"CSI\x01", "a CSI index"),
    (b"CRAM", "a CRAM file"),
    (b"BCF\x02", "a BCF file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<html", "a web page"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"PK\x03\x04\x14\x00\x06\x00", "an Excel or Word document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel or Word document"),
    (b"PK\x03\x04", "a zip archive (or an xlsx document)"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (GZIP, "a gzip file inside a gzip file"),
)


def read_content(
    path: Path, *, error: type[EnngeneError], expected: str, max_size: int = MAX_SIZE
) -> bytes | bytearray:
    """All bytes of a file, unpacked if its first bytes are those of gzip or bgzip.

    Raises
    ------
    EnngeneError
        As `error`, if the file is missing, a folder or a pipe, empty, unreadable, damaged, larger
        than `max_size` bytes (told before more are taken into memory), or of another known kind.
    """
    try:
        content = _read(path, error, expected, max_size)
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise error(f"{path}: cannot be read ({reason}); expected {expected}") from failure
    if not content:
        raise error(f"{path}: found an empty file; expected {expected}")
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            raise error(f"{path}: found {kind}; expected {expected}")
    return content


def _read(path: Path, error: type[EnngeneError], expected: str, max_size: int) -> bytes | bytearray:
    if path.is_dir():
        raise error(f"{path}: found a folder; expected {expected}")
    if not path.is_file():
        found = "found a pipe or device" if path.exists() else "no such file"
        raise error(f"{path}: {found}; expected {expected}")
    with open(path, "rb") as file:
        is_gzipped = file.read(len(GZIP)) == GZIP
        file.seek(0)
        content: bytes | bytearray
        if is_gzipped:
            content = _unpack(path, file, error, max_size)
            size = len(content)
        else:
            size = path.stat().st_size
            content = file.read() if size <= max_size else b""
    if size > max_size:
        raise error(
            f"{path}: found more than {max_size:,} bytes{' when unpacked' * is_gzipped}; "
            f"expected {expected} of at most that size"
        )
    return content


def _unpack(path: Path, file: BinaryIO, error: type[EnngeneError], max_size: int) -> bytearray:
    """Content of all members of a gzip file, or its first bytes if they are more than allowed."""
    content = bytearray()
    n_empty = 0
    packed = file.read(_PIECE)
    while packed:
        if not packed.startswith(GZIP):
            raise error(
                f"{path}: found other data after the end of the gzip data; expected gzip alone"
            )
        n_before = len(content)
        member = unpacker(of_gzip=True)
        while not member.eof:
            if not packed:
                raise error(
                    f"{path}: the gzip file is cut short after {len(content):,} unpacked bytes; "
                    "expected a whole file (copy or upload it again)"
                )
            try:
                content += member.decompress(packed, max_size + 1 - len(content))
            except DAMAGED as failure:
                raise error(_damaged(path)) from failure
            if len(content) > max_size:
                return content
            packed = member.unconsumed_tail or member.unused_data or file.read(_PIECE)
        # Tapes and some tools fill the file up with zeros.
        packed = packed.lstrip(b"\0")
        while len(packed) < len(GZIP) and (more := file.read(_PIECE)):
            packed = (packed + more).lstrip(b"\0")
        n_empty += len(content) == n_before
        if n_empty > _MOST_EMPTY_MEMBERS:
            raise error(_damaged(path))
    return content


def _damaged(path: Path) -> str:
    return f"{path}: the gzip file is damaged; expected a whole file (copy or upload it again)"
