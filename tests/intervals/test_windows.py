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


def test_only_the_place_is_widened() -> None:
    wide = WINDOWS.widened(
        WINDOWS.start - 1, WINDOWS.end + 2, WINDOWS.pad_left + 3, WINDOWS.pad_right + 4
    )
    changed = {name for name in COLUMNS if columns(wide)[name] != columns(WINDOWS)[name]}
    assert changed == {"start", "end", "pad_left", "pad_right"}
    assert wide.locus(0) == Locus("chr2", 2, 10, "a", "-")
