import shutil
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from enngene_core.dataset.file import Dataset, write_dataset
from enngene_core.errors import DatasetError
from enngene_core.intervals.windows import Windows
from enngene_core.specs.preprocess import DatasetSpec
from tests.core_fixtures import RealDataset
from tests.refusal import refused

N_WINDOWS, WIDTH = 6, 5


def write(path: Path) -> Path:
    rng = np.random.default_rng(0)
    start = np.arange(N_WINDOWS) * 10
    write_dataset(
        path,
        windows=Windows(
            chrom=np.array(["chr1"] * N_WINDOWS, dtype=object),
            start=start,
            end=start + WIDTH,
            strand=np.array(list("+-.+-."), dtype=object),
            name=np.array(["gene", "génè", "", ".", "=1", "x" * 300], dtype=object),
            label=np.array([0, 1] * 3, dtype=np.int32),
            source_row=np.arange(N_WINDOWS) + 1,
        ),
        split=np.array([0, 0, 1, 1, 2, 2], dtype=np.uint8),
        branches={
            "sequence": rng.integers(0, 5, (N_WINDOWS, WIDTH), dtype=np.uint8),
            "structure": rng.integers(0, 3, (N_WINDOWS, WIDTH), dtype=np.uint8),
            "conservation": rng.normal(size=(N_WINDOWS, WIDTH)).astype(np.float32),
        },
        spec=DatasetSpec(
            branches=("sequence", "structure", "conservation"), window=WIDTH, classes=("a", "b")
        ),
        provenance={"inputs_sha256": {"fasta": "00"}, "software": {}},
    )
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "dataset.h5")


def test_what_was_written_is_read(path: Path) -> None:
    with Dataset(path) as dataset:
        windows = dataset.windows(np.array([1, 5]))
        assert dataset.n_windows == N_WINDOWS
        assert dataset.spec.classes == ("a", "b")
        assert dataset.provenance["inputs_sha256"] == {"fasta": "00"}
        assert dataset.rows("test").tolist() == [4, 5]
        assert windows.name.tolist() == ["génè", "x" * 300]
        assert windows.strand.tolist() == ["-", "."]
        assert (windows.start.tolist(), windows.end.tolist()) == ([10, 50], [15, 55])
        with h5py.File(path) as file:
            for name in dataset.spec.branches:
                expected = file[f"branches/{name}"][:][[0, 3]]
                np.testing.assert_array_equal(dataset.branch(name, np.array([0, 3])), expected)


def test_the_same_dataset_has_the_same_bytes(path: Path, tmp_path: Path) -> None:
    time.sleep(1.1)  # HDF5 stamps whole seconds
    assert write(tmp_path / "again.h5").read_bytes() == path.read_bytes()


def test_an_empty_split_is_named(path: Path) -> None:
    with Dataset(path) as dataset, refused(DatasetError, path, "blackbox", "train 2"):
        dataset.rows("blackbox")


def replace(name: str, values: np.ndarray) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[name]
        file.create_dataset(name, data=values)

    return change


def attribute(name: str, value: object) -> Callable[[h5py.File], None]:
    return lambda file: file.attrs.__setitem__(name, value)


def delete(name: str) -> Callable[[h5py.File], None]:
    return lambda file: file.__delitem__(name)


