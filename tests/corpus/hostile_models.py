"""Model files as an attacker would make them: of a good file, one that must be refused.

Whatever code is in one would make the file ``escaped`` where it is run.
"""

import base64
import json
import marshal
import pickle
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.models import bundles, keras_models

#: Changes a good file, and the words of its refusal.
Hostile = tuple[Callable[[Path], object], tuple[str, ...]]

CANARY = "escaped"
COMMAND = f"touch {CANARY}"
_DIRECTORY_SIZE = 46


class Touch:
    """Makes the canary when it is unpickled."""

    def __reduce__(self) -> tuple:
        return Path.touch, (Path(CANARY),)


def _touching(x: Any) -> Any:
    __import__("pathlib").Path("escaped").touch()
    return x


#: As Keras keeps the code of a Lambda layer.
MARSHALLED = base64.b64encode(marshal.dumps(_touching.__code__)).decode()


# Zip files.


def with_member(name: str, content: bytes, *, mode: int = 0o600) -> Callable[[Path], object]:
    """With one more member, or another one in its place."""

    def change(path: Path) -> None:
        members = {**bundles.members(path)}
        members.pop(name, None)
        bundles.pack(path, members.items())
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)

    return change


def twice(name: str) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        members = bundles.members(path)
        with zipfile.ZipFile(path, "w") as archive:
            for own, content in [*members.items(), (name, members[name])]:
                archive.writestr(zipfile.ZipInfo(own), content)

    return change


def with_directory(change: Callable[[bytearray, int], object]) -> Callable[[Path], object]:
    """With other bytes; the place is that of the directory's first entry."""

    def spoil(path: Path) -> None:
        content = bytearray(path.read_bytes())
        change(content, content.index(b"PK\1\2"))
        path.write_bytes(content)

    return spoil


def encrypted(content: bytearray, at: int) -> None:
    content[at + 8] |= 1


def no_text_as_name(content: bytearray, at: int) -> None:
    content[at + 9] |= 8  # names are UTF-8
    content[at + _DIRECTORY_SIZE] = 0xFF


def endless_directory(path: Path) -> None:
    """A directory of 50,000 entries for one and the same member."""
    content = path.read_bytes()
    at = content.index(b"PK\1\2")
    entry = content[at : content.index(b"PK\1\2", at + 4)]
    directory = entry * 50_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 50_000, 50_000, len(directory), at, 0)
    path.write_bytes(content[:at] + directory + end)


def large_kind(path: Path) -> None:
    """The end of a directory for more than 4 GiB, with a size of its own."""
    content = path.read_bytes()
    at, end = content.index(b"PK\1\2"), content.rindex(b"PK\5\6")
    own = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**9, 10**9, 10**10, at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    path.write_bytes(content[:end] + own + locator + content[end:])


# Bundles.


