import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from enngene_core.dataset.typical import typical_shapes
from enngene_core.errors import BundleError
from enngene_core.models.bundle import read_bundle
from tests.models.bundles import bundle_of, members, pack, with_config, with_tensors, write
from tests.models.networks import NETWORKS, dataset_of
from tests.refusal import refused

_NETWORK = NETWORKS[-1][1]
_OF_DATASET = dataset_of(_NETWORK, width=21, n_classes=3).encodings
ENCODINGS = {name: _OF_DATASET[name] for name in _NETWORK.branches}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "model.zip"
    return write(path, bundle_of(NETWORKS[-1][1], width=21, n_classes=3)).read_bytes()


@pytest.fixture
def path(whole: bytes, tmp_path: Path) -> Path:
    """A good bundle, alone in its folder; nothing else may appear there or above."""
    path = tmp_path / "inner" / "model.zip"
    path.parent.mkdir()
    path.write_bytes(whole)
    yield path
    assert sorted(found.name for found in tmp_path.rglob("*")) == ["inner", "model.zip"]


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "/tmp/evil.txt", "..\\evil.txt", "C:\\evil.txt", "code/evil.py", "model.pkl",
     "config.json/", "./config.json", "model.keras", "evil\n.txt", "x" * 300],
)  # fmt: skip
def test_a_member_that_does_not_belong_is_refused(path: Path, name: str) -> None:
    pack(path, [*members(path).items(), (name, b"evil")])
    with refused(BundleError, path, "found member", "nothing else"):
        read_bundle(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_comes_twice_is_refused(path: Path) -> None:
    contents = members(path)
    pack(path, [*contents.items(), ("config.json", contents["config.json"])])
    with refused(BundleError, path, "'config.json'", "once each"):
        read_bundle(path)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "README.md", "history.tsv"])
def test_a_member_that_is_missing_is_named(path: Path, name: str) -> None:
    pack(path, [item for item in members(path).items() if item[0] != name])
    with refused(BundleError, path, f"has no {name}"):
        read_bundle(path)


