from dataclasses import replace
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from enngene_core.interpretation.attributions import Attributions
from enngene_core.interpretation.result import InterpretationResult
from enngene_core.interpretation.tracks import write_tracks
from tests.plots.results import interpretation_result


@pytest.fixture(scope="module")
def result() -> InterpretationResult:
    """Three windows of 4 on two chromosomes: two overlap, on both strands; one is padded."""
    result = interpretation_result(n_windows=4, window=4)
    windows = replace(
        result.windows,
        chroms=("chr2", "chr1"),
        chrom=np.array([0, 0, 1, 0], dtype=np.int32),
        start=np.array([12, 10, 0, 30]),
        end=np.array([16, 14, 3, 34]),
        pad_left=np.array([0, 0, 1, 0], dtype=np.int32),
        strand=np.array([b"+", b"-", b"+", b"+"]),
    )
    scores = np.array([[1, 2, 3, 4], [10, 20, 30, 40], [7, 8, 9, -6], [5, 5, 5, 5]], np.float32)
    attributions = Attributions({"sequence": scores}, np.ones(4, np.float32), np.full(4, 16))
    return replace(
        result,
        windows=windows,
        attributions=attributions,
        target=np.array([0, 0, 0, 1]),
        chrom_sizes={"chr2": 100, "chr10": 5, "chr1": 50},
    )


def test_tracks_hold_means_of_overlapping_windows(
    result: InterpretationResult, tmp_path: Path
) -> None:
    write_tracks(tmp_path / "tracks", result)
    names = ["class_1_sequence", "class_2_sequence"]
    expected = sorted(f"{name}.{end}" for name in names for end in ("bw", "bedgraph"))
    assert sorted(path.name for path in (tmp_path / "tracks").iterdir()) == expected
    # On the minus strand the first position that was read lies last.
    values = {10: 40, 11: 30, 12: (20 + 1) / 2, 13: (10 + 2) / 2, 14: 3, 15: 4}
    with pyBigWig.open(str(tmp_path / "tracks" / "class_1_sequence.bw")) as track:
        assert track.chroms() == result.chrom_sizes
        assert track.intervals("chr2") == tuple((p, p + 1, v) for p, v in values.items())
        assert track.intervals("chr1") == ((0, 1, 8.0), (1, 2, 9.0), (2, 3, -6.0))
        assert track.intervals("chr10") is None
    rows = (tmp_path / "tracks" / "class_1_sequence.bedgraph").read_text().splitlines()
    assert rows[:3] == ["chr1\t0\t1\t8", "chr1\t1\t2\t9", "chr1\t2\t3\t-6"]
    assert rows[3:] == [f"chr2\t{p}\t{p + 1}\t{v:g}" for p, v in values.items()]
    with pyBigWig.open(str(tmp_path / "tracks" / "class_2_sequence.bw")) as track:
        assert [track.values("chr2", 30, 34), track.intervals("chr1")] == [[5.0] * 4, None]


def test_the_same_result_has_the_same_bytes(result: InterpretationResult, tmp_path: Path) -> None:
    for name in "ab":
        write_tracks(tmp_path / name, result)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
