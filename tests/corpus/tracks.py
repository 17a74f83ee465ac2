"""Malformed files of tracks, and names that no branch or class can have."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

from tests.corpus import scores
from tests.corpus.case import Case, Outcome, Same, refused
from tests.corpus.real import EXONS, text, with_line

_NAMES = {
    "sequence": "must not be called sequence",
    **{
        name: "as the name of a branch; expected a letter"
        for name in ("1x", "a b", "a/b", "..", "x" * 41, "é", "$(touch escaped)", "<script>", "'")
    },
}


#: A third class, and what is said of it.
_CLASSES = {
    "x" * 10_000 + "={good}/exons.bed": "as the name of a class; expected 1 to 100",
    "a\nb={good}/exons.bed": "found 'a\\nb' as the name of a class",
    "\udcff={good}/exons.bed": "as the name of a class",
    "exons={good}/exons.bed": "class 'exons' is given 2 times",
    "name={good}/exons.bed": "tables use that word themselves",
    "={good}/exons.bed": "expected NAME=FILE",
    "{good}/exons.bed": "expected NAME=FILE",
    "'; $(touch escaped) <script>=nowhere": "class '; $(touch escaped) <script>: nowhere: no such",
    "..=" + "x" * 300: "class ..: xxx",
    "x=" + "y/" * 5_000: "class x: y/y/",
}


def _files() -> Iterator[tuple[str, bytes, Outcome]]:
    yield "a line of two columns", with_line(EXONS, 3, "chr_10\t5"), refused("line 3", "2 tab-sep")
    yield "a picture", b"\x89PNG\r\n\x1a\n\0", refused("found a PNG picture")
    yield "bigBed", b"\xeb\xf2\x89\x87" + bytes(100), refused("bigBed")
    yield "bigWig cut short", scores.CLEAN[:1000], refused("expected a whole bigWig file")
    yield "gzipped bigWig", gzip.compress(scores.CLEAN), refused("unpack it")
    yield "bedGraph", b"chr_10\t5\t6\t0.5\n", refused("bedGraphToBigWig")
    yield "wig of another genome", b"fixedStep chrom=chr1 start=1\n1\n", refused("no chromosome of")
    yield (
        "wig with text",
        b"fixedStep chrom=chr_10 start=1\nabc\n",
        refused("line 2", "found 'abc'"),
    )
    yield "empty", b"", refused("found an empty file")
    yield "FASTA", b">a\nACGT\n", refused("line 1", "looks like FASTA")
    yield "gzip cut short", gzip.compress(text(*EXONS))[:-20], refused("cut short")
    yield "CRLF", text(*EXONS).replace(b"\n", b"\r\n"), Same()
    yield "further chromosomes", text(*EXONS, "chrUn\t5\t50", "$(touch escaped)\t1\t9"), Same()
    yield "coordinates beyond the end", text(*EXONS, "chr_13\t159999\t200000"), Same()


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, outcome in _files():
        yield Case(f"track: {name}", "track", content, outcome)
    yield Case("track: a folder", "track", None, refused("is a folder"), prepare=Path.mkdir)
    yield Case("track: a named pipe", "track", None, refused("bad.txt"), prepare=os.mkfifo)
    for name, said in _NAMES.items():
        flags = ("--track", f"{name}={{good}}/exons.bed")
        yield Case(f"track called {name[:20]}", "words", None, refused(said), flags=flags)
    for what, tracks in {
        "twice": ["peaks={good}/exons.bed"] * 2,
        "without a name": ["{good}/exons.bed"],
        "without a file": ["peaks="],
    }.items():
        words = tuple(word for track in tracks for word in ("--track", track))
        yield Case(f"track given {what}", "words", None, refused("--track"), flags=words)
    for given, said in _CLASSES.items():
        flags = ("--intervals", given)
        yield Case(f"class given as {given[:30]!a}", "words", None, refused(said), flags=flags)