def test_a_random_zip_is_refused(path: Path) -> None:
    pack(path, [("photo.jpg", b"\xff\xd8"), ("notes.txt", b"hello")])
    with refused(BundleError, path, "'photo.jpg'", "config.json"):
        read_bundle(path)
    pack(path, [])
    with refused(BundleError, path, "has no config.json"):
        read_bundle(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(path: Path) -> None:
    contents = members(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in contents:
            archive.writestr(name, contents[name] if name != "README.md" else b" " * (2 << 20))
    with refused(BundleError, path, "README.md", "2,097,152", "1,048,576"):
        read_bundle(path)


def test_a_size_that_lies_is_refused(path: Path) -> None:
    contents = members(path) | {"README.md": b"x" * 1000}
    pack(path, contents.items())
    honest = (1000).to_bytes(4, "little") * 2  # packed and unpacked size
    content = path.read_bytes()
    assert content.count(honest) == 2
    path.write_bytes(content.replace(honest, honest[:4] + (10).to_bytes(4, "little")))
    with refused(BundleError, path, "damaged"):
        read_bundle(path)


def test_an_encrypted_member_is_refused(path: Path) -> None:
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\1\2")  # the first entry of the directory
    content[at + 8] |= 1
    path.write_bytes(content)
    with refused(BundleError, path, "encrypted"):
        read_bundle(path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 10_000, b"null", b'"text"', b"[]"]
)
def test_a_config_that_is_no_object_is_refused(path: Path, content: bytes) -> None:
    pack(path, (members(path) | {"config.json": content}).items())
    with refused(BundleError, path, "config.json"):
        read_bundle(path)


def setting(*keys: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(config: Any) -> None:
        for key in keys[:-1]:
            config = config[key]
        config[keys[-1]] = value

    return change


LAMBDA = {"type": "lambda", "function": "lambda x: __import__('os').system('true')"}
HUGE = {"type": "dense", "units": 65_536}
BAD_CONFIGS: dict[str, tuple[Callable[[dict[str, Any]], Any], tuple[str, ...]]] = {
    "another format": (setting("format", value="keras"), ("enngene-model",)),
    "newer version": (setting("version", value=2), ("version 2", "reads 1")),
    "version 0": (setting("version", value=0), ("version", "0")),
    "text as version": (setting("version", value="1"), ("version '1'",)),
    "unknown layer": (setting("network", "common", 0, value=LAMBDA), ("lambda",)),
    "unknown branch": (
        lambda config: config["network"].update(branches={"genes": []}, common=[]),
        ("genes", "lacks"),
    ),
    "a branch like a path": (setting("network", "branches", "../x", value=[]), ("branches",)),
    "a track like a path": (setting("dataset", "tracks", value={"../x": "signal"}), ("tracks",)),
    "another structure": (
        setting("dataset", "structure", value="elements"), ("structure", "(3, 3, 5)", "(3, 5, 5)")
    ),
    "unknown key": (setting("network", "module", value="os"), ("network.module",)),
    "unknown root key": (setting("build_config", value={}), ("build_config",)),
    "no network": (lambda config: config.pop("network") and None, ("network",)),
    "order of layers": (
        lambda config: config["network"]["common"].reverse(),
        ("network", "expected convolution and residual layers first"),
    ),
    "too many parameters": (
        setting("network", "common", value=[HUGE, HUGE]), ("65536", "50,000,000")
    ),
    "window": (setting("dataset", "window", value=10**9), ("window", "1000000000")),
    "one class": (setting("dataset", "classes", value=["a"]), ("classes",)),
    "a class twice": (setting("dataset", "classes", value=["a", "a", "b"]), ("classes",)),
    "branches of another dataset": (
        setting("dataset", "branches", value=["sequence"]), ("conservation", "lacks")
    ),
    "a number that is none": (setting("metrics", "loss", value=float("nan")), ("metrics",)),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_CONFIGS)
def test_a_bad_config_is_refused(path: Path, kind: str) -> None:
    change, words = BAD_CONFIGS[kind]
    with_config(path, change)
    with refused(BundleError, path, *words):
        read_bundle(path)


KERNEL = "logits/kernel"
BAD_TENSORS: dict[str, tuple[Callable[[dict[str, np.ndarray]], Any], tuple[str, ...]]] = {
    "missing": (lambda tensors: tensors.pop(KERNEL), (KERNEL, "is missing")),
    "none at all": (lambda tensors: tensors.clear(), ("is missing",)),
    "extra": (setting("evil", value=np.zeros(3)), ("'evil'", "no layer")),
    "shape": (setting(KERNEL, value=np.zeros((6, 4), np.float32)), (KERNEL, "(6, 4)", "(6, 3)")),
    "dtype": (setting(KERNEL, value=np.zeros((6, 3))), (KERNEL, "float64", "float32")),
    "integers": (setting(KERNEL, value=np.zeros((6, 3), np.int32)), (KERNEL, "int32")),
    "NaN": (setting(KERNEL, value=np.full((6, 3), np.nan, np.float32)), (KERNEL, "finite")),
    "infinite": (setting(KERNEL, value=np.full((6, 3), np.inf, np.float32)), (KERNEL, "finite")),
}


@pytest.mark.parametrize("kind", BAD_TENSORS)
def test_bad_tensors_are_refused(path: Path, kind: str) -> None:
    change, words = BAD_TENSORS[kind]
    with_tensors(path, change)
    with refused(BundleError, path, "model.safetensors", *words):
        read_bundle(path)


TYPICAL = {name: np.ones(shape, np.float32) for name, shape in typical_shapes(ENCODINGS).items()}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mean": np.ones(3, np.float32)}, ("mean", "of shape (3,)")),
        ({"mean": TYPICAL["mean"].astype(float)}, ("mean", "float64")),
        ({"whitening": np.full_like(TYPICAL["whitening"], np.nan)}, ("whitening", "finite")),
        ({"threshold": np.zeros(1, np.float32)}, ("threshold is not above 0",)),
        ({"evil": np.zeros(1, np.float32)}, ("'evil'",)),
    ],
)
def test_what_training_windows_are_made_of_is_checked(
    path: Path, changed: dict[str, np.ndarray], words: tuple[str, ...]
) -> None:
    name = "typical.safetensors"
    whole = members(path)
    pack(path, {**whole, name: safetensors.numpy.save(TYPICAL)}.items())
    assert read_bundle(path).typical is not None
    pack(path, {**whole, name: safetensors.numpy.save(TYPICAL | changed)}.items())
    with refused(BundleError, path, name, *words):
        read_bundle(path)


def test_tensors_that_are_a_pickle_are_never_unpickled(path: Path) -> None:
    for content in (
        pickle.dumps(Bomb(path.parent / "evil")),
        b"",
        (1 << 60).to_bytes(8, "little") + b"{}",
        b"\x89HDF\r\n\x1a\n" + b"\0" * 100,
        (2).to_bytes(8, "little") + b"[]",
        (64).to_bytes(8, "little")
        + b'{"logits/kernel":{"dtype":"F32","shape":[9],"data_offsets":[0,4]}',
    ):
        pack(path, (members(path) | {"model.safetensors": content}).items())
        with refused(BundleError, path, "model.safetensors"):
            read_bundle(path)
