"""Malformed FASTA files of ready sequences."""

import gzip
from collections.abc import Iterator

from tests.corpus.case import Case, Outcome, Rejected, Same, refused
from tests.corpus.real import READY_EXONS, text
from tests.formats.genome_files import bgzip

CLEAN = text(*READY_EXONS)
_HEADERS = [number for number, row in enumerate(READY_EXONS) if row.startswith(">")]
_SECOND = _HEADERS[1]
_LAST = len(READY_EXONS) + 1
_FIRST_NAME = READY_EXONS[0][1:].split()[0]


def _replaced(number: int, *lines: str) -> bytes:
    """The file with one line, of a 0-based number, replaced."""
    return text(*READY_EXONS[:number], *lines, *READY_EXONS[number + 1 :])


def _files() -> Iterator[tuple[str, bytes, Outcome]]:
    line = f"line {_SECOND + 1}"
    yield "a protein", _replaced(1, "MKLEQPFIWY"), refused("line 2", "found 'L' at column 3")
    yield "a gap", _replaced(1, "ACGT-ACGT"), refused("line 2", "found the gap '-' at column 5")
    yield "blanks inside", _replaced(1, "ACGT ACGT"), refused("line 2", "found ' ' at column 5")
    yield "digits", _replaced(1, "1 ACGT"), refused("line 2", "found '1' at column 1")
    yield "a letter of two bytes", _replaced(1, "ACGTÄ"), refused("line 2", "found 'Ä' at column 5")
    yield "> alone", _replaced(_SECOND, ">"), refused(line, "found no name after >")
    yield "> and a blank", _replaced(_SECOND, "> name"), Same(("chrom", "name"))
    yield (
        "an empty record",
        _replaced(_SECOND, ">empty", READY_EXONS[_SECOND]),
        refused(line, "found no sequence after the name empty"),
    )
    yield "an empty last record", CLEAN + b">empty\n", refused(f"line {_LAST}", "no sequence after")
    yield "no header", text(*READY_EXONS[1:]), refused("line 1", "before the first record")
    yield "a name of 10,000 letters", _replaced(_SECOND, ">" + "x" * 10_000), refused(line, "name")
    yield "a name with an escape", _replaced(_SECOND, ">a\x1b[2Jb"), refused(line, "printable name")
    yield "BED", b"chr_10\t5\t50\n", refused("line 1", "before the first record")
    yield "FASTQ", b"@a\nACGT\n+\nIIII\n", refused("line 1", "before the first record")
    yield "a web page", b"<html>", refused("found a web page")
    yield "UTF-16", CLEAN.decode().encode("utf-16"), refused("found UTF-16 text")
    yield "a NUL byte", _replaced(1, "ACGT\0"), refused("line 2", "binary data")
    yield "empty", b"", refused("found an empty file")
    yield "gzip cut short", gzip.compress(CLEAN)[:-20], refused("cut short")
    yield "a gzip bomb", gzip.compress(b"A" * (1 << 22)) * 257, refused("when unpacked")
    twice = CLEAN + f">{_FIRST_NAME}\n{'ACGT' * 30}\n".encode()
    yield "a name twice", twice, Rejected({_LAST: "same name stands in line 1"})
    again = CLEAN + text(*READY_EXONS[:_SECOND])
    yield "a record twice", again, Rejected({_LAST: "same name stands in line 1"})
    yield "bgzip without its index", bgzip(CLEAN), Same()
    yield "CRLF", CLEAN.replace(b"\n", b"\r\n"), Same()
    yield "no last newline", CLEAN[:-1], Same()
    yield "blank lines", b"\n" + CLEAN.replace(b"\n", b"\n\n"), Same()
    small = b"\n".join(
        row if row.startswith(b">") else row.lower().replace(b"t", b"u")
        for row in CLEAN.split(b"\n")
    )
    yield "RNA in small letters", small, Same()
    longer = CLEAN.replace(b">chr_10:", b">$(touch${IFS}escaped)'\"<script>../:")
    yield "odd names", longer, Same(("chrom", "name"))


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, outcome in _files():
        yield Case(f"sequences: {name}", "sequences", content, outcome, file="bad.fa")
    short = CLEAN + b">short\nACGTA\n"
    padded = CLEAN + f">short\n{'N' * 28}ACGTA{'N' * 27}\n".encode()
    where = Same(("start", "end", "pad_left", "pad_right", "source_length"))
    dropped = Rejected({_LAST: "its window of 60 nt reaches past an end"})
    outcomes: dict[str, tuple[Outcome, bytes]] = {
        "pad": (where, padded),
        "shift": (where, padded),
        "drop": (dropped, CLEAN),
    }
    for edge, (outcome, clean) in outcomes.items():
        yield Case(
            f"sequences: shorter than the window, {edge}", "sequences", short, outcome,
            clean=clean, file="bad.fa", flags=("--edge", edge),
        )  # fmt: skip
