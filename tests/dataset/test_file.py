import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError
from enngene_core.intervals.windows import COLUMNS
from enngene_core.specs.preprocess import DatasetSpec
from tests.dataset.files import (
    N_WINDOWS,
    PROVENANCE,
    SPEC,
    SPLIT,
    six_branches,
    six_windows,
    write_six,
)
from tests.intervals.loci import make_windows
from tests.refusal import refused

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_six(tmp_path / "dataset.h5")


def test_what_was_written_is_read(path: Path) -> None:
    with Dataset(path) as dataset:
        assert dataset.n_windows == N_WINDOWS
        assert dataset.spec == SPEC
        assert list(dataset.spec.encodings) == list(SPEC.encodings)
        assert dataset.provenance == PROVENANCE
        assert dataset.rows("test").tolist() == [4, 5]
        assert dataset.split.tolist() == SPLIT.tolist()
        windows = dataset.windows(np.arange(N_WINDOWS))
        written = six_windows()
        assert windows.chroms == ("chr1",)
        for column in COLUMNS:
            found, expected = getattr(windows, column), getattr(written, column)
            assert found.tolist() == expected.tolist(), column
        for name, expected in six_branches().items():
            np.testing.assert_array_equal(
                dataset.branch(name, np.arange(N_WINDOWS)), expected, name
            )


def test_some_rows_are_read(path: Path) -> None:
    rows = np.array([1, 2, 5])
    with Dataset(path) as dataset:
        windows = dataset.windows(rows)
        assert [windows.locus(i).name for i in range(3)] == ["génè", "", "x" * 255]
        assert windows.pad_right.tolist() == [0, 0, 2]
        assert (windows.start.tolist(), windows.end.tolist()) == ([10, 20, 50], [15, 25, 53])
        for name, expected in six_branches().items():
            np.testing.assert_array_equal(dataset.branch(name, rows), expected[rows])
            assert dataset.branch(name, rows[:0]).shape == (0, SPEC.window)


def test_ready_sequences_of_one_name_stay_apart(tmp_path: Path) -> None:
    spec = DatasetSpec(classes=("a", "b", "c"), ready_classes=("b", "c"), window=5)
    windows = make_windows([("seq1", 0, 5)] * 4 + [("seq2", 0, 5)] * 2, labels=[0, 1, 2, 1, 1, 0])
    path = write_six(tmp_path / "dataset.h5", windows=windows, spec=spec)
    with Dataset(path) as dataset:
        found = dataset.windows(np.arange(N_WINDOWS))
    # A chromosome seq1, and a sequence of that name in each of two classes.
    assert found.chrom.tolist() == [0, 1, 2, 1, 3, 4]
    assert found.chroms == ("seq1", "seq1", "seq1", "seq2", "seq2")


def test_the_same_dataset_has_the_same_bytes(path: Path, tmp_path: Path) -> None:
    time.sleep(1.1)  # HDF5 stamps whole seconds
    again = write_six(tmp_path / "again.h5", order=np.array([5, 0, 3, 1, 4, 2]))
    assert again.read_bytes() == path.read_bytes()


def test_another_process_writes_the_same_bytes(path: Path, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from tests.dataset.files import write_six; "
        "write_six(pathlib.Path(sys.argv[1]))"
    )
    for number in range(2):
        other = tmp_path / f"of_process_{number}.h5"
        subprocess.run([sys.executable, "-c", code, other], check=True, cwd=ROOT)
        assert other.read_bytes() == path.read_bytes()


def test_an_empty_split_is_named(path: Path) -> None:
    with Dataset(path) as dataset, refused(DatasetError, path, "blackbox", "train 2"):
        dataset.rows("blackbox")


@pytest.mark.parametrize(
    ("branch", "value", "words"),
    [
        ("sequence", 5, ("found 5", "a code up to 4")),
        ("structure", 4, ("found 4", "a code up to 3")),
        ("conservation", np.nan, ("found nan", "a number")),
        ("peaks", np.inf, ("found inf", "a number")),
    ],
)
def test_a_value_out_of_range_is_named(
    path: Path, branch: str, value: float, words: tuple[str, ...]
) -> None:
    with h5py.File(path, "r+") as file:
        file[f"branches/{branch}"][3, 2] = value
    with Dataset(path) as dataset:
        dataset.branch(branch, np.array([0, 1]))
        with refused(DatasetError, path, f"/branches/{branch}", "row 3", "position 2", *words):
            dataset.branch(branch, np.array([0, 1, 3]))


def test_names_longer_than_any_other_are_kept_whole(tmp_path: Path) -> None:
    windows = six_windows()
    windows = replace(windows, chroms=("chr" + "ö" * 126,))
    path = write_six(tmp_path / "dataset.h5", windows=windows)
    with Dataset(path) as dataset:
        assert dataset.windows(np.arange(2)).chroms == windows.chroms


def test_a_dataset_of_any_name_is_read(path: Path, tmp_path: Path) -> None:
    shutil.move(path, tmp_path / "dataset_1.dat")
    with Dataset(tmp_path / "dataset_1.dat") as dataset:
        assert dataset.n_windows == N_WINDOWS


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused(DatasetError, tmp_path / "none.h5", "no such file"):
        Dataset(tmp_path / "none.h5")
