from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.intervals.placement import Stretches, place_windows
from enngene_core.intervals.sliding import Grid, lay_grid
from enngene_core.specs.preprocess import PreprocessSpec
from tests.intervals.loci import make_intervals

EDGES = ("shift", "pad", "drop")
CHROMS, SIZES = ("chr2", "chr10", "tiny"), np.array([25, 12, 3])


def grid(
    stretches: list[tuple[int, int, int]], *, width: int = 6, step: int = 5, edge: str = "shift"
) -> Grid:
    chrom, start, end = np.array(stretches, dtype=np.int64).reshape(-1, 3).T
    return lay_grid(
        CHROMS, SIZES, width=width, step=step, edge=edge, chrom=chrom, start=start, end=end
    )


def runs(of: Grid) -> list[tuple[int, int, int]]:
    return list(zip(of.chrom.tolist(), of.first.tolist(), of.last.tolist(), strict=True))


def test_a_grid_worked_out_by_hand() -> None:
    whole = grid([(0, 0, 25), (1, 0, 12), (2, 0, 3)])
    # Browsers sort names by their letters.
    assert runs(whole) == [(1, 0, 3), (0, 0, 5), (2, 0, 1)]
    assert whole.n_cells == 9 and whole.scanned == [1, 0, 2]
    start, end = whole.bounds(1, np.arange(3))
    assert (start.tolist(), end.tolist()) == ([0, 5, 10], [5, 10, 12])
    # Middles are 2, 7 and 11; the first window and the last one are shifted inside.
    assert whole.window_starts(1, np.arange(3))[0].tolist() == [0, 4, 6]
    dropped = grid([(1, 0, 12)], edge="drop").window_starts(1, np.arange(3))
    assert dropped[0].tolist() == [-1, 4, 8] and dropped[1].tolist() == [False, True, False]


def test_cells_that_regions_touch_come_once() -> None:
    found = grid([(0, 14, 16), (0, 0, 1), (0, 4, 5), (1, 11, 12), (0, 21, 22), (0, 9, 11)])
    assert runs(found) == [(1, 2, 3), (0, 0, 5)]
    assert runs(grid([(0, 0, 1), (0, 10, 11)])) == [(0, 0, 1), (0, 2, 3)]


@given(
    stretches=st.lists(
        st.sampled_from([(0, 25), (1, 12), (2, 3)]).flatmap(
            lambda c: st.tuples(st.just(c[0]), st.integers(0, c[1] - 1), st.integers(1, c[1])).map(
                lambda s: (s[0], s[1], min(s[1] + s[2], dict(enumerate(SIZES))[s[0]]))
            )
        ),
        min_size=1,
    ),
    step=st.integers(1, 9),
    n_cells=st.integers(1, 4),
)
def test_the_cells_are_those_that_stretches_touch(
    stretches: list[tuple[int, int, int]], step: int, n_cells: int
) -> None:
    found = grid(stretches, step=step, width=9)
    touched = {(c, p // step) for c, start, end in stretches for p in range(start, end)}
    pieces = list(found.pieces(n_cells))
    cells = [(piece.chrom, cell) for piece in pieces for cell in piece.cells.tolist()]
    assert sorted(cells) == sorted(touched)
    assert cells == sorted(cells, key=lambda cell: (CHROMS[cell[0]].encode(), cell[1]))
    numbers = np.concatenate([np.arange(p.part.start, p.part.stop) for p in pieces])
    assert numbers.tolist() == list(range(found.n_cells))
    chrom, cell = found.cells_at(numbers)
    assert list(zip(chrom.tolist(), cell.tolist(), strict=True)) == cells


@pytest.mark.parametrize("edge", EDGES)
@given(step=st.integers(1, 12), width=st.integers(3, 30), size=st.integers(1, 60))
def test_windows_are_those_of_the_cells_as_intervals(
    edge: str, step: int, width: int, size: int
) -> None:
    assert edge in get_args(PreprocessSpec.model_fields["edge"].annotation)
    sizes = np.array([size])
    whole = lay_grid(
        ("c",),
        sizes,
        width=width,
        step=step,
        edge=edge,
        chrom=np.array([0]),
        start=np.array([0]),
        end=sizes,
    )
    (piece,) = whole.pieces(100)
    start, end = whole.bounds(0, piece.cells)
    placed = place_windows(
        make_intervals([("c", s, e) for s, e in zip(start.tolist(), end.tolist(), strict=True)]),
        Stretches(("c",), sizes),
        PreprocessSpec(window=width, edge=edge),
        stretch=np.zeros(len(start), dtype=np.int32),
        rng=np.random.default_rng(1),
        label=0,
    )
    found, is_kept = whole.window_starts(0, piece.cells)
    expected = placed.windows.start - placed.windows.pad_left
    assert found[is_kept].tolist() == expected.tolist()
