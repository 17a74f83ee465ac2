"""Whole lines of a text file of any size, a piece at a time."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from enngene_core.errors import EnngeneError
from enngene_core.formats.packed import DAMAGED, GZIP, open_gzipped

_LONGEST_LINE = 1 << 16
#: What a gzip file may unpack to: this many bytes, or this many times its own.
_ALWAYS_ALLOWED, _MOST_TIMES_LARGER = 1 << 30, 200
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_pieces(
    path: Path, *, size: int, error: type[EnngeneError], expected: str
) -> Iterator[bytes]:
    r"""Text of a plain or gzipped file, in bounded memory.

    Parameters
    ----------
    size
        Bytes to read at a time.
    error
        What is raised.
    expected
        What the file should be, for messages: "a wig file".

    Yields
    ------
    bytes
        Whole lines, each of which ends in ``\n``, about `size` of them.

    Raises
    ------
    EnngeneError
        As `error`, if the file cannot be read, is damaged, is UTF-16 text, has a line of more
        than 65,536 bytes, or unpacks to more than any file of its kind.
    """
    n_read = 0
    rest = b""
    try:
        with open(path, "rb") as raw:
            is_gzipped = raw.read(len(GZIP)) == GZIP
            raw.seek(0)
            file = open_gzipped(raw) if is_gzipped else raw
            packed_size = path.stat().st_size
            most = max(_ALWAYS_ALLOWED, packed_size * _MOST_TIMES_LARGER)
            while block := file.read(size):
                if not n_read:
                    if block.startswith(_WIDE_MARKS):
                        raise error(
                            f"{path}: found UTF-16 text; expected {expected} (save it as UTF-8)"
                        )
                    block = block.removeprefix(codecs.BOM_UTF8)
                n_read += len(block)
                if n_read > most:
                    raise error(
                        f"{path}: its {packed_size:,} bytes unpack to more than {most:,}; expected "
                        f"{expected}"
                    )
                cut = block.rfind(b"\n") + 1
                if cut:
                    yield _with_newlines(rest + block[:cut])
                    rest = block[cut:]
                else:
                    rest += block
                if len(rest) > _LONGEST_LINE:
                    raise error(
                        f"{path}: found a line of more than {_LONGEST_LINE:,} characters; "
                        f"expected {expected}"
                    )
    except DAMAGED as failure:
        raise error(
            f"{path}: the gzip file is cut short or damaged after {n_read:,} unpacked bytes; "
            "expected a whole file (copy or upload it again)"
        ) from failure
    except OSError as failure:
        raise error(f"{path}: cannot be read ({failure.strerror or failure})") from failure
    if rest:
        yield _with_newlines(rest + b"\n")


def _with_newlines(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n") if b"\r" in text else text
