import gzip
from pathlib import Path

import numpy as np
import pytest

from enngene_core.errors import SignalError
from enngene_core.formats.signals.wig import Wig
from tests.formats.wig_files import WIG, read, wig_file
from tests.refusal import refused

FIXED = "fixedStep chrom=1 start=3 step=1\n"
BAD_TEXTS = {
    "data before a header": ("0.5\n", 1, "'0.5' before any declaration"),
    "no chrom": ("fixedStep start=1 step=1\n5\n", 1, "fixedStep without chrom="),
    "no start": (FIXED + "5\nfixedStep chrom=1 step=1\n5\n", 3, "fixedStep without start="),
    "unknown key": (
        "fixedStep chrom=1 begin=1\n",
        1,
        "'begin=1' after fixedStep; expected chrom=, start=",
    ),
    "a key twice": ("fixedStep chrom=1 start=1 start=2\n", 1, "'start=2'"),
    "start under variableStep": ("variableStep chrom=1 start=5\n", 1, "'start=5'"),
    "no value": ("variableStep chrom=\n", 1, "'chrom='"),
    "a word": ("variableStep 1\n", 1, "found '1' after variableStep"),
    "start of 0": ("fixedStep chrom=1 start=0\n5\n", 1, "'0' as start"),
    "start below 0": ("fixedStep chrom=1 start=-5\n5\n", 1, "'-5' as start"),
    "start with commas": ("fixedStep chrom=1 start=1,000\n5\n", 1, "'1,000' as start"),
    "step of 0": ("fixedStep chrom=1 start=1 step=0\n5\n", 1, "'0' as step"),
    "huge start": (f"fixedStep chrom=1 start={2**41}\n5\n", 1, "as start"),
    "huge span": ("variableStep chrom=1 span=99999999999999\n", 1, "as span"),
    "span over step": ("fixedStep chrom=1 start=1 step=2 span=3\n", 1, "two scores"),
    "another word": ("fixedstep chrom=1 start=1\n5\n", 1, "'fixedstep chrom=1 start=1'"),
    "a longer word": (FIXED + "fixedSteps chrom=1 start=1\n", 2, "'fixedSteps'"),
    "not a name": (b"fixedStep chrom=\xff start=1\n", 1, "as chrom"),
    "text": (FIXED + "5\nhello\n", 3, "'hello' under fixedStep; expected one score"),
    "text after a score": (FIXED + "5\n6 hello\n", 3, "'6 hello'"),
    "two scores on a line": (FIXED + "5\n6 7\n8\n", 3, "'6 7'"),
    "two points": (FIXED + "1.5.1\n", 2, "'1.5.1'"),
    "decimal comma": (FIXED + "0.25\n1,5\n", 3, "'1,5'"),
    "underscores": (FIXED + "1_0\n", 2, "'1_0'"),
    "infinite": (FIXED + "5\ninf\n", 3, "infinite"),
    "too large": (FIXED + "5\n-1e39\n", 3, "infinite"),
    "position alone": ("variableStep chrom=1\n3 5\n4\n5 6\n", 3, "'4' under variableStep"),
    "two positions alone": ("variableStep chrom=1\n3\n4\n", 2, "expected a position and a score"),
    "three words": ("variableStep chrom=1\n3 4 5\n6\n", 2, "'3 4 5'"),
    "position of 0": ("variableStep chrom=1\n1 5\n0 5\n", 3, "position 0"),
    "position below 0": ("variableStep chrom=1\n-1 5\n", 2, "position -1"),
    "position of a part": ("variableStep chrom=1\n1.5 5\n", 2, "position 1.5"),
    "no position": ("variableStep chrom=1\nnan 5\n", 2, "position nan"),
    "huge position": (f"variableStep chrom=1\n{2**40 + 1} 5\n", 2, "position"),
    "counted beyond any genome": (f"fixedStep chrom=1 start=1 step={2**40}\n1\n2\n3\n", 4, "end"),
    "a base twice": (FIXED + "5\n" + FIXED + "6\n", 4, "1 has a second score at position 3"),
    "a base twice, in a row": (
        FIXED + "1\n2\n3\nfixedStep chrom=1 start=1\n4\nNaN\nNaN\n6\n",
        9,
        "position 4",
    ),
    "a position twice": ("variableStep chrom=1\n3 5\n4 6\n3 7\n", 4, "position 3"),
    "spans that overlap": ("variableStep chrom=1 span=4\n3 5\n6 6\n", 3, "position 6"),
    "bedGraph": (FIXED + "5\nchr1\t10\t20\t0.5\n", 3, "bedGraphToBigWig"),
    "bedGraph of numbers": (FIXED + "5\n1 10 20 0.5\n", 3, "bedGraphToBigWig"),
    "bedGraph track": (FIXED + "track type=bedGraph\n", 2, "bedGraphToBigWig"),
    "NUL": (FIXED + "5\n0\x005\n", 3, "binary data"),
    "script": (FIXED + "<script>alert(1)</script>\n", 2, "<script>"),
    "not UTF-8": (FIXED.encode() + b"5\n\xff\xfe\n", 3, "expected one score"),
    "control characters": (FIXED + "5\x01\n", 2, "'5\\x01'"),
}


