import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from keras import layers

from enngene_core.errors import BundleError
from enngene_core.models.keras_model import read_keras_model
from enngene_core.specs.importing import ImportSpec
from tests.models.keras_models import WIDTH, in_memory, pack, sequential
from tests.refusal import refused

SPEC = ImportSpec(classes=("a", "b", "c"))
KERNEL = "model_weights/dense/sequential/dense/kernel"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    model = sequential(
        layers.Conv1D(5, 4, name="conv"), layers.Flatten(), layers.Dense(3, name="dense")
    )
    for ending in ("h5", "keras"):
        model.save(folder / f"model.{ending}")
    return folder


@pytest.fixture(params=["h5", "keras"])
def path(request: pytest.FixtureRequest, saved: Path, tmp_path: Path) -> Path:
    """A good model, as both kinds of file."""
    copied = tmp_path / "model"
    copied.write_bytes((saved / f"model.{request.param}").read_bytes())
    return copied


@pytest.fixture
def h5(saved: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "model.h5"
    copied.write_bytes((saved / "model.h5").read_bytes())
    return copied


@pytest.fixture
def zipped(saved: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "model.keras"
    copied.write_bytes((saved / "model.keras").read_bytes())
    return copied


def kernel_of(file: h5py.File) -> h5py.Dataset:
    found: list[h5py.Dataset] = []
    file["model_weights/dense"].visititems(
        lambda name, item: found.append(item) if name.endswith("kernel") else None
    )
    return found[0]


def test_the_good_ones_are_read(path: Path) -> None:
    assert len(read_keras_model(path, SPEC).network.layers) == 3


def test_a_truncated_file_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    for n_bytes in [0, 1, 7, 8, 50, *range(500, len(whole), len(whole) // 12), len(whole) - 1]:
        path.write_bytes(whole[:n_bytes])
        with refused(BundleError, path):
            read_keras_model(path, SPEC)


def test_a_damaged_file_is_refused_or_read(path: Path) -> None:
    whole = path.read_bytes()
    for position in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        try:
            read_keras_model(path, SPEC)
        except BundleError as error:
            assert str(path) in str(error)
            assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89HDF\r\n\x1a\n", b"PK\5\6" + bytes(18)])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model").write_bytes(content)
    with refused(BundleError, tmp_path / "model", "Keras"):
        read_keras_model(tmp_path / "model", SPEC)
    with refused(BundleError, "no such file"):
        read_keras_model(tmp_path / "none", SPEC)


def test_weights_without_their_model_are_refused(h5: Path) -> None:
    with h5py.File(h5, "r+") as file:
        del file.attrs["model_config"]
    with refused(BundleError, h5, "model_config", "weights alone"):
        read_keras_model(h5, SPEC)


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, "1" * 10_000, "null", "[]", "{}"])
def test_a_config_that_is_none_is_refused(h5: Path, content: str) -> None:
    with h5py.File(h5, "r+") as file:
        del file.attrs["model_config"]
        file.attrs["model_config"] = content
    with refused(BundleError, h5, "model config"):
        read_keras_model(h5, SPEC)


# Arrays.


def replaced(file: h5py.File, **options: Any) -> None:
    """Another dataset in the kernel's place."""
    place = kernel_of(file).name
    del file[place]
    file.create_dataset(place, **options)


def external_link(file: h5py.File) -> None:
    place = kernel_of(file).name
    del file[place]
    file[place] = h5py.ExternalLink("/etc/passwd", "/x")


def soft_link(file: h5py.File) -> None:
    place = kernel_of(file).name
    del file[place]
    file[place] = h5py.SoftLink("/model_weights/conv")


def linked_group(file: h5py.File) -> None:
    del file["model_weights/dense"]
    file["model_weights/dense"] = h5py.ExternalLink("/etc/passwd", "/x")


def circle(file: h5py.File) -> None:
    file["model_weights/dense/again"] = file["model_weights"]


def virtual(file: h5py.File) -> None:
    shape, place = kernel_of(file).shape, kernel_of(file).name
    del file[place]
    layout = h5py.VirtualLayout(shape, "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape)
    file.create_virtual_dataset(place, layout)


def missing(file: h5py.File) -> None:
    del file[kernel_of(file).name]


def second(file: h5py.File) -> None:
    file["model_weights/dense/other/kernel:0"] = np.zeros(3)


def extra(file: h5py.File) -> None:
    file["model_weights/dense/other/gamma"] = np.zeros(3)


def not_finite(file: h5py.File) -> None:
    kernel_of(file)[0, 0] = np.nan


SHAPE = ((WIDTH - 3) * 5, 3)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (external_link, ("'dense'", "is a link to another place")),
        (soft_link, ("'dense'", "is a link to another place")),
        (linked_group, ("'dense'", "link to another place")),
        (circle, ("'dense'", "more groups and arrays")),
        (virtual, ("'dense'", "another file")),
        (missing, ("'dense'", "array 'kernel' is missing")),
        (second, ("array 'kernel' is there 2 times",)),
        (extra, ("array 'gamma' belongs to no weight",)),
        (not_finite, ("kernel holds numbers that are not finite",)),
        (lambda f: replaced(f, data=np.zeros((4, 3), "f4")), ("shape (4, 3)", f"shape {SHAPE}")),
        (lambda f: replaced(f, shape=(1 << 40, 3), dtype="f4", chunks=(1, 3)), (f"{1 << 40}",)),
        (lambda f: replaced(f, data=np.zeros(SHAPE, "i4")), ("int32", "expected float32")),
        (lambda f: replaced(f, shape=SHAPE, dtype=h5py.string_dtype()), ("object",)),
        (lambda f: replaced(f, shape=SHAPE, dtype="f4", external=[("/etc/passwd", 0, 9999)]),
         ("another file",)),
        (lambda f: replaced(f, shape=SHAPE, maxshape=(None, None), dtype="f4",
                            chunks=(1 << 14, 1 << 14), compression="gzip"), ("compressed",)),
        (lambda f: f.__delitem__("model_weights"), ("weights are missing",)),
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(
    h5: Path, spoil: Callable[[h5py.File], None], words: tuple[str, ...]
) -> None:
    with h5py.File(h5, "r+") as file:
        spoil(file)
    with refused(BundleError, h5, *words):
        read_keras_model(h5, SPEC)


# Zip files.


def test_a_zip_bomb_is_refused_before_it_is_unpacked(zipped: Path) -> None:
    pack(zipped, in_memory(zipped) | {"config.json": b" " * (5 << 20)})
    with refused(BundleError, zipped, "config.json", "5,242,880", "4,194,304"):
        read_keras_model(zipped, SPEC)


def test_a_size_that_lies_is_refused(zipped: Path) -> None:
    content = bytearray(zipped.read_bytes())
    at = content.rindex(b"PK\1\2")  # the last entry of the directory
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    zipped.write_bytes(content)
    with refused(BundleError, zipped, "damaged"):
        read_keras_model(zipped, SPEC)


@pytest.mark.parametrize("name", ["config.json", "metadata.json", "model.weights.h5"])
def test_a_member_that_is_missing_is_named(zipped: Path, name: str) -> None:
    pack(zipped, {k: v for k, v in in_memory(zipped).items() if k != name})
    with refused(BundleError, zipped, name):
        read_keras_model(zipped, SPEC)


def test_other_compression_is_refused(zipped: Path) -> None:
    contents = in_memory(zipped)
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    with refused(BundleError, zipped, "method 14"):
        read_keras_model(zipped, SPEC)


def test_other_members_are_never_looked_at(zipped: Path) -> None:
    pack(zipped, {**in_memory(zipped), "../evil.py": b"x", "assets/evil.pkl": b"x"})
    assert read_keras_model(zipped, SPEC).network.layers
    assert [found.name for found in zipped.parent.iterdir()] == [zipped.name]
