"""Malformed files of scores: bigWig, wig and what users take for them."""

import gzip
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyBigWig

from tests.core_fixtures import REAL_DATA
from tests.corpus.case import Case, Outcome, RefusedOrSame, Same, refused
from tests.corpus.real import CHROMOSOMES, EXONS, LENGTH, text
from tests.formats.genome_files import bgzip

_N_FLIPS = 12


def _wig_lines() -> list[str]:
    """Real scores on the parts of chromosomes that the corpus uses."""
    lines: list[str] = []
    place = 0
    for line in gzip.decompress((REAL_DATA / "phyloP.wigFix.gz").read_bytes()).decode().split("\n"):
        if line.startswith("fixed"):
            place = int(line.split("start=")[1].split()[0])
        elif place > LENGTH or not line:
            continue
        else:
            place += 1
        lines.append(line)
    return lines


def _is_header(line: str) -> bool:
    return line.startswith("fixed")


def bigwig(sizes: dict[str, int], lines: list[str]) -> bytes:
    """A bigWig file of fixedStep lines."""
    runs: list[tuple[str, int, list[float]]] = []
    for line in lines:
        if _is_header(line):
            words = dict(word.split("=") for word in line.split()[1:])
            runs.append((words["chrom"], int(words["start"]) - 1, []))
        else:
            runs[-1][2].append(float(line))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scores.bw")
        with pyBigWig.open(str(path), "w") as file:
            file.addHeader(list(sizes.items()))
            for chrom, start, scores in runs:
                if scores:
                    file.addEntries(chrom, start, values=scores, span=1, step=1)
        return path.read_bytes()


WIG = _wig_lines()
SIZES = {name: len(letters) for name, letters in CHROMOSOMES.items()}
CLEAN = bigwig(SIZES, WIG)
CLEAN_WIG = text(*WIG)
_FIRST = WIG[0]


