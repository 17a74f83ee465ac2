from dataclasses import fields

import numpy as np

from enngene_core.formats.intervals.intervals import Locus
from enngene_core.intervals.windows import COLUMNS, Windows, concatenate
from tests.intervals.loci import make_windows

WINDOWS = make_windows(
    [("chr2", 3, 8, "-"), ("génome", 0, 5, "+"), ("chr2", 7, 12)],
    labels=[0, 1, 1],
    names=["a", "génè", "."],
)


def columns(windows: Windows) -> dict[str, list]:
    return {name: getattr(windows, name).tolist() for name in COLUMNS}


def test_a_window_with_its_names_as_text() -> None:
    assert WINDOWS.locus(0) == Locus("chr2", 3, 8, "a", "-")
    assert WINDOWS.locus(1) == Locus("génome", 0, 5, "génè", "+")
    assert WINDOWS.chrom_names.tolist() == [b"chr2", "génome".encode(), b"chr2"]
    assert WINDOWS.is_minus.tolist() == [True, False, False]


def test_every_column_is_taken() -> None:
    taken = WINDOWS.take(np.array([2, 0]))
    assert len(taken) == 2
    assert taken.chroms == WINDOWS.chroms
    for name, values in columns(WINDOWS).items():
        assert getattr(taken, name).tolist() == [values[2], values[0]]
    assert set(COLUMNS) == {field.name for field in fields(Windows)} - {"chroms"}


def test_parts_are_put_together_again() -> None:
    parts = [WINDOWS.take(np.array(rows, dtype=int)) for rows in ([0], [], [1, 2])]
    assert columns(concatenate(parts)) == columns(WINDOWS)


def test_flanks_are_padded_beyond_an_end() -> None:
    wide = WINDOWS.with_flanks(4, np.array([13, 9]))  # chr2 and génome
    changed = {name for name in COLUMNS if columns(wide)[name] != columns(WINDOWS)[name]}
    assert changed == {"start", "end", "pad_left", "pad_right"}
    assert [wide.locus(i)[:3] for i in range(3)] == [
        ("chr2", 0, 12), ("génome", 0, 9), ("chr2", 3, 13)
    ]  # fmt: skip
    assert wide.pad_left.tolist() == [1, 4, 0]
    assert wide.pad_right.tolist() == [0, 0, 3]
    assert WINDOWS.with_flanks(0, np.array([13, 9])) is WINDOWS


def test_flanks_of_a_padded_window_lie_beyond_its_padding() -> None:
    wide = WINDOWS.with_flanks(4, np.array([13, 9])).with_flanks(2, np.array([13, 9]))
    at_once = WINDOWS.with_flanks(6, np.array([13, 9]))
    assert columns(wide) == columns(at_once)