def link(name: str, target: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[name]
        file[name] = target

    return change


def external_storage(file: h5py.File) -> None:
    del file["windows/start"]
    storage = [("/etc/hostname", 0, 8 * N_WINDOWS)]
    file.create_dataset("windows/start", (N_WINDOWS,), np.int64, external=storage)


def virtual(file: h5py.File) -> None:
    del file["windows/start"]
    layout = h5py.VirtualLayout((N_WINDOWS,), np.int64)
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", (N_WINDOWS,))
    file.create_virtual_dataset("windows/start", layout)


def huge(file: h5py.File) -> None:
    for name in list(file["windows"]):
        dtype = file[f"windows/{name}"].dtype
        del file[f"windows/{name}"]
        file.create_dataset(f"windows/{name}", (1 << 40,), dtype, chunks=(1 << 20,))


ONES = np.ones(N_WINDOWS)
CODES = np.zeros((N_WINDOWS, WIDTH), dtype=np.uint8)
BAD_FILES: dict[str, tuple[Callable[[h5py.File], None], tuple[str, ...]]] = {
    "another format": (attribute("format", "cooler"), ("'cooler'", "enngene-dataset")),
    "no format": (lambda file: file.attrs.__delitem__("format"), ("enngene-dataset",)),
    "odd format": (attribute("format", np.void(b"12")), ()),
    "newer version": (attribute("format-version", 2), ("version 2", "reads 1")),
    "odd provenance": (attribute("provenance", "[1]"), ("attributes", "object")),
    "version 0": (attribute("format-version", 0), ("version 0", "reads 1")),
    "text as version": (attribute("format-version", "one"), ("version one",)),
    "no classes": (lambda file: file.attrs.__delitem__("classes"), ("classes", "missing")),
    "spec not JSON": (attribute("spec", "{"), ("JSON",)),
    "spec a list": (attribute("spec", "[1]"), ("JSON",)),
    "spec out of bounds": (attribute("spec", '{"window": 0}'), ("window", "found 0")),
    "one class": (attribute("classes", '["a"]'), ("classes",)),
    "a class twice": (attribute("classes", '["a", "a"]'), ("classes", "'a'")),
    "a class of two lines": (attribute("classes", r'["a", "b\nc"]'), ("classes",)),
    "no windows": (delete("windows"), ("/windows/start", "missing")),
    "no label": (delete("windows/label"), ("/windows/label", "missing")),
    "no branch": (delete("branches/structure"), ("/branches/structure", "missing")),
    "group for values": (
        lambda file: (file.__delitem__("windows/end"), file.create_group("windows/end")),
        ("/windows/end", "missing"),
    ),
    "external link": (
        link("windows/end", h5py.ExternalLink("/tmp/other.h5", "/x")),
        ("/windows/end",),
    ),
    "external group": (link("windows", h5py.ExternalLink("/tmp/other.h5", "/x")), ("/windows",)),
    "soft link": (link("windows/end", h5py.SoftLink("/windows/start")), ("/windows/end",)),
    "external storage": (external_storage, ("/windows/start", "another file")),
    "virtual": (virtual, ("/windows/start", "another file")),
    "huge shape": (huge, ("/windows/start", "less than its shape")),
    "float label": (replace("windows/label", ONES), ("/windows/label", "float64")),
    "wide label": (replace("windows/label", ONES.astype(np.int64)), ("/windows/label", "int64")),
    "short column": (replace("windows/end", np.arange(3)), ("/windows/end", "(3,)", "6 windows")),
    "text branch": (replace("branches/sequence", CODES.astype("S1")), ("/branches/sequence",)),
    "other width": (replace("branches/sequence", CODES[:, 1:]), ("(6, 4)", "(6, 5)")),
    "doubles": (replace("branches/conservation", CODES.astype(float)), ("float64", "float32")),
    "other bytes": (replace("branches/conservation", CODES.astype(">f4")), ("conservation",)),
    "label too large": (
        replace("windows/label", np.full(N_WINDOWS, 2, np.int32)),
        ("/windows/label",),
    ),
    "negative label": (
        replace("windows/label", np.full(N_WINDOWS, -1, np.int32)),
        ("/windows/label",),
    ),
    "split too large": (
        replace("windows/split", np.full(N_WINDOWS, 4, np.uint8)),
        ("/windows/split",),
    ),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_is_no_dataset_is_refused(path: Path, kind: str) -> None:
    change, words = BAD_FILES[kind]
    with h5py.File(path, "r+") as file:
        change(file)
    with refused(DatasetError, path, *words):
        Dataset(path)


@pytest.mark.parametrize(
    ("branch", "value", "words"),
    [
        ("sequence", 5, ("found 5", "below 5")),
        ("structure", 3, ("found 3", "below 3")),
        ("conservation", np.nan, ("found nan", "a number")),
        ("conservation", np.inf, ("found inf", "a number")),
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


def test_a_damaged_block_is_refused(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["branches/sequence"]
        file.create_dataset(
            "branches/sequence", data=CODES + 1, chunks=CODES.shape, fletcher32=True
        )
    content = path.read_bytes()
    block = (CODES + 1).tobytes()
    assert content.count(block) == 1
    path.write_bytes(content.replace(block, b"\2" + block[1:]))
    with Dataset(path) as dataset, refused(DatasetError, path, "damaged"):
        dataset.branch("sequence", np.array([0]))


@pytest.mark.parametrize("content", [b"", b"chr1\t1\t2\n", b"\x89HDF\r\n\x1a\n", b"PK\3\4" * 9])
def test_what_is_no_hdf5_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "dataset.h5"
    path.write_bytes(content)
    with refused(DatasetError, path, "not an HDF5 file", "enngene preprocess"):
        Dataset(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.99])
def test_a_truncated_file_is_refused(
    real_dataset: RealDataset, tmp_path: Path, share: float
) -> None:
    path = tmp_path / "cut.h5"
    whole = real_dataset.path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with refused(DatasetError, path, "cut short"):
        Dataset(path)


def test_a_dataset_of_any_name_is_read(path: Path, tmp_path: Path) -> None:
    shutil.move(path, tmp_path / "dataset_1.dat")
    with Dataset(tmp_path / "dataset_1.dat") as dataset:
        assert dataset.n_windows == N_WINDOWS


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused(DatasetError, tmp_path / "none.h5", "no such file"):
        Dataset(tmp_path / "none.h5")
