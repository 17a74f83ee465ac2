"""Malformed BED, narrowPeak and broadPeak files."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

from tests.core_fixtures import REAL_DATA
from tests.corpus.case import Case, Outcome, Refused, RefusedOrSame, Rejected, Same, refused
from tests.corpus.real import EXONS, LENGTH, PEAKS, text, with_line
from tests.formats.genome_files import bgzip

CLEAN = text(*EXONS)
_CHROM, _START, _END, _NAME, _SCORE, _STRAND = EXONS[2].split("\t")
_LAST = len(EXONS) + 1
#: Bytes by which programs know their files.
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\1\0\0\0\0"


def _row(chrom: str = _CHROM, start: str = _START, end: str = _END, *more: str) -> str:
    return "\t".join((chrom, start, end, *more))


def _named(name: str, strand: str = _STRAND) -> str:
    return _row(_CHROM, _START, _END, name, _SCORE, strand)


#: One line among good ones, and what is said of it.
_WRONG_LINES = {
    "start before chromosome": (_row(_START, _CHROM, _END), "found 'chr_10' as start", "order"),
    "strand first": ("\t".join((_STRAND, _CHROM, _START, _END)), "found 'chr_10' as start"),
    "end before start": (_row(start=_END, end=_START), f"end {_START} is not greater than start"),
    "end equal to start": (_row(end=_START), f"end {_START} is not greater than start {_START}"),
    "negative start": (_row(start="-5"), "found '-5' as start", "whole number from 0"),
    "start of 20 digits": (_row(start="9" * 20), f"found '{'9' * 20}' as start"),
    "end beyond any genome": (_row(end=str(2**40)), "beyond any genome"),
    "start with a fraction": (_row(start=f"{_START}.0"), f"found '{_START}.0' as start"),
    "start with an exponent": (_row(start="2e4"), "found '2e4' as start"),
    "start with commas": (_row(start="23,421"), "found '23,421' as start"),
    "start with an underscore": (_row(start="23_421"), "found '23_421' as start"),
    "start with a plus": (_row(start="+23421"), "found '+23421' as start"),
    "start in Arabic digits": (_row(start="٢٣٤٢١"), "found '٢٣٤٢١' as start"),
    "start that is hexadecimal": (_row(start="0x5B7D"), "found '0x5B7D' as start"),
    "start that is empty": (_row(start=""), "found '' as start"),
    "start that is NA": (_row(start="NA"), "found 'NA' as start"),
    "chromosome that is empty": (_row(chrom=""), "line 3"),
    "spaces for tabs": (EXONS[2].replace("\t", " "), "must be tabs", "1 tab-separated column"),
    "commas for tabs": (EXONS[2].replace("\t", ","), "1 tab-separated column"),
    "one column": (_CHROM, "found 1 tab-separated column"),
    "two columns": (f"{_CHROM}\t{_START}", "found 2 tab-separated columns"),
    "a line of column names": ("chrom\tstart\tend", "found 'start' as start", "#"),
    "strand x": (_named(_NAME, "x"), "found strand 'x' in column 6; expected + - or ."),
    "strand plus": (_named(_NAME, "plus"), "found strand 'plus' in column 6"),
    "strand that is empty": (f"{_named(_NAME, '')}\t0", "found strand '' in column 6"),
    "a name of 10,000 letters": (_named("x" * 10_000), "a name of 10,000 bytes", "at most 255"),
    "a name of 256 bytes": (_named("é" * 128), "a name of 256 bytes"),
    "a line of 70,000 letters": (_named("x" * 70_000), "longer than 65,536 characters"),
    "a chromosome of 10,000 letters": (_row("c" * 10_000), "as chromosome", "10,000 bytes"),
    "a chromosome with an escape": (_row("chr\x1b[2J"), "as chromosome; expected a name"),
    "a chromosome with a line separator": (_row("chr\u2028x"), "as chromosome; expected a name"),
    "a chromosome with a vertical tab": (_row("chr\x0bx"), "as chromosome; expected a name"),
    "a carriage return inside": (_named("a\rb"), "found a carriage return inside the line"),
    "a NUL byte": (_named("a\0b"), "found binary data"),
}

#: One line at the end, which becomes no window.
_REJECTED_LINES = {
    "a chromosome that is not in the genome": (_row("chrUn"), "chromosome chrUn is not in the"),
    "the end beyond the chromosome's": (
        _row(start=str(LENGTH - 100), end=str(LENGTH + 1)),
        f"beyond the chromosome's end ({LENGTH})",
    ),
    "all beyond the chromosome's end": (_row(start="10000000", end="10000100"), "beyond the"),
    "the largest coordinates": (_row(start="0", end=str(2**40 - 1)), "beyond the chromosome's"),
    **{
        f"a chromosome called {chrom}": (_row(chrom), "is not in the genome")
        for chrom in ("'", '"', "<script>alert(1)</script>", "$(touch escaped)", "`touch escaped`",
                      "..", "../../../etc/passwd", "=1+1", "chr_10;ls", "%s%n", "c" * 255)
    },
}  # fmt: skip

#: Names that are but text.
NAMES = ("'", '"', "'; DROP TABLE x; --", "<script>alert(1)</script>", "$(touch escaped)",
          "`touch escaped`", "..", "../../escaped", "a\x0bb", "a\x1b[2Jb", "a\x85b", "a\u2028b",
          "=1+1", "x" * 255, "génè", "𝒳")  # fmt: skip

_BOMS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def _whole_files() -> Iterator[tuple[str, bytes, Outcome]]:
    packed = gzip.compress(CLEAN, mtime=0)
    for encoding, mark in _BOMS.items():
        wide = CLEAN.decode().encode(encoding)
        yield f"{encoding} with a mark", mark + wide, refused("found UTF-16 text", "UTF-8")
        yield f"{encoding} without a mark", wide, refused("found UTF-16 text", "UTF-8")
    yield "utf-32", CLEAN.decode().encode("utf-32"), refused("found UTF-32 text")
    latin = with_line(EXONS, 3, _named("gén")).decode().encode("latin-1")
    yield "Latin-1", latin, refused("line 3", "not UTF-8 text")
    yield "bytes 128 to 255", bytes(range(128, 256)), refused("line 1", "not UTF-8 text")
    bigwig = (REAL_DATA / "phyloP.bw").read_bytes()[:5000]
    yield "a bigWig", bigwig, refused("found a bigWig file")
    yield "a 2bit", (REAL_DATA / "genome.2bit").read_bytes()[:5000], refused("found a 2bit file")
    yield "an HDF5 file", (REAL_DATA / "dataset.h5").read_bytes()[:5000], refused("an HDF5 file")
    yield "a model", (REAL_DATA / "model.zip").read_bytes(), refused("found a zip archive")
    yield "a picture", _PNG, refused("found a PNG picture")
    yield "a spreadsheet", b"PK\3\4\x14\0\6\0\x08\0\0\0!\0", refused("found an Excel or Word doc")
    yield "a PDF", b"%PDF-1.7\n%\xe2\xe3\n", refused("found a PDF document")
    yield "a web page", b"<!DOCTYPE html>\n<html>", refused("found a web page")
    yield "random bytes", bytes(i * i % 251 for i in range(1, 999)), refused("expected a BED")
    yield "FASTA", b">a\nACGT\n", refused("line 1", "FASTA", "--sequences")
    yield "wig", b"fixedStep chrom=chr_10 start=1\n1\n", refused("line 1", "looks like wig")
    yield "SAM", b"@HD\tVN:1.6\n", refused("line 1", "looks like SAM")
    yield "JSON", b'{"a": 1}\n', refused("line 1", "looks like JSON")
    yield "empty", b"", refused("found an empty file")
    yield "only comments", b"# a\n#b\n", refused("no intervals")
    yield "only blank lines", b"\n \n\t\n\r\n", refused("no intervals")
    yield "only header lines", b'browser position chr_10\ntrack name="a"\n', refused("no intervals")
    yield "gzip cut short", packed[:-20], refused("cut short")
    yield "gzip cut within its header", packed[:5], refused("cut short")
    yield "gzip with garbage after it", packed + b"garbage", refused("after the end of the gzip")
    yield "gzip with a wrong checksum", _flipped(packed, -6), refused("the gzip file is damaged")
    yield "gzip with a flipped bit", _flipped(packed, len(packed) // 2), refused("gzip file is")
    yield "gzip twice", gzip.compress(packed), refused("a gzip file inside a gzip file")
    yield "gzip of nothing", gzip.compress(b""), refused("found an empty file")
    bomb = gzip.compress(b"\n" * (1 << 22))
    yield "a gzip bomb", bomb * 257, refused("more than 1,073,741,824 bytes when unpacked")
    yield "a gzip bomb of lines", bomb * 9, refused("more than 33,554,432 lines")
    yield "a gzip file of empty members", gzip.compress(b"") * 100_002, refused("damaged")
    yield "CRLF", CLEAN.replace(b"\n", b"\r\n"), Same()
    yield "CR alone", CLEAN.replace(b"\n", b"\r"), Same()
    yield "no last newline", CLEAN[:-1], Same()
    yield "CRLF, but the last line", CLEAN.replace(b"\n", b"\r\n")[:-2] + b"\r", Same()
    yield "a mark of UTF-8", b"\xef\xbb\xbf" + CLEAN, Same()
    yield "gzip", packed, Same()
    yield "gzip with zeros after it", packed + bytes(1000), Same()
    yield "a gzip file a line", b"".join(map(gzip.compress, CLEAN.splitlines(True))), Same()
    yield "bgzip without its index", bgzip(CLEAN), Same()
    yield "bgzip without its last block", bgzip(CLEAN)[:-28], RefusedOrSame()
    yield "comments and blank lines", b"#a\n\n" + CLEAN.replace(b"\n", b"\n#\n\n"), Same()
    yield "blanks at the ends of lines", CLEAN.replace(b"\n", b" \t\n"), Same()
    header = b'browser position chr_10:1-100\ntrack name="<script>" description="..."\n'
    yield "header lines", header + CLEAN + header, Same()
    yield "twelve columns", CLEAN.replace(b"\n", b"\t1\t2\t0,0,0\t1\t5,\t0,\n"), Same()
    yield "leading zeros", CLEAN.replace(b"\t2", b"\t0002"), Same()


def _flipped(content: bytes, place: int) -> bytes:
    damaged = bytearray(content)
    damaged[place] ^= 16
    return bytes(damaged)


def _peaks() -> Iterator[tuple[str, bytes, Outcome]]:
    clean = text(*PEAKS)
    yield "narrowPeak with spaces", clean.replace(b"\t", b" "), refused("line 1", "must be tabs")
    wrong = with_line(PEAKS, 3, PEAKS[2].replace("\t+\t", "\t1\t").replace("\t-\t", "\t1\t"))
    yield "narrowPeak with strand 1", wrong, refused("line 3", "found strand '1' in column 6")
    broad = with_line(PEAKS, 3, "chr_13\t10\t10\tp\t0\t.\t1\t-1\t-1")
    yield "broadPeak of no length", broad, refused("line 3", "end 10 is not greater than start 10")


def cases() -> Iterator[Case]:
    """All of them."""
    for name, (line, *words) in _WRONG_LINES.items():
        wrong = Refused(("line 3", *words))
        yield Case(name, "intervals", with_line(EXONS, 3, line), wrong, file="bad.bed")
    for name, (line, reason) in _REJECTED_LINES.items():
        rejected = Rejected({_LAST: reason})
        yield Case(name, "intervals", text(*EXONS, line), rejected, file="bad.bed")
    for name in NAMES:
        content = with_line(EXONS[:2] + EXONS[3:], 3, _named(name))
        yield Case(f"a name that is {name}", "intervals", content, Same(("name",)), file="bad.bed")
    for name, content, outcome in (*_whole_files(), *_peaks()):
        yield Case(name, "intervals", content, outcome, file="bad.bed")
    folder, missing = refused("found a folder"), refused("no such file")
    pipe = refused("found a pipe or device; expected")
    yield Case("a folder", "intervals", None, folder, file="bad", prepare=Path.mkdir)
    yield Case("no file", "intervals", None, missing)
    yield Case("a link to nothing", "intervals", None, missing, prepare=_link_to_nothing)
    yield Case("a named pipe", "intervals", None, pipe, prepare=os.mkfifo)
    yield Case("an endless device", "intervals", None, pipe, file="/dev/zero")
    no_text = "b\udcff\x1b[2J\n.bed"
    empty = refused("found an empty file", names_file=False)
    yield Case("an empty file whose name is no text", "intervals", b"", empty, file=no_text)
    unknown, rejected = text(*EXONS, _row("chrUn")), Rejected({_LAST: "chrUn is not in the genome"})
    yield Case("a file whose name is no text", "intervals", unknown, rejected, file=no_text)


def _link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")
