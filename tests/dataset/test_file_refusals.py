import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError
from tests.core_fixtures import RealDataset
from tests.dataset.files import N_WINDOWS, WIDTH, write_six
from tests.refusal import refused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_six(tmp_path / "dataset.h5")


def replace(name: str, values: np.ndarray) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[name]
        file.create_dataset(name, data=values)

    return change


def attribute(name: str, value: object) -> Callable[[h5py.File], None]:
    return lambda file: file.attrs.__setitem__(name, value)


def without_attribute(name: str) -> Callable[[h5py.File], None]:
    return lambda file: file.attrs.__delitem__(name)


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


def packed(**how: object) -> Callable[[h5py.File], None]:
    """A column that is stored packed."""

    def change(file: h5py.File) -> None:
        start = file["windows/start"][:]
        del file["windows/start"]
        file.create_dataset("windows/start", data=start, chunks=start.shape, **how)

    return change


def bomb(file: h5py.File) -> None:
    """A piece that unpacks to far more than the column that it is of."""
    content = zlib.compress(bytes(1 << 28), 9)
    n_windows = len(content) // 8
    for name in list(file["windows"]):
        dtype = file[f"windows/{name}"].dtype
        del file[f"windows/{name}"]
        file.create_dataset(
            f"windows/{name}", (n_windows,), dtype, chunks=(n_windows,), compression="gzip"
        ).id.write_direct_chunk((0,), content)


def unknown_filter(file: h5py.File) -> None:
    """The same of a filter that HDF5 would look for in the folders of plugins."""
    del file["windows/start"]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((N_WINDOWS,))
    properties.set_filter(54321, h5py.h5z.FLAG_OPTIONAL, ())
    space = h5py.h5s.create_simple((N_WINDOWS,))
    h5py.h5d.create(file["windows"].id, b"start", h5py.h5t.STD_I64LE, space, properties)


def tracks(text: str) -> Callable[[h5py.File], None]:
    return attribute("spec", f'{{"window": 5, "branches": ["sequence"], "tracks": {text}}}')


