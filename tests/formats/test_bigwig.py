import shutil
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from enngene_core.errors import SignalError
from enngene_core.formats.bigwig import Signal
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused


@pytest.fixture
def bigwig(tmp_path: Path) -> Path:
    """Scores 1, 2, 3 at chr1:2-5 and nothing else."""
    path = tmp_path / "scores.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 10), ("chr2", 6)])
        file.addEntries("chr1", 2, values=[1.0, 2.0, 3.0], span=1, step=1)
    return path


def test_scores_and_missing_ones(bigwig: Path) -> None:
    nan = np.nan
    with Signal(bigwig) as signal:
        scores = signal.read("chr1", 1, 7)
        assert signal.chrom_sizes == {"chr1": 10, "chr2": 6}
        assert np.isnan(signal.read("chr2", 0, 6)).all()
    assert scores.dtype == np.float32
    np.testing.assert_array_equal(scores, [nan, 1, 2, 3, nan, nan])


def test_the_name_of_the_file_says_nothing(bigwig: Path, tmp_path: Path) -> None:
    path = tmp_path / "dataset_1.dat"
    shutil.copy(bigwig, path)
    with Signal(path) as signal:
        assert signal.read("chr1", 4, 5) == 3


def test_real_scores_are_those_of_the_wig_file() -> None:
    import gzip

    expected = np.full(160_000, np.nan, dtype=np.float32)
    chrom = position = None
    with gzip.open(REAL_DATA / "phyloP.wigFix.gz", "rt") as lines:
        for line in lines:
            if line.startswith("fixedStep"):
                header = dict(word.split("=") for word in line.split()[1:])
                chrom, position = header["chrom"], int(header["start"]) - 1
                assert header.get("step", "1") == "1"
            elif not line.startswith(("#", "track")) and position is not None:
                if chrom == "chr_11":
                    expected[position] = float(line)
                position += 1
    with Signal(REAL_DATA / "phyloP.bw") as signal:
        np.testing.assert_allclose(signal.read("chr_11", 0, 160_000), expected, rtol=1e-6)
    assert np.isfinite(expected).sum() > 10_000


def test_another_assembly_is_refused(bigwig: Path) -> None:
    genome = Path("genome.fa")
    with Signal(bigwig) as signal:
        signal.check_assembly({"chr1": 10, "chrUn": 3}, genome)
        with refused(SignalError, bigwig, genome, "chr1", "10 bp", "12 bp", "same assembly"):
            signal.check_assembly({"chr1": 12}, genome)
        with refused(SignalError, bigwig, genome, "found chr1, chr2", "expected I, II"):
            signal.check_assembly({"I": 10, "II": 6}, genome)


@pytest.mark.parametrize("content", [b"", b"chr1\t1\t2\t0.5\n", b"\x26\xfc\x8f\x88" + b"\0" * 60])
def test_what_is_no_bigwig_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "scores.bw"
    path.write_bytes(content)
    with refused(SignalError, path, "expected a bigWig"):
        Signal(path)


def test_a_bigbed_file_is_refused(tmp_path: Path, bigwig: Path) -> None:
    # pyBigWig cannot write one: the same container with the other magic number.
    path = tmp_path / "peaks.bb"
    path.write_bytes(b"\xeb\xf2\x89\x87" + bigwig.read_bytes()[4:])
    with refused(SignalError, path, "bigBed", "expected a bigWig"):
        Signal(path)


@pytest.mark.parametrize("n_bytes", [30, 500, 100_000, 409_000])
def test_a_truncated_file_is_refused(tmp_path: Path, n_bytes: int) -> None:
    path = tmp_path / "cut.bw"
    path.write_bytes((REAL_DATA / "phyloP.bw").read_bytes()[:n_bytes])
    with refused(SignalError, path), Signal(path) as signal:
        signal.read("chr_13", 0, 160_000)


def test_a_missing_file_and_an_address_are_not_opened(tmp_path: Path) -> None:
    for path in (tmp_path / "none.bw", Path("http://127.0.0.1:9/scores.bw")):
        with refused(SignalError, path, "no such file"):
            Signal(path)
