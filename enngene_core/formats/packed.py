"""Unpacking of gzip and zlib data, in half the time that zlib takes."""

from typing import BinaryIO, cast

from isal import igzip, isal_zlib

GZIP = b"\x1f\x8b"

_ERROR = cast(type[Exception], isal_zlib.error)
#: What unpacking raises where data are damaged or cut short.
DAMAGED = (EOFError, igzip.BadGzipFile, _ERROR)


def open_gzipped(file: BinaryIO) -> igzip.IGzipFile:
    """Content of all members of an open gzip file."""
    return igzip.IGzipFile(fileobj=file)  # type: ignore[no-untyped-call]


def unpacker(*, of_gzip: bool = False) -> isal_zlib.Decompress:
    """Unpacker of one stream of zlib data, or of one member of a gzip file."""
    return isal_zlib.decompressobj(wbits=31 if of_gzip else 15)
