"""Malformed reference genomes: FASTA and 2bit."""

import gzip
import os
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.corpus.case import Case, Outcome, Same, refused
from tests.corpus.real import CHROMOSOMES, EXONS, GENOME, fasta, text
from tests.formats.genome_files import bgzip
from tests.formats.twobit_files import twobit

CLEAN = text(*GENOME)
_HEADERS = [number for number, row in enumerate(GENOME) if row.startswith(">")]
_TWOBIT = twobit(CHROMOSOMES)
#: Of one genome, an index that says that of another.
_WRONG_INDEXES = {
    "another genome": "chr_10\t160000\t8\t60\t61\n",
    "no table": "<html>",
    "huge numbers": f"chr_10\t{2**62}\t{2**62}\t60\t61\n",
    "numbers of 30 digits": f"chr_10\t{'9' * 30}\t8\t60\t61\n",
    "negative numbers": "chr_10\t-5\t-8\t60\t61\n",
    "lines of no length": "chr_10\t60000\t8\t0\t0\n",
    "chromosomes that are not there": "chr_77\t60000\t8\t60\t61\n",
}


def _replaced(number: int, *lines: str) -> bytes:
    """The genome with one line, of a 0-based number, replaced."""
    return text(*GENOME[:number], *lines, *GENOME[number + 1 :])


def _fasta_files() -> Iterator[tuple[str, bytes, Outcome]]:
    packed, blocks = gzip.compress(CLEAN, 1, mtime=0), bgzip(CLEAN)
    second = _HEADERS[1]
    yield "empty", b"", refused("is empty", "FASTA")
    yield "two records of one name", _replaced(second, ">chr_10"), refused("2 records named chr_10")
    yield "> alone", _replaced(second, ">"), refused("without a name")
    yield "nothing but >", b">", refused("without a name")
    yield "headers alone", b">chr_10\n>chr_11\n", refused("holds no sequence")
    yield "no header", text(*GENOME[1:200]), refused("expected FASTA")
    yield "blank lines alone", b"\n" * 100_000, refused("expected FASTA")
    yield "a protein", _protein("MKLEQPFIWY"), refused("found 'L'", "protein")
    yield "digits", _protein("0123456789"), refused("found '0'", "expected nucleotides")
    yield "a NUL byte", _protein("ACGT\0ACGTA"), refused("found '\\x00'", "of chr_10")
    yield "lines of different length", _replaced(200, GENOME[200][:-1]), refused("differ in length")
    yield "a blank line inside", _replaced(200, GENOME[200], ""), refused("differ in length")
    yield "a web page", b"<!DOCTYPE html>\n<html>\n", refused("expected FASTA")
    yield "BED", text(*EXONS), refused("expected FASTA")
    yield "UTF-16", CLEAN.decode().encode("utf-16"), refused("expected FASTA")
    yield (
        "an odd name in Latin-1",
        CLEAN.replace(b">chr_11", b">chr\xe9"),
        refused("printable UTF-8"),
    )
    yield "a name with an escape", CLEAN.replace(b">chr_11", b">chr\x1b[2J"), refused("printable")
    long = CLEAN.replace(b">chr_11", b">" + b"c" * 10_000)
    yield "a name of 10,000 letters", long, refused("a name of more than 255 bytes")
    yield "CR alone", CLEAN.replace(b"\n", b"\r"), refused("bad.fa")
    yield "gzip cut short", packed[:-1000], refused("cut short")
    yield "gzip with a wrong checksum", packed[:-8] + bytes(8), refused("damaged")
    yield "gzip with garbage after it", packed + b"garbage", refused("damaged")
    yield "gzip of nothing", gzip.compress(b""), refused("is empty")
    yield "a gzip bomb", gzip.compress(b"A" * (1 << 22)) * 257, refused("unpack to more than")
    yield "gzip twice", gzip.compress(packed), refused("expected FASTA")
    yield "bgzip cut short", blocks[:-28], refused("bgzip file is cut short")
    yield "bgzip without its index", blocks, Same()
    yield "gzip", packed, Same()
    yield "CRLF", CLEAN.replace(b"\n", b"\r\n"), Same()
    yield "no last newline", CLEAN[:-1], Same()
    yield "blank lines at both ends", b"\n\n" + CLEAN + b"\n\n\n", Same()
    yield "blank lines between records", CLEAN.replace(b"\n>", b"\n\n\n>"), Same()
    yield "an empty record", CLEAN + b">chrUn\n", Same()
    yield "one long line each", text(*fasta(CHROMOSOMES, 10**6)), Same()
    yield "small letters", CLEAN.replace(b"A", b"a").replace(b"C", b"c"), Same()
    yield "a header with much text", CLEAN.replace(b">chr_10", b">chr_10 " + b"x" * 100_000), Same()
    uracil = b"\n".join(
        row if row.startswith(b">") else row.replace(b"T", b"U") for row in CLEAN.split(b"\n")
    )
    yield "RNA", uracil, Same()
    yield "names without chr_", CLEAN.replace(b">chr_", b">"), _all_rejected()
    yield "only other chromosomes", b">chrUn\n" + b"ACGT" * 100, _all_rejected()


