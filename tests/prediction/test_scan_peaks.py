import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.intervals.sliding import Piece, lay_grid
from enngene_core.prediction.peaks import Peaks, RunFinder, write_peaks
from enngene_core.prediction.significance import significance

NA = float("nan")
#: Of 99 shuffled windows none scores above .5.
BACKGROUND = np.full(99, 0.5, dtype=np.float32)
ABOVE = significance(BACKGROUND, np.array([20] + [0] * 98 + [1]), cutoff=0.05)


def peaks_of(scores: list[float], at_once: int, *, size: int, step: int = 10) -> Peaks:
    sizes = np.array([size])
    grid = lay_grid(
        ("c",),
        sizes,
        width=step,
        step=step,
        edge="shift",
        chrom=np.array([0]),
        start=np.array([0]),
        end=sizes,
    )
    finder = RunFinder(grid, ABOVE, 1, 0)
    for first in range(0, len(scores), at_once):
        some = np.array(scores[first : first + at_once], dtype=np.float32)
        finder.add(Piece(0, first, first + len(some), first), some)
    return finder.peaks(0)


def test_runs_worked_out_by_hand() -> None:
    scores = [0.9, 0.2, 0.6, 0.8, 0.7, NA, 0.6, 0.5, 0.8, 0.95]
    for at_once in range(1, 11):
        found = peaks_of(scores, at_once, size=97)
        assert found.start.tolist() == [0, 20, 60, 80]
        assert found.end.tolist() == [10, 50, 70, 97]
        assert found.summit.tolist() == [5, 35, 65, 93]
        np.testing.assert_allclose(found.probability, [0.9, 0.8, 0.6, 0.95], atol=1e-7)
        assert (found.p == 0.01).all() and (found.label == 1).all()


@given(
    scores=st.lists(st.sampled_from([0.2, 0.6, 0.7, 0.8, NA]), min_size=1, max_size=40),
    at_once=st.integers(1, 12),
)
def test_pieces_do_not_matter(scores: list[float], at_once: int) -> None:
    size = 10 * len(scores)
    whole, pieces = peaks_of(scores, len(scores), size=size), peaks_of(scores, at_once, size=size)
    covered = np.zeros(size, dtype=bool)
    for start, end in zip(pieces.start.tolist(), pieces.end.tolist(), strict=True):
        assert not covered[start:end].any()
        covered[start:end] = True
    assert (covered == np.repeat(np.array(scores) > 0.5, 10)).all()
    for name in ("start", "end", "summit", "probability", "p", "q"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(pieces, name))


def test_names_of_classes_stay_in_their_column() -> None:
    file = io.BytesIO()
    found = peaks_of([0.9], 1, size=7)
    write_peaks(file, found, chroms=("c",), classes=("a", "=cmd() | x"), strands=("-",))
    row = file.getvalue().decode().rstrip("\n").split("\t")
    assert row == ["c", "0", "7", "'=cmd()_|_x", "900", "-", "0.900000", "2.00000", "1.97881", "3"]
