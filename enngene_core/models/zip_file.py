"""Zip files of strangers: their directory is bounded before it is read, and so is each member."""

import struct
import zipfile
import zlib
from pathlib import Path

from enngene_core.errors import BundleError

#: What zipfile raises for a damaged file, bad UTF-8 in the names among it.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, NotImplementedError, OSError, ValueError, OverflowError),
)
#: Directories that Keras and we write have an entry of some 100 bytes for each of few members.
_LARGEST_DIRECTORY = 1 << 20
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\5\6", 22, 0xFFFF
_LOCATOR, _LOCATOR_SIZE = b"PK\6\7", 20


def check_directory(path: Path) -> None:
    """Refuse a zip file whose directory alone would take much memory and time.

    Python reads all of it when it opens the file: millions of entries take gigabytes.

    Raises
    ------
    BundleError
        If the directory is larger than 1 MiB, or of the kind for files of more than 4 GiB.
    BadZipFile
        If the file has no directory.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - _LOCATOR_SIZE))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise zipfile.BadZipFile("no end of a directory")
    (directory,) = struct.unpack_from("<L", tail, at + 12)
    is_large_kind = tail[max(0, at - _LOCATOR_SIZE) : at].startswith(_LOCATOR)
    if directory > _LARGEST_DIRECTORY or is_large_kind:
        raise BundleError(
            f"{path}: the list of its members would take more than {_LARGEST_DIRECTORY:,} bytes, "
            "or it is a zip file for more than 4 GiB; expected a model"
        )


def check_member(path: Path, info: zipfile.ZipInfo, largest: int) -> None:
    """Refuse a member that is packed in an unknown way or too large.

    Parameters
    ----------
    path
        Zip file, for messages.
    info
        Member.
    largest
        Bytes that it may take, unpacked.

    Raises
    ------
    BundleError
        If it is.
    """
    # Other methods take memory as the archive wants it.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BundleError(
            f"{path}: {info.filename} is compressed by method {info.compress_type}; expected "
            "deflate"
        )
    if info.file_size > largest:
        raise BundleError(
            f"{path}: {info.filename} would take {info.file_size:,} bytes; expected at most "
            f"{largest:,}"
        )
