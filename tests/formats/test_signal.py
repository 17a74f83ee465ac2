import gzip
from pathlib import Path

import pytest

from enngene_core.errors import SignalError
from enngene_core.formats.signals.bigwig import BigWig
from enngene_core.formats.signals.file import open_signal, track_kind
from enngene_core.formats.signals.wig import Wig
from tests.core_fixtures import REAL_DATA
from tests.formats.bigwig_files import bigwig, fixed
from tests.refusal import refused

WIG = b"fixedStep chrom=1 start=1\n5\n"
VARIABLE = b"track type=wiggle_0\n\n# text\nvariableStep chrom=1\n5 5\n"
BED = b"chr1\t10\t20\n"
BIGWIG = bigwig([fixed(2, [1])])
SIGNALS = {
    "wig": WIG,
    "variableStep": VARIABLE,
    "CRLF": WIG.replace(b"\n", b"\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + WIG,
    "packed": gzip.compress(WIG),
    "wig without a declaration": b"track type=wiggle_0\n5\n",
    "bigWig": BIGWIG,
}
REGIONS = {
    "BED": BED,
    "packed BED": gzip.compress(BED),
    "names that are numbers": b"chr1\t10\t20\t1\nchr1\t30\t40\t2\n",
    "BED6": b"chr1\t10\t20\tname\t0.5\t+\n",
    "names and numbers": b"chr1\t10\t20\t0.5\nchr1\t30\t40\tpeak\n",
    "GFF": b"##gff-version 3\nchr1\tx\texon\t1\t5\t.\t+\t.\tID=1\n",
    "track": b"track name=regions\n" + BED,
}
SCORES_NOT_READ = {
    "bedGraph": (b"chr1\t10\t20\t1\nchr1\t30\t40\t0.5\n", "bedGraphToBigWig"),
    "exponents": (b"chr1\t10\t20\t1e-5\n", "bedGraphToBigWig"),
    "bedGraph track": (b"track type=bedGraph\nchr1\t10\t20\t1\n", "bedGraphToBigWig"),
    "packed bigWig": (gzip.compress(BIGWIG), "gzipped bigWig"),
    "bigBed": (b"\xeb\xf2\x89\x87" + BIGWIG[4:], "bigBed"),
    "UTF-16": (WIG.decode().encode("utf-16"), "UTF-16"),
}
NO_FILE = {
    "empty": (b"", "empty"),
    "cut short": (gzip.compress(WIG)[:-5], "cut short"),
}


def written(folder: Path, content: bytes) -> Path:
    path = folder / "dataset_1.dat"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", SIGNALS.values(), ids=SIGNALS)
def test_scores_are_told_by_content(tmp_path: Path, content: bytes) -> None:
    assert track_kind(written(tmp_path, content)) == "signal"


@pytest.mark.parametrize("content", REGIONS.values(), ids=REGIONS)
def test_regions_are_told_by_content(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    assert track_kind(path) == "regions"
    with refused(SignalError, path, "expected a bigWig or wig file"):
        open_signal([path])


@pytest.mark.parametrize(
    ("content", "words"),
    (SCORES_NOT_READ | NO_FILE).values(),
    ids=SCORES_NOT_READ | NO_FILE,
)
def test_scores_in_other_formats_are_neither(tmp_path: Path, content: bytes, words: str) -> None:
    path = written(tmp_path, content)
    with refused(SignalError, path, words):
        track_kind(path)
    with refused(SignalError, path, words):
        open_signal([path])


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.bw", Path("http://127.0.0.1:9/scores.bw")):
        with refused(SignalError, path, "no such file"):
            track_kind(path)
        with refused(SignalError, path, "no such file"):
            open_signal([path])
    with refused(SignalError, tmp_path, "folder"):
        open_signal([tmp_path])
    with refused(SignalError, "no file of scores"):
        open_signal([])


def test_one_bigwig_or_some_wigs(tmp_path: Path) -> None:
    packed, signal = REAL_DATA / "phyloP.wigFix.gz", REAL_DATA / "phyloP.bw"
    with open_signal([signal]) as opened:
        assert isinstance(opened, BigWig)
    with open_signal([packed, written(tmp_path, VARIABLE)]) as opened:
        assert isinstance(opened, Wig)
        assert opened.chroms == {"1", "chr_10", "chr_11", "chr_12", "chr_13"}
    for paths in ([signal, signal], [signal, packed], [packed, signal]):
        with refused(SignalError, signal, "2 files", "alone"):
            open_signal(paths)


def test_regions_of_real_data_are_regions() -> None:
    for name in ("exons.bed", "new.narrowPeak"):
        assert track_kind(REAL_DATA / name) == "regions"
