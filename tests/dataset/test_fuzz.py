"""Any damage to a dataset file is refused in one line, or does not matter."""

import tempfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError
from tests.dataset.files import write_six

FEW = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
with tempfile.TemporaryDirectory() as _folder:
    CONTENT = write_six(Path(_folder, "dataset.h5")).read_bytes()
#: Zeros are mostly room that is not used.
PLACES = [place for place, byte in enumerate(CONTENT) if byte]

damages = st.lists(
    st.tuples(
        st.sampled_from(PLACES) | st.integers(0, len(CONTENT) - 1),
        st.binary(min_size=1, max_size=8) | st.sampled_from([b"\xff" * 8, bytes(8), b"\x7f"]),
    ),
    min_size=1,
    max_size=4,
)
dtypes = (
    arrays.integer_dtypes()
    | arrays.floating_dtypes()
    | arrays.byte_string_dtypes(max_len=9)
    | arrays.boolean_dtypes()
    | arrays.complex_number_dtypes()
)
values = dtypes.flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0))
)
MEMBERS = (
    *(f"windows/{name}" for name in ("chrom", "start", "end", "strand", "name", "label", "split")),
    *(f"windows/{name}" for name in ("pad_left", "pad_right", "source_row", "source_length")),
    *(f"branches/{name}" for name in ("sequence", "structure", "conservation", "peaks")),
)
ATTRIBUTES = ("format", "format-version", "spec", "classes", "provenance")


def read(path: Path) -> None:
    """All of it, as commands do; what comes of it is whole."""
    with Dataset(path) as dataset:
        rows = np.arange(dataset.n_windows)
        windows = dataset.windows(rows)
        assert len(windows) == dataset.n_windows == len(dataset.label) == len(dataset.split)
        padding = windows.pad_left + windows.pad_right
        assert (windows.end - windows.start + padding == dataset.spec.window).all()
        for name in dataset.spec.encodings:
            branch = dataset.branch(name, rows)
            assert branch.shape == (dataset.n_windows, dataset.spec.window)
            assert np.isfinite(branch).all()


def check(path: Path) -> None:
    try:
        read(path)
    except DatasetError as error:
        assert str(error).startswith(f"{path}: ") and len(str(error).splitlines()) == 1
    assert list(path.parent.iterdir()) == [path]


@FEW
@given(damages)
def test_a_damaged_dataset_is_refused_or_whole(where: list[tuple[int, bytes]]) -> None:
    content = bytearray(CONTENT)
    for place, new in where:
        content[place : place + len(new)] = new
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dataset.h5")
        path.write_bytes(content)
        check(path)


@FEW
@given(name=st.sampled_from(MEMBERS), other=st.sampled_from(MEMBERS) | values)
def test_a_member_that_is_another_is_refused_or_whole(name: str, other: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dataset.h5")
        path.write_bytes(CONTENT)
        with h5py.File(path, "r+") as file:
            new = file[other][()] if isinstance(other, str) else other
            del file[name]
            file[name] = new
        check(path)


@FEW
@given(name=st.sampled_from(ATTRIBUTES), value=values | st.text() | st.binary(min_size=1))
def test_an_attribute_that_is_another_is_refused_or_means_the_same(name: str, value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dataset.h5")
        path.write_bytes(CONTENT)
        with h5py.File(path, "r+") as file:
            try:
                file.attrs[name] = value
            except (ValueError, TypeError):  # what HDF5 cannot hold
                return
        check(path)


def test_the_good_file_is_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dataset.h5")
        path.write_bytes(CONTENT)
        read(path)