def _bigwigs() -> Iterator[tuple[str, bytes, Outcome]]:
    damaged = refused("expected a whole bigWig file")
    for size in (8, 50, 64, 100, 400, 1000, len(CLEAN) // 2, len(CLEAN) - 5000, len(CLEAN) - 1):
        yield f"bigWig of {size} bytes", CLEAN[:size], damaged
    yield "bigWig of 3 bytes", CLEAN[:3], refused("bad")
    yield "bigWig with bytes after it", CLEAN + b"garbage", damaged
    yield "bigWig without its first bytes", CLEAN[1:], refused("bad")
    yield "bigBed", b"\xeb\xf2\x89\x87" + CLEAN[4:], refused("bigBed")
    yield "gzipped bigWig", gzip.compress(CLEAN), refused("a gzipped bigWig (unpack it)")
    yield "bigWig with zeros in its middle", _zeroed(0.4, 0.6), damaged
    other = bigwig({"chr1": 1000}, ["fixedStep chrom=chr1 start=10 step=1", "1"])
    yield "bigWig of another genome", other, refused("has no chromosome of", "found chr1")
    longer = bigwig({name: size + 1 for name, size in SIZES.items()}, WIG)
    yield "bigWig of another assembly", longer, refused("60001 bp, but 60000 bp", "same assembly")
    infinite = bigwig(SIZES, [line if _is_header(line) else "1e39" for line in WIG])
    yield "bigWig of infinite scores", infinite, refused("infinite", "expected numbers")
    for seed in range(_N_FLIPS):
        rng = random.Random(seed)
        # Half of them in the first bytes, which say where all else lies.
        place = rng.randrange(1000 if seed % 2 else len(CLEAN))
        yield (
            f"bigWig with a flipped bit, byte {place}",
            _flipped(place, 1 << seed % 8),
            RefusedOrSame(),
        )
    yield "bigWig", CLEAN, Same()


def _zeroed(first: float, last: float) -> bytes:
    begin, end = int(first * len(CLEAN)), int(last * len(CLEAN))
    return CLEAN[:begin] + bytes(end - begin) + CLEAN[end:]


def _flipped(place: int, bit: int) -> bytes:
    return CLEAN[:place] + bytes([CLEAN[place] ^ bit]) + CLEAN[place + 1 :]


def _wigs() -> Iterator[tuple[str, bytes, Outcome]]:
    yield "step 0", _header("step=0"), refused("line 1", "found '0' as step")
    yield "start 0", _header("start=0"), refused("line 1", "found '0' as start")
    yield "a negative start", _header("start=-5"), refused("line 1", "found '-5' as start")
    yield "a huge start", _header("start=" + "9" * 30), refused("line 1", "as start; expected a")
    yield (
        "no chromosome",
        text(_FIRST.replace("chrom=chr_10 ", ""), *WIG[1:]),
        refused("line 1", "without chrom="),
    )
    yield "a word that is not known", _header("stepp=1"), refused("line 1", "found 'stepp=1' after")
    yield (
        "a kind that is not known",
        CLEAN_WIG.replace(b"fixedStep", b"fixedStap", 1),
        refused("neither bigWig nor wig"),
    )
    yield "a span beyond the step", _header("span=5"), refused("line 1", "span 5 is greater than")
    yield "scores before the header", text("0.5", *WIG), refused("neither bigWig nor wig")
    yield "text among scores", _inserted("abc"), refused("line 5", "found 'abc' under fixedStep")
    yield (
        "two numbers on a line",
        _inserted("1 2"),
        refused("line 5", "found '1 2' under fixedStep"),
    )
    yield "bedGraph lines", _inserted("chr_10\t5\t6\t0.5"), refused("line 5", "bedGraph")
    yield "bedGraph alone", b"chr_10\t5\t6\t0.5\n", refused("bedGraph")
    yield "an infinite score", _inserted("inf"), refused("line 5", "infinite score")
    yield "a score beyond float32", _inserted("1e39"), refused("line 5", "infinite score")
    yield "a NUL byte", _inserted("1\0"), refused("line 5", "binary data")
    yield "a line of 100,000 digits", _inserted("1" * 100_000), refused("line 5", "under fixedStep")
    twice = CLEAN_WIG + text("fixedStep chrom=chr_10 start=20896 step=1", "1", "1")
    yield "a position twice", twice, refused(f"line {len(WIG) + 2}", "a second score")
    beyond = CLEAN_WIG + text(f"fixedStep chrom=chr_13 start={LENGTH} step=1", "1", "1")
    yield "beyond the end", beyond, refused(f"line {len(WIG) + 3}", "beyond the end of chr_13")
    packed = gzip.compress(CLEAN_WIG, 1)
    yield "wig, gzip cut short", packed[:-2000], refused("cut short or damaged")
    yield "wig, gzip with a wrong checksum", packed[:-8] + bytes(8), refused("cut short or damaged")
    yield "wig, gzip with garbage after it", packed + b"garbage", refused("damaged")
    yield "wig in UTF-16", CLEAN_WIG.decode().encode("utf-16"), refused("UTF-16")
    yield "wig of another genome", CLEAN_WIG.replace(b"chr_", b"other"), refused("no chromosome of")
    variable = "variableStep chrom=chr_10"
    yield "variableStep, one number", text(variable, "5"), refused("line 2", "a position and a")
    yield "variableStep, position 0", text(variable, "0 1"), refused("line 2", "found position 0")
    yield (
        "variableStep, a fraction",
        text(variable, "1.5 1"),
        refused("line 2", "found position 1.5"),
    )
    yield "variableStep, a position twice", text(variable, "30000 1", "30000 2"), RefusedOrSame()
    yield "BED", text(*EXONS), refused("neither bigWig nor wig")
    yield "a picture", b"\x89PNG\r\n\x1a\n\0", refused("neither bigWig nor wig")
    yield "empty", b"", refused("found an empty file")
    yield (
        "declarations alone",
        text(*(f"fixedStep chrom={name} start=1" for name in SIZES)),
        Same(("branches",)),
    )
    yield "wig", CLEAN_WIG, Same()
    yield "wig, gzip", packed, Same()
    yield "wig, bgzip", bgzip(CLEAN_WIG), Same()
    yield "wig, CRLF", CLEAN_WIG.replace(b"\n", b"\r\n"), Same()
    yield "wig, no last newline", CLEAN_WIG[:-1], Same()
    header = b'#\ntrack type=wiggle_0 name="<script>"\nbrowser x\n'
    yield (
        "wig with header lines",
        header + CLEAN_WIG.replace(b"fixed", header + b"fixed", 3),
        Same(),
    )


def _header(words: str) -> bytes:
    """The file, one word of whose first line is another."""
    name = words.split("=")[0]
    kept = [word for word in _FIRST.split() if not word.startswith(f"{name}=")]
    return text(" ".join([*kept, words]), *WIG[1:])


def _inserted(line: str) -> bytes:
    return text(*WIG[:4], line, *WIG[4:])


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, outcome in (*_bigwigs(), *_wigs()):
        yield Case(f"scores: {name}", "scores", content, outcome, file="bad.txt")
    yield Case("scores: a folder", "scores", None, refused("is a folder"), prepare=Path.mkdir)
    yield Case("scores: no file", "scores", None, refused("no such file"))
    pipe = refused("bad.txt")
    yield Case("scores: a named pipe", "scores", None, pipe, prepare=os.mkfifo)
    address = refused("no such file")
    yield Case("scores: an address", "scores", None, address, file="http://localhost/a.bw")