def config(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        def changed(values: dict[str, Any]) -> None:
            change(values)

        bundles.with_config(path, changed)

    return spoil


def common(*layers: Any) -> Callable[[Path], object]:
    return config(lambda values: values["network"].update(common=list(layers)))


def tensors(change: Callable[[dict[str, np.ndarray]], object]) -> Callable[[Path], object]:
    return lambda path: bundles.with_tensors(path, change)


def header(values: Any, data: bytes = b"") -> Callable[[Path], object]:
    """Weights whose header says this."""
    text = values if isinstance(values, bytes) else json.dumps(values).encode()
    return with_member("model.safetensors", len(text).to_bytes(8, "little") + text + data)


def tensor(shape: list[int], dtype: str = "F32", end: int = 8) -> dict[str, Any]:
    return {"logits/bias": {"dtype": dtype, "shape": shape, "data_offsets": [0, end]}}


def swapped(arrays: dict[str, np.ndarray]) -> None:
    arrays["logits/kernel"], arrays["logits/bias"] = arrays["logits/bias"], arrays["logits/kernel"]


KERNEL, WEIGHTS = "logits/kernel", "model.safetensors"
DENSE = {"type": "dense", "units": 8}
BUNDLES: dict[str, Hostile] = {
    "a path from the root": (with_member("/tmp/escaped", b"x"), ("'/tmp/escaped'",)),
    "a path of Windows": (with_member("..\\escaped", b"x"), ("escaped",)),
    "a link out of the zip": (with_member("evil", b"/etc/passwd", mode=0o120777), ("'evil'",)),
    "weights that are a link": (
        with_member(WEIGHTS, b"/etc/passwd", mode=0o120777), (WEIGHTS, "damaged")
    ),
    "weights twice": (twice(WEIGHTS), (WEIGHTS, "once each")),
    "an encrypted zip": (with_directory(encrypted), ("encrypted",)),
    "a name that is no text": (with_directory(no_text_as_name), ("damaged",)),
    "a directory without end": (endless_directory, ("list of its members",)),
    "a directory for large files": (large_kind, ("4 GiB",)),
    "a bomb as config": (with_member("config.json", b" " * (64 << 20)), ("config.json", "3,145,728")),
    "a bomb as card": (with_member("README.md", b" " * (64 << 20)), ("README.md", "1,048,576")),
    "a bomb as weights": (with_member(WEIGHTS, bytes(64 << 20)), (WEIGHTS, "67,108,864")),
    "weights of a larger network": (
        with_member(WEIGHTS, bytes(2 << 20)), (WEIGHTS, "2,097,152", "1,049,5")
    ),
    "a config that is no text": (with_member("config.json", b'{"format": "\xff"}'), ("not JSON",)),
    "a config of 100,000 lists": (with_member("config.json", b"[" * 100_000), ("not JSON",)),
    "a config of 200,000 keys": (
        config(lambda c: c.update({f"k{i}": 0 for i in range(200_000)})), ("50,000 values",)
    ),
    "a layer of 40,000 keys": (
        common(DENSE | {f"k{i}": 0 for i in range(40_000)}), ("common.0", "k0")
    ),
    "40,000 layers": (common(*[0] * 40_000), ("network.common",)),
    "a million layers": (common(*[0] * 1_000_000), ("50,000 values",)),
    "10^9 units": (common(DENSE | {"units": 10**9}), ("units", "1000000000")),
    "10^9 filters": (
        common({"type": "convolution", "filters": 10**9, "kernel": 3}), ("filters", "1000000000")
    ),
    "10^9 parameters": (common(*[DENSE | {"units": 60_000}] * 2), ("50,000,000",)),
    "a Lambda layer": (common({"type": "lambda", "function": MARSHALLED}), ("'lambda'",)),
    "a module": (config(lambda c: c["network"].update(module="os")), ("network.module",)),
    "40,000 classes": (
        config(lambda c: c["dataset"].update(classes=[str(i) for i in range(40_000)])),
        ("classes", "1000"),
    ),
    "a class with control characters": (
        config(lambda c: c["dataset"].update(classes=["a", "\x1b[31m\u202e"])), ("printable",)
    ),
    "swapped tensors": (tensors(swapped), ("logits/", "of shape")),
    "a turned tensor": (
        tensors(lambda t: t.update({KERNEL: np.ascontiguousarray(t[KERNEL].T)})), (KERNEL, "shape")
    ),
    "tensors of 16 bits": (
        tensors(lambda t: t.update({KERNEL: t[KERNEL].astype(np.float16)})), (KERNEL, "float16")
    ),
    "tensors of 64 bits": (
        tensors(lambda t: t.update({KERNEL: t[KERNEL].astype(float)})), (KERNEL, "float64")
    ),
    "tensors of text": (
        tensors(lambda t: t.update({KERNEL: np.zeros(t[KERNEL].shape, np.uint8)})), (KERNEL, "uint8")
    ),
    "infinite weights": (tensors(lambda t: t[KERNEL].fill(np.inf)), (KERNEL, "finite")),
    "a variance below 0": (
        tensors(lambda t: t["sequence_1_normalization/moving_variance"].fill(-1)),
        ("moving_variance", "below 0"),
    ),
    "a tensor more": (tensors(lambda t: t.update(evil=np.zeros(3, np.float32))), ("'evil'",)),
    "weights that are a pickle": (with_member(WEIGHTS, pickle.dumps(Touch())), (WEIGHTS, "damaged")),
    "weights that are HDF5": (with_member(WEIGHTS, b"\x89HDF\r\n\x1a\n" * 9), (WEIGHTS, "damaged")),
    "a header of 2^63 bytes": (
        with_member(WEIGHTS, (1 << 63).to_bytes(8, "little") + b"{}"), (WEIGHTS, "damaged")
    ),
    "a header of 100,000 lists": (header(b"[" * 100_000), (WEIGHTS, "damaged")),
    "a header of 10,000 tensors": (
        header({f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(10_000)}),
        (WEIGHTS, "'logits/", "is missing"),
    ),
    "a header that is no text": (header(b'{"\xff": 1}'), (WEIGHTS, "damaged")),
    "a shape of 2^64": (header(tensor([1 << 32, 1 << 32]), bytes(8)), (WEIGHTS, "damaged")),
    "a shape below 0": (header(tensor([-2]), bytes(8)), (WEIGHTS, "damaged")),
    "a tensor beyond the file": (header(tensor([1 << 40], end=1 << 42)), (WEIGHTS, "damaged")),
    "a tensor of an unknown type": (header(tensor([2], "X99"), bytes(8)), (WEIGHTS, "damaged")),
}  # fmt: skip


# Files of Keras.


def keras_config(change: Callable[[Any], object]) -> Callable[[Path], object]:
    """Another model config, in either kind of file."""

    def spoil(path: Path) -> None:
        def changed(values: Any) -> None:
            change(values)

        if not zipfile.is_zipfile(path):
            keras_models.with_config(path, changed)
            return
        members = keras_models.in_memory(path)
        values = json.loads(members["config.json"])
        changed(values)
        keras_models.pack(path, members | {"config.json": json.dumps(values).encode()})

    return spoil


def layer(class_name: str, config: Any, **more: Any) -> Callable[[Path], object]:
    """With this one in the place of the first layer after the input."""

    def change(values: Any) -> None:
        entry = values["config"]["layers"][1]
        entry.update(class_name=class_name, config={"name": "evil"} | config, **more)

    return keras_config(change)


def dense(**changes: Any) -> Callable[[Path], object]:
    return keras_config(lambda values: values["config"]["layers"][-1]["config"].update(changes))


UNSAFE = {"module": "os", "class_name": "system", "config": COMMAND, "registered_name": "system"}
LAMBDA = {
    "class_name": "__lambda__",
    "config": {"code": MARSHALLED, "defaults": None, "closure": None},
}
KERAS: dict[str, Hostile] = {
    "a Lambda with code": (layer("Lambda", {"function": [MARSHALLED, None, None]}), ("(Lambda)",)),
    "a Lambda of Keras 3": (layer("Lambda", {"function": LAMBDA}), ("(Lambda)",)),
    "a Lambda in a wrapper": (
        layer("TimeDistributed", {"layer": {"class_name": "Lambda", "config": {"function": LAMBDA}}}),
        ("(TimeDistributed)",),
    ),
    "a Lambda that is read both ways": (
        layer("Bidirectional", {"layer": {"class_name": "Lambda", "config": {"function": LAMBDA}}}),
        ("'evil'", "GRU or LSTM"),
    ),
    "a layer of the module os": (layer("system", {"command": COMMAND}, module="os"), ("(system)",)),
    "a layer of its own package": (
        layer("Evil", {}, module="evil", registered_name="evil>Evil"), ("(Evil)",)
    ),
    "an operation": (layer("SlicingOpLambda", {"function": "os.system"}), ("(SlicingOpLambda)",)),
    "code as activation": (dense(activation=LAMBDA), ("activation",)),
    "a command as activation": (dense(activation=UNSAFE), ("activation",)),
    "a path as activation": (dense(activation="../../escaped"), ("activation",)),
    "a class that is no text": (layer(["os"], {}), ()),
    "a model of another class": (
        keras_config(lambda values: values.update(class_name="Evil", module="evil")), ("'Evil'",)
    ),
    "a model in the model": (layer("Sequential", {"layers": []}), ("(Sequential)",)),
    "10^9 units": (dense(units=10**9), ("1000000000",)),
    "10^9 filters": (
        keras_config(lambda values: values["config"]["layers"][1]["config"].update(filters=10**9)),
        ("1000000000",),
    ),
    "a kernel of 10^18": (
        keras_config(
            lambda values: values["config"]["layers"][1]["config"].update(kernel_size=[10**18])
        ),
        ("1000000000000000000",),
    ),
    "an input of 10^12": (
        keras_config(
            lambda values: values["config"]["layers"][0]["config"].update(
                batch_shape=[None, 10**12, 4], batch_input_shape=[None, 10**12, 4]
            )
        ),
        ("1000000000000",),
    ),
    "3,000 layers": (
        keras_config(lambda values: values["config"].update(layers=[{}] * 3000)), ("2000 layers",)
    ),
}  # fmt: skip


def place(file: h5py.File) -> str:
    return "model_weights/dense/good/dense/kernel"


def linked(link: Any) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            del file[place(file)]
            file[place(file)] = link

    return spoil


def array(**options: Any) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            shape = file[place(file)].shape
            del file[place(file)]
            file.create_dataset(place(file), **{"shape": shape, "dtype": "f4"} | options)

    return spoil


def with_attribute(value: Any) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = value

    return spoil


def many_links(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        group = file["model_weights/dense"]
        for number in range(3000):
            group[f"l{number}"] = h5py.SoftLink("/model_weights")


def of_two_gigabytes(path: Path) -> None:
    """A text of variable length, whose length another number says than the text's own."""
    text = "{" * 12_345
    with_attribute(text)(path)
    said = struct.pack("<I", len(text))
    # The text's own length is one of 64 bits.
    found, n_changed = re.subn(
        re.escape(said) + rb"(?!\0\0\0\0)", b"\xff\xff\xff\x7f", path.read_bytes()
    )
    assert n_changed == 1
    path.write_bytes(found)


def bomb(path: Path) -> None:
    """A piece that unpacks to far more than the array that it is of."""
    with h5py.File(path, "r+") as file:
        name, shape = place(file), file[place(file)].shape
        del file[name]
        array = file.create_dataset(name, shape, "f4", chunks=shape, compression="gzip")
        array.id.write_direct_chunk((0, 0), zlib.compress(bytes(1 << 30), 9))


HDF5: dict[str, Hostile] = {
    "a link to another file": (
        linked(h5py.ExternalLink("/etc/passwd", "/x")), ("'dense'", "link to another place")
    ),
    "a link within the file": (linked(h5py.SoftLink("/")), ("'dense'", "link to another place")),
    "values in another file": (array(external=[("/etc/passwd", 0, 1 << 20)]), ("another file",)),
    "links without end": (many_links, ("'dense'",)),
    "integers": (array(dtype="i8"), ("'dense'", "int64")),
    "text": (array(dtype=h5py.string_dtype()), ("'dense'", "object")),
    "a shape of 2^60": (array(shape=(1 << 50, 1 << 10), chunks=(64, 64)), (str(1 << 50),)),
    "pieces larger than the array": (
        array(maxshape=(None, None), chunks=(1 << 14, 1 << 14), compression="gzip"), ("compressed",)
    ),
    "a config that is no text": (with_attribute(np.zeros(3)), ("no UTF-8 text",)),
    "a config of 5 MiB": (with_attribute(" " * (5 << 20)), ("4,194,304",)),
    "a config that says it has 2 GB": (of_two_gigabytes, ("damaged",)),
    "a bomb": (bomb, ("compressed",)),
}  # fmt: skip
ZIPS: dict[str, Hostile] = {
    "weights twice": (twice("model.weights.h5"), ("once each",)),
    "an encrypted zip": (with_directory(encrypted), ("damaged",)),
    "a name that is no text": (with_directory(no_text_as_name), ("damaged",)),
    "a directory without end": (endless_directory, ("list of its members",)),
    "a directory for large files": (large_kind, ("4 GiB",)),
    "a bomb as config": (with_member("config.json", b" " * (64 << 20)), ("config.json", "4,194,304")),
    "a config that is no text": (with_member("config.json", b'{"\xff": 1}'), ("bad",)),
    "a config of 100,000 lists": (with_member("config.json", b"[" * 100_000), ("not JSON",)),
    "a config of a million lists": (
        with_member("config.json", b"[" + b"[]," * 1_300_000 + b"0]"), ("model config",)
    ),
    "weights that are a link": (
        with_member("model.weights.h5", b"/etc/passwd", mode=0o120777), ("damaged",)
    ),
    "weights that are a pickle": (
        with_member("model.weights.h5", pickle.dumps(Touch())), ("damaged",)
    ),
    "a bomb as weights": (with_member("model.weights.h5", bytes(64 << 20)), ("damaged",)),
}  # fmt: skip

#: What is never looked at: the model comes in, and nothing of this is run or written.
INERT: dict[str, Callable[[Path], object]] = {
    "an initializer of the module os": dense(kernel_initializer=UNSAFE),
    "a regularizer that is code": dense(kernel_regularizer=LAMBDA),
    "an optimizer of the module os": keras_config(
        lambda values: values.update(compile_config={"optimizer": UNSAFE, "loss": LAMBDA})
    ),
    "a module of its own": keras_config(lambda values: values.update(module="evil")),
}
INERT_ZIPS: dict[str, Callable[[Path], object]] = {
    "a path with ..": with_member(f"../{CANARY}", b"x"),
    "a path from the root": with_member(f"/tmp/{CANARY}", b"x"),
    "a pickle among the assets": with_member("assets/vocabulary.pkl", pickle.dumps(Touch())),
}
