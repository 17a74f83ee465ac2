import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyBigWig
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.branches import tracks
from enngene_core.branches.tracks import encode_regions, encode_signal
from enngene_core.errors import SignalError
from enngene_core.formats.intervals.file import read_intervals
from enngene_core.formats.signals.file import open_signal
from enngene_core.intervals.windows import Windows, concatenate
from tests.branches.real_windows import real_windows, windows_at
from tests.core_fixtures import REAL_DATA
from tests.formats.bigwig_files import bigwig, fixed
from tests.refusal import refused


def scores_of(windows: Windows, path: Path, width: int, **options) -> tuple[np.ndarray, np.ndarray]:
    """Scores and missing ones of all windows, each of which must come once."""
    scores = np.full((len(windows), width), 9e9, dtype=np.float32)
    n_missing = np.full(len(windows), -1)
    n_rows = 0
    with open_signal([path]) as signal:
        for rows, values, missing in encode_signal(windows, signal, width=width, **options):
            assert values.dtype == np.float32 and values.shape == (len(rows), width)
            assert missing.dtype == np.int64
            scores[rows], n_missing[rows] = values, missing
            n_rows += len(rows)
    assert n_rows == len(windows)
    return scores, n_missing


def inside_of(windows: Windows, path: Path, width: int, **options) -> np.ndarray:
    """Membership of all windows, each of which must come once."""
    inside = np.full((len(windows), width), 9, dtype=np.float32)
    n_rows = 0
    for rows, values in encode_regions(windows, read_intervals(path), width=width, **options):
        assert values.dtype == np.float32 and values.shape == (len(rows), width)
        inside[rows] = values
        n_rows += len(rows)
    assert n_rows == len(windows)
    return inside


def padded(windows: Windows, left: list[int], right: list[int]) -> Windows:
    """The same windows, shortened by padding on both sides."""
    left, right = np.array(left, dtype=np.int32), np.array(right, dtype=np.int32)
    return replace(
        windows,
        start=windows.start + left,
        end=windows.end - right,
        pad_left=left,
        pad_right=right,
    )


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """Scores 1, -2, 0 at chr1:2-5 and 5 at chr1:9000-9001."""
    path = tmp_path / "scores.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 9_002), ("2", 10)])
        file.addEntries("chr1", 2, values=[1.0, -2.0, 0.0], span=1, step=1)
        file.addEntries("chr1", 9000, values=[5.0], span=1, step=1)
    return path


def test_by_hand_on_both_strands(by_hand: Path) -> None:
    windows = windows_at([("chr1", 1, "+"), ("chr1", 8998, "-"), ("chr1", 1, "-")], 4)
    scores, n_missing = scores_of(windows, by_hand, 4)
    assert scores.tolist() == [[0, 1, -2, 0], [0, 5, 0, 0], [0, -2, 1, 0]]
    assert n_missing.tolist() == [1, 3, 1]


def test_padding_is_zero_and_not_missing(by_hand: Path) -> None:
    places = [("chr1", -2, "+"), ("chr1", -2, "-"), ("chr1", 8999, "-"), ("2", -3, "+")]
    windows = padded(windows_at(places, 6), [2, 2, 0, 3], [0, 0, 3, 2])
    scores, n_missing = scores_of(windows, by_hand, 6)
    assert scores.tolist() == [
        [0, 0, 0, 0, 1, -2],
        [-2, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 5, 0],
        [0] * 6,
    ]
    assert n_missing.tolist() == [2, 2, 2, 1]


def test_names_and_chromosomes_without_scores(by_hand: Path) -> None:
    places = [("I", 2, "+"), ("chr2", 0, "-"), ("chrUn", 5, "+"), ("chr1", 3, "+")]
    windows = windows_at(places, 2)
    scores, n_missing = scores_of(windows, by_hand, 2, names={"I": "chr1", "chr2": "2"})
    assert scores.tolist() == [[1, -2], [0, 0], [0, 0], [-2, 0]]
    assert n_missing.tolist() == [0, 2, 2, 0]


def test_an_infinite_score_is_named(tmp_path: Path) -> None:
    path = tmp_path / "scores.bw"
    path.write_bytes(bigwig([fixed(7, [np.inf])]))
    with refused(SignalError, path, "chr1:7-8", "infinite"):
        scores_of(windows_at([("chr1", 5, "-")], 4), path, 4)


