from pathlib import Path

import numpy as np
import pyBigWig

from enngene_core.branches.conservation import encode_conservation
from enngene_core.errors import SignalError
from enngene_core.formats.bigwig import Signal
from tests.branches.real_windows import real_windows, windows_at
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused


def test_by_hand_on_both_strands(tmp_path: Path) -> None:
    path = tmp_path / "scores.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 10_000)])
        file.addEntries("chr1", 2, values=[1.0, -2.0, 0.0], span=1, step=1)
        file.addEntries("chr1", 9000, values=[5.0], span=1, step=1)
    windows = windows_at([("chr1", 1, "+"), ("chr1", 8998, "-"), ("chr1", 1, "-")], 4)
    with Signal(path) as signal:
        scores, n_missing = encode_conservation(windows, signal, width=4)
    assert scores.dtype == np.float32
    assert scores.tolist() == [[0, 1, -2, 0], [0, 5, 0, 0], [0, -2, 1, 0]]
    assert n_missing.tolist() == [1, 3, 1]


def test_an_infinite_score_is_named(tmp_path: Path) -> None:
    path = tmp_path / "scores.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 100)])
        file.addEntries("chr1", 7, values=[float("inf")], span=1, step=1)
    with Signal(path) as signal, refused(SignalError, path, "chr1:7-8", "infinite"):
        encode_conservation(windows_at([("chr1", 5, "-")], 4), signal, width=4)


def test_the_same_as_one_request_a_window() -> None:
    windows = real_windows(width=41)
    with Signal(REAL_DATA / "phyloP.bw") as signal:
        scores, n_missing = encode_conservation(windows, signal, width=41)
    with pyBigWig.open(str(REAL_DATA / "phyloP.bw")) as plain:
        for index in range(len(windows)):
            chrom, start = windows.chrom[index], int(windows.start[index])
            values = plain.values(chrom, start, start + 41)
            expected = [0.0 if value != value else value for value in values]
            if windows.strand[index] == "-":
                expected.reverse()
            np.testing.assert_array_equal(scores[index], np.float32(expected))
            assert n_missing[index] == sum(value != value for value in values)
    assert 0 < n_missing.sum() < scores.size