@pytest.mark.parametrize(("text", "line", "words"), BAD_TEXTS.values(), ids=BAD_TEXTS)
@pytest.mark.parametrize("is_far", [False, True])
def test_a_bad_line_is_named(
    tmp_path: Path, text: str | bytes, line: int, words: str, is_far: bool
) -> None:
    text = text.encode() if isinstance(text, str) else text
    if is_far:
        before = b"# comment\n\nvariableStep chrom=other\n1 5\n"
        text, line = before + text, line + 4
        if words.endswith("before any declaration"):
            return
    path = wig_file(tmp_path, text)
    with refused(SignalError, path, f"line {line}:", words):
        read(path, {"1": [(0, 20)]})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"# nothing\n\n", "no scores"),
        (FIXED.encode("utf-16"), "UTF-16"),
        (gzip.compress(WIG.encode())[:-20], "cut short"),
        (gzip.compress(WIG.encode())[:-3], "cut short"),
        (gzip.compress(WIG.encode()) + b"more", "damaged"),
        (gzip.compress(WIG.encode()).replace(b"\x00", b"\x01"), "damaged"),
        (b"5" * 70_000, "65,536 characters"),
    ],
    ids=["comments", "UTF-16", "cut short", "cut at its end", "more", "damaged", "one long line"],
)
def test_a_file_that_is_no_wig(tmp_path: Path, content: bytes, words: str) -> None:
    path = wig_file(tmp_path, content)
    with refused(SignalError, path, words):
        Wig([path])


def test_another_assembly(tmp_path: Path) -> None:
    path, genome = wig_file(tmp_path, WIG), Path("genome.fa")
    wanted = {"chr1": np.array([[0, 2]])}
    with Wig([path]) as wig:
        with refused(SignalError, path, genome, "found chr1, chr2", "expected I, II"):
            wig.check_assembly({"I": 12, "II": 7}, genome)
        wig.check_assembly({"chr1": 12, "chr2": 7, "chr3": 5}, genome)
        assert len(list(wig.blocks(wanted))) == 1
        wig.check_assembly({"chr1": 11, "chr2": 7}, genome)
        with refused(SignalError, path, "line 12", "end of chr1", "11 bp", genome, "assembly"):
            list(wig.blocks(wanted))
        wig.check_assembly({"chr1": 12, "chr2": 6}, genome)
        with refused(SignalError, path, "line 9", "end of chr2", "6 bp", genome, "assembly"):
            list(wig.blocks(wanted))


def test_a_file_that_unpacks_without_end(tmp_path: Path) -> None:
    member = gzip.compress(b"#\n" * (1 << 26))
    path = wig_file(tmp_path, gzip.compress(b"fixedStep chrom=1 start=1\n5\n") + member * 9)
    with refused(SignalError, path, "unpack to more than 1,073,741,824"):
        Wig([path])