def plain_scores(windows: Windows, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A request a window."""
    scores, n_missing = np.zeros((len(windows), width), np.float32), np.zeros(len(windows), int)
    with pyBigWig.open(str(REAL_DATA / "phyloP.bw")) as plain:
        for index in range(len(windows)):
            locus = windows.locus(index)
            left = int(windows.pad_left[index])
            values = np.array(plain.values(locus.chrom, locus.start, locus.end))
            n_missing[index] = np.isnan(values).sum()
            scores[index, left : left + len(values)] = np.nan_to_num(values)
            if locus.strand == "-":
                scores[index] = scores[index, ::-1].copy()
    return scores, n_missing


@pytest.mark.parametrize("name", ["phyloP.bw", "phyloP.wigFix.gz"])
@pytest.mark.parametrize("width", [3, 41, 2001])
@pytest.mark.parametrize("longest", [1 << 18, 1000])
def test_the_same_as_one_request_a_window(
    name: str, width: int, longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracks, "_LONGEST", longest)
    monkeypatch.setattr(tracks, "_BLOCK", 4 * width * 7)
    windows = real_windows(width=width)
    ends = windows_at([("chr_11", -1, "-"), ("chr_12", 160_002 - width, "+")], width)
    ends = replace(padded(ends, [1, 0], [0, 2]), chroms=windows.chroms)
    ends.chrom[:] = [windows.chroms.index("chr_11"), windows.chroms.index("chr_12")]
    windows = concatenate([windows, ends])
    scores, n_missing = scores_of(windows, REAL_DATA / name, width)
    expected, expected_missing = plain_scores(windows, width)
    np.testing.assert_array_equal(scores, expected)
    np.testing.assert_array_equal(n_missing, expected_missing)
    assert 0 < n_missing.sum() < scores.size


def test_windows_that_cover_each_other_across_many_stretches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracks, "_LONGEST", 16)
    path = tmp_path / "scores.bw"
    path.write_bytes(bigwig([fixed(0, range(300))]))
    windows = windows_at([("chr1", start, "+-"[start % 2]) for start in range(250)], 50)
    scores, n_missing = scores_of(windows, path, 50)
    expected = np.arange(250)[:, None] + np.arange(50)
    expected[1::2] = expected[1::2, ::-1]
    np.testing.assert_array_equal(scores, expected)
    assert not n_missing.any()


def test_a_consumer_that_stops_early_leaves_no_thread(by_hand: Path) -> None:
    before = threading.active_count()
    windows = windows_at([("chr1", 1, "+"), ("2", 1, "+")], 4)
    with open_signal([by_hand]) as signal:
        blocks = encode_signal(windows, signal, width=4)
        next(blocks)
        blocks.close()
    assert threading.active_count() == before


def test_no_windows_are_no_blocks(by_hand: Path) -> None:
    none = windows_at([("chr1", 1, "+")], 4).take(np.empty(0, np.int64))
    scores_of(none, by_hand, 4)


REGIONS = "chr1\t2\t4\tx\t0\t-\nchr1\t3\t6\nchr1\t6\t7\nchr1\t9\t20\nchr2\t0\t1\n"


def test_regions_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "regions.bed"
    path.write_text(REGIONS)
    places = [
        *(("chr1", 0, "+"), ("chr1", 0, "-"), ("chr1", 5, "."), ("chr1", 12, "+")),
        *(("chr2", 0, "+"), ("I", 1, "-"), ("chr3", 0, "+")),
    ]
    inside = inside_of(windows_at(places, 5), path, 5, names={"I": "chr1"})
    assert inside.tolist() == [
        [0, 0, 1, 1, 1],
        [1, 1, 1, 0, 0],
        [1, 1, 0, 0, 1],
        [1] * 5,
        [1, 0, 0, 0, 0],
        [1, 1, 1, 1, 0],
        [0] * 5,
    ]


def test_padding_lies_outside_of_regions(tmp_path: Path) -> None:
    path = tmp_path / "regions.bed"
    path.write_text("chr1\t0\t100\n")
    windows = padded(windows_at([("chr1", -2, "+"), ("chr1", 96, "-")], 5), [2, 0], [0, 1])
    assert inside_of(windows, path, 5).tolist() == [[0, 0, 1, 1, 1], [0, 1, 1, 1, 1]]


@given(
    regions=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.integers(1, 15))),
    starts=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.sampled_from("+-."))),
    width=st.integers(3, 20),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_regions_are_those_of_a_plain_reader(
    tmp_path: Path,
    regions: list[tuple[str, int, int]],
    starts: list[tuple[str, int, str]],
    width: int,
) -> None:
    regions = [("d", 0, 5), *regions]
    path = tmp_path / "regions.bed"
    path.write_text("".join(f"{c}\t{start}\t{start + n}\n" for c, start, n in regions))
    inside = inside_of(windows_at(starts, width), path, width)
    bases = {(c, base) for c, start, n in regions for base in range(start, start + n)}
    for (chrom, start, strand), found in zip(starts, inside, strict=True):
        expected = [float((chrom, start + i) in bases) for i in range(width)]
        assert found.tolist() == (expected[::-1] if strand == "-" else expected)


def test_real_exons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "_BLOCK", 4 * 41 * 11)
    windows = real_windows(width=41)
    inside = inside_of(windows, REAL_DATA / "exons.bed", 41)
    exons = read_intervals(REAL_DATA / "exons.bed")
    covered = {chrom: np.zeros(160_000, np.float32) for chrom in exons.chroms}
    for index in range(len(exons)):
        locus = exons.locus(index)
        covered[locus.chrom][locus.start : locus.end] = 1
    for index, found in enumerate(inside):
        locus = windows.locus(index)
        expected = covered[locus.chrom][locus.start : locus.end]
        np.testing.assert_array_equal(found, expected[::-1] if locus.strand == "-" else expected)
    assert 0 < inside.mean() < 1
