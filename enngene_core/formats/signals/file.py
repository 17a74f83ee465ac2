"""Files of scores, told by their content."""

import codecs
from collections.abc import Sequence
from pathlib import Path

from enngene_core.errors import SignalError
from enngene_core.formats.packed import DAMAGED, GZIP, open_gzipped
from enngene_core.formats.signals.signal import Signal
from enngene_core.formats.signals.wig_declaration import is_declaration
from enngene_core.formats.text.decimals import parse_unusual
from enngene_core.specs.branches import TrackKind

_BIGWIG = (b"\x26\xfc\x8f\x88", b"\x88\x8f\xfc\x26")
_BIGBED = (b"\xeb\xf2\x89\x87", b"\x87\x89\xf2\xeb")
_PASSED_OVER = (b"#", b"track", b"browser")
_SAMPLE = 1 << 16
_MOST_ROWS = 100
_UNKNOWN = "neither bigWig nor wig (no fixedStep or variableStep line at its start)"
_BEDGRAPH = "bedGraph (make a bigWig file of it with bedGraphToBigWig)"


def open_signal(paths: Sequence[Path]) -> Signal:
    """One bigWig file, or one or more wig files (plain or gzipped), told by their content.

    Raises
    ------
    SignalError
        If a file is missing or is neither, or if they do not go together.
    """
    if not paths:
        raise SignalError("no file of scores; expected a bigWig file, or one or more wig files")
    for path in paths:
        kind = _kind(path)
        if kind == "bigWig" and len(paths) > 1:
            raise SignalError(f"{path}: a bigWig file among {len(paths)} files; expected it alone")
        if kind not in ("bigWig", "wig"):
            raise SignalError(f"{path}: found {kind}; expected a bigWig or wig file")
    # The reader of one format is not worth its import where the other is read.
    if kind == "wig":
        from enngene_core.formats.signals.wig import Wig

        return Wig(paths)
    from enngene_core.formats.signals.bigwig import BigWig

    return BigWig(paths[0])


def track_kind(path: Path) -> TrackKind:
    """What the file of a user's track holds: scores (bigWig, wig), or else regions.

    Raises
    ------
    SignalError
        If the file is missing, or holds scores in a format that is not read.
    """
    kind = _kind(path)
    if kind in ("bigWig", "wig"):
        return "signal"
    if kind == _UNKNOWN:
        return "regions"
    raise SignalError(f"{path}: found {kind}; expected a bigWig, wig or BED file")


def _kind(path: Path) -> str:
    """``bigWig``, ``wig``, or words for messages."""
    head, is_gzipped = _head(path)
    if head.startswith(_BIGWIG):
        return "a gzipped bigWig (unpack it)" if is_gzipped else "bigWig"
    if head.startswith(_BIGBED):
        return "bigBed"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16 text (save it as UTF-8)"
    # The last line may be a part of one.
    lines = head.removeprefix(codecs.BOM_UTF8).split(b"\n")
    lines = [line.strip() for line in lines[: len(lines) - (len(head) == _SAMPLE)]]
    tracks = b"\n".join(line for line in lines if line.startswith(b"track"))
    lines = [line for line in lines if line and not line.startswith(_PASSED_OVER)]
    if is_declaration(lines[0] if lines else b"") or b"type=wiggle_0" in tracks:
        return "wig"
    if b"type=bedGraph" in tracks or _is_bedgraph(lines):
        return _BEDGRAPH
    return _UNKNOWN


def _is_bedgraph(lines: list[bytes]) -> bool:
    """Whether the fourth of four columns holds scores, some of which are not whole numbers."""
    rows = [line.split() for line in lines[:_MOST_ROWS]]
    scores = [row[3] for row in rows if len(row) == 4 and parse_unusual(row[3]) is not None]
    return len(scores) == len(rows) and not all(score.isdigit() for score in scores)


def _head(path: Path) -> tuple[bytes, bool]:
    """First bytes of the content, and whether they were unpacked."""
    if not path.is_file():
        # An address is never fetched.
        what = "is a folder" if path.is_dir() else "no such file"
        raise SignalError(f"{path}: {what}; expected a file of scores or regions")
    try:
        with open(path, "rb") as raw:
            is_gzipped = raw.read(len(GZIP)) == GZIP
            raw.seek(0)
            head = (open_gzipped(raw) if is_gzipped else raw).read(_SAMPLE)
    except DAMAGED as error:
        raise SignalError(
            f"{path}: the gzip file is cut short or damaged; expected a whole file"
        ) from error
    except OSError as error:
        raise SignalError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not head:
        raise SignalError(f"{path}: found an empty file; expected scores or regions")
    return head, is_gzipped