def _all_rejected() -> Outcome:
    return refused("none of", "chromosome chr_10 is not in the genome", names_file=False)


def _protein(letters: str) -> bytes:
    """The genome, whose windows have other letters."""
    records = {name: letters * (len(bases) // 10) for name, bases in CHROMOSOMES.items()}
    return text(*fasta(records))


def _twobit_files() -> Iterator[tuple[str, bytes, Outcome]]:
    damaged = refused("2bit file is cut short or damaged")
    for size in (5, 15, 16, 20, 30, 100, len(_TWOBIT) // 2, len(_TWOBIT) - 1):
        yield f"2bit of {size} bytes", _TWOBIT[:size], damaged
    yield "2bit of a wrong magic number", b"\x1a\x41\x27\x44" + _TWOBIT[4:], refused("FASTA")
    yield "2bit of version 1", _with_number(4, 1), refused("version 1; expected version 0")
    yield "2bit of 2**32 - 1 records", _with_number(8, 2**32 - 1), refused("2,000,000 records")
    yield "2bit of 1,000,000 records", _with_number(8, 10**6), refused("bad.fa")
    yield "2bit of no records", _with_number(8, 0), refused("holds no sequence")
    first = struct.unpack_from("<I", _TWOBIT, 16 + 1 + 6)[0]
    yield "2bit of 2**32 - 1 bases", _with_number(first, 2**32 - 1), damaged
    yield "2bit of 2**32 - 1 unknown", _with_number(first + 4, 2**32 - 1), damaged
    yield "2bit with a far record", _with_number(16 + 1 + 6, 2**32 - 1), damaged
    twice = _TWOBIT.replace(b"chr_11", b"chr_10")
    yield "2bit with a name twice", twice, refused("two records named chr_10")
    yield "2bit with an odd name", _TWOBIT.replace(b"chr_11", b"chr\x1b11"), refused("printable")
    yield "2bit", _TWOBIT, Same()
    yield "2bit of the other byte order", twobit(CHROMOSOMES, ">"), Same()
    yield "2bit with bytes after it", _TWOBIT + b"garbage", Same()


def _with_number(place: int, number: int) -> bytes:
    return _TWOBIT[:place] + struct.pack("<I", number) + _TWOBIT[place + 4 :]


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, outcome in (*_fasta_files(), *_twobit_files()):
        yield Case(f"genome: {name}", "genome", content, outcome, file="bad.fa")
    for name, index in _WRONG_INDEXES.items():
        wrong = refused("bad.fa.fai", "remove")
        prepare = partial(_write_with_index, index)
        name = f"genome: the index of {name}"
        yield Case(name, "genome", None, wrong, file="bad.fa", prepare=prepare)
    yield Case("genome: a folder", "genome", None, refused("found a folder"), prepare=Path.mkdir)
    yield Case("genome: no file", "genome", None, refused("no such file"))
    pipe = refused("bad.txt")
    yield Case("genome: a named pipe", "genome", None, pipe, prepare=os.mkfifo)


def _write_with_index(index: str, path: Path) -> None:
    path.write_bytes(CLEAN)
    path.with_name(path.name + ".fai").write_text(index)