ONES = np.ones(N_WINDOWS)
CODES = np.zeros((N_WINDOWS, WIDTH), dtype=np.uint8)
BAD_FILES: dict[str, tuple[Callable[[h5py.File], None], tuple[str, ...]]] = {
    "another format": (attribute("format", "cooler"), ("'cooler'", "enngene-dataset")),
    "no format": (without_attribute("format"), ("enngene-dataset",)),
    "odd format": (attribute("format", np.void(b"12")), ()),
    "newer version": (attribute("format-version", 2), ("version 2", "reads 1")),
    "odd provenance": (attribute("provenance", "[1]"), ("attributes", "dictionary")),
    "provenance not JSON": (attribute("provenance", "{"), ("attributes", "JSON")),
    "no provenance": (without_attribute("provenance"), ("provenance", "missing")),
    "version 0": (attribute("format-version", 0), ("version 0", "reads 1")),
    "text as version": (attribute("format-version", "one"), ("version 'one'",)),
    "no version": (without_attribute("format-version"), ("version None",)),
    "no classes": (without_attribute("classes"), ("classes", "missing")),
    "no spec": (without_attribute("spec"), ("spec", "missing")),
    "spec not JSON": (attribute("spec", "{"), ("JSON",)),
    "spec a list": (attribute("spec", "[1]"), ("JSON",)),
    "spec nested": (attribute("spec", "[" * 50_000), ("JSON",)),
    "spec out of bounds": (attribute("spec", '{"window": 0}'), ("window", "found 0")),
    "spec of the future": (attribute("spec", '{"colour": 0}'), ("colour",)),
    "no branches": (attribute("spec", '{"branches": []}'), ("branches",)),
    "a track like a path": (tracks('{"../x": "signal"}'), ("tracks",)),
    "a track like a group": (tracks('{"windows/end": "signal"}'), ("tracks",)),
    "a track that is not there": (tracks('{"gone": "signal"}'), ("/branches/gone", "missing")),
    "a track of another kind": (tracks('{"peaks": "genes"}'), ("tracks",)),
    "one class": (attribute("classes", '["a"]'), ("classes",)),
    "a class twice": (attribute("classes", '["a", "a"]'), ("classes", "'a'")),
    "a class of two lines": (attribute("classes", r'["a", "b\nc"]'), ("classes",)),
    "no windows": (delete("windows"), ("/windows/start", "missing")),
    "no label": (delete("windows/label"), ("/windows/label", "missing")),
    "no padding": (delete("windows/pad_left"), ("/windows/pad_left", "missing")),
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
    "packed": (packed(compression="gzip"), ("/windows/start", "is compressed")),
    "packed by lzf": (packed(compression="lzf"), ("/windows/start", "is compressed")),
    "packed by scale": (packed(scaleoffset=0), ("/windows/start", "is compressed")),
    "a bomb": (bomb, ("/windows/start", "is compressed")),
    "an unknown filter": (unknown_filter, ("/windows/start", "is compressed")),
    "a text of 5 MiB": (attribute("spec", " " * (5 << 20)), ("'spec'", "at most 4,194,304 bytes")),
    "a text 1000 times": (attribute("spec", [" " * (1 << 20)] * 1000), ("'spec'", "no UTF-8 text")),
    "a text that is no UTF-8": (attribute("spec", np.bytes_(b"\xff")), ("'spec'", "no UTF-8 text")),
    "100,000 values": (attribute("classes", f"[{'0,' * 100_000}0]"), ("more than 50,000 values",)),
    "a reference": (attribute("spec", h5py.Reference()), ("'spec'", "no UTF-8 text")),
    "texts of variable length": (
        replace("windows/name", np.array(["a"] * N_WINDOWS, dtype=h5py.string_dtype())),
        ("/windows/name", "object"),
    ),
    "scalar": (replace("windows/start", np.int64(3)), ("/windows/",)),
    "float label": (replace("windows/label", ONES), ("/windows/label", "float64")),
    "wide label": (replace("windows/label", ONES.astype(np.int64)), ("/windows/label", "int64")),
    "short column": (replace("windows/end", np.arange(3)), ("/windows/end", "(3,)", "6 windows")),
    "numbers as names": (replace("windows/name", np.arange(6)), ("/windows/name", "int64")),
    "text branch": (replace("branches/sequence", CODES.astype("S1")), ("/branches/sequence",)),
    "flanks that are not there": (
        attribute("spec", '{"window": 5, "flank": 1}'),
        ("/branches/sequence", "(6, 5)", "(6, 7)"),
    ),
    "flanks without end": (attribute("spec", '{"flank": 1001}'), ("flank", "1000")),
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
    ("column", "value", "words"),
    [
        ("start", -1, ("/windows/start, row 2", "found -1", "a whole number from 0")),
        ("end", 2**62, ("/windows/end, row 2",)),
        ("end", 10, ("/windows, row 2", "span -10 nt", "a window of 5")),
        ("end", 26, ("/windows, row 2", "span 6 nt")),
        ("pad_left", -3, ("/windows/pad_left, row 2", "found -3")),
        ("pad_right", 1, ("/windows, row 2", "span 6 nt")),
        ("strand", b"x", ("/windows/strand, row 2", "found 'x'; expected + - or .")),
        ("source_length", -1, ("/windows/source_length, row 2",)),
        ("source_row", -1, ("/windows/source_row, row 2",)),
    ],
)
def test_a_window_that_lies_nowhere_is_refused(
    path: Path, column: str, value: object, words: tuple[str, ...]
) -> None:
    with h5py.File(path, "r+") as file:
        file[f"windows/{column}"][2] = value
    with Dataset(path) as dataset:
        assert len(dataset.windows(np.array([0, 1]))) == 2
        with refused(DatasetError, path, *words):
            dataset.windows(np.arange(N_WINDOWS))


@pytest.mark.parametrize("kind", ["says that it has 2 GB", "is followed by room of length 0"])
def test_a_text_that_hdf5_would_choke_on_is_refused(path: Path, kind: str) -> None:
    with h5py.File(path, "r+") as file:
        said = struct.pack("<I", len(file.attrs["spec"]))
    content = path.read_bytes()
    if kind == "says that it has 2 GB":
        # The text's own length is one of 64 bits.
        content, n_changed = re.subn(
            re.escape(said) + rb"(?!\0\0\0\0)", b"\xff\xff\xff\x7f", content
        )
    else:
        # HDF5 would go round for ever.
        content, n_changed = re.subn(
            rb"(enngene-dataset\0{9}).{8}(?=\0)", rb"\g<1>" + rb"\0" * 8, content, flags=re.S
        )
    assert n_changed == 1
    path.write_bytes(content)
    with refused(DatasetError, path, "damaged"):
        Dataset(path)


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
