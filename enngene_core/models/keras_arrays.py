"""Arrays of a Keras model's layers in its HDF5 file."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from enngene_core.errors import BundleError
from enngene_core.formats.foreign_hdf5 import check_stored_here, is_own
from enngene_core.specs.imported_shapes import Shape

_MAX_OBJECTS, _MAX_DEPTH = 200, 10


def read_arrays(
    file: h5py.File, place: str, expected: Mapping[str, Shape], where: str, *, is_numbered: bool
) -> dict[str, np.ndarray]:
    """Arrays of one layer, checked by name, shape, type and for numbers that are not finite.

    Parameters
    ----------
    file
        Open file.
    place
        Group of the layer.
    expected
        Shape of each array by its name, as `imported_shapes` names them.
    where
        File and layer, for messages.
    is_numbered
        Whether the arrays are kept by their number, as in `.keras`, and not by their name.

    Returns
    -------
    dict of str to ndarray of float32

    Raises
    ------
    BundleError
        If an array is missing, belongs to no weight, or is another than expected.
    """
    stored = _datasets(file, place, where)
    named = (_by_number if is_numbered else _by_name)(stored, expected)
    return _checked(named, expected, where)


def numbered_places(config: Any) -> dict[str, str]:
    """Groups of the layers of a `.keras` file: classes, counted in the order of the config."""
    counts = Counter[str]()
    places = {}
    for entry in config["config"]["layers"]:
        kind = _snake_case(entry["class_name"])
        number = f"_{counts[kind]}" if counts[kind] else ""
        counts[kind] += 1
        places[entry.get("name") or entry["config"]["name"]] = f"layers/{kind}{number}"
    return places


def _datasets(file: h5py.File, place: str, where: str) -> dict[str, h5py.Dataset]:
    """All arrays below a group, by their paths; only links within the file are followed."""
    group: Any = file
    for part in filter(None, place.split("/")):
        # Asked of HDF5 itself: h5py's own `in` follows links, and a list may be endless.
        if not isinstance(group, h5py.Group) or not group.id.links.exists(part.encode()):
            raise BundleError(f"{where}: its weights are missing from the file")
        if not is_own(group, part):
            raise BundleError(f"{where}: its weights are a link to another place")
        group = group[part]
    found: dict[str, h5py.Dataset] = {}
    waiting: list[tuple[str, Any, int]] = [("", group, 0)]
    n_objects = 0
    while waiting:
        path, item, depth = waiting.pop()
        n_objects += 1
        if n_objects > _MAX_OBJECTS or depth > _MAX_DEPTH:
            raise BundleError(f"{where}: found more groups and arrays than such a layer has")
        if isinstance(item, h5py.Dataset):
            found[path] = item
            continue
        if not isinstance(item, h5py.Group) or len(item) > _MAX_OBJECTS:
            raise BundleError(f"{where}: found what is neither an array nor a group of them")
        for key in item:
            inner = f"{path}/{key}"
            if not is_own(item, key):
                raise BundleError(
                    f"{where}: {inner[1:61]!r} is a link to another place; expected an array"
                )
            waiting.append((inner, item[key], depth + 1))
    return found


def _snake_case(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _by_name(
    stored: Mapping[str, h5py.Dataset], expected: Mapping[str, Shape]
) -> dict[str, list[h5py.Dataset]]:
    """Arrays of a layer by ``kernel`` or ``forward/kernel``; more than one may have a name."""
    is_two_way = any("/" in name for name in expected)
    named: dict[str, list[h5py.Dataset]] = {}
    for path, array in stored.items():
        *groups, last = path.split("/")
        ways = [re.match("(forward|backward)(_|$)", part) for part in reversed(groups)]
        way = next((match[1] for match in ways if match and is_two_way), "")
        key = last.partition(":")[0]
        named.setdefault(f"{way}/{key}" if way else key, []).append(array)
    return named


def _by_number(
    stored: Mapping[str, h5py.Dataset], expected: Mapping[str, Shape]
) -> dict[str, list[h5py.Dataset]]:
    """The same for arrays that are numbered in Keras' order."""
    numbers: Counter[str] = Counter()
    named = {}
    for name in expected:
        way = name.rpartition("/")[0]
        path = f"/vars/{numbers[way]}"
        recurrent = "recurrent_kernel" in expected or "forward/recurrent_kernel" in expected
        place = f"/{way}_layer" * bool(way) + "/cell" * recurrent + path
        numbers[way] += 1
        if place in stored:
            named[name] = [stored[place]]
    extra = len(stored) - len(named)
    return named | ({f"{extra} more": []} if extra else {})


def _checked(
    named: Mapping[str, list[h5py.Dataset]], expected: Mapping[str, Shape], where: str
) -> dict[str, np.ndarray]:
    for name in sorted(set(named) ^ set(expected)):
        state = "is missing" if name in expected else "belongs to no weight of such a layer"
        raise BundleError(f"{where}: array {name[:60]!r} {state}")
    return {name: _read(named[name], name, expected[name], where) for name in expected}


def _read(arrays: list[h5py.Dataset], name: str, shape: Shape, where: str) -> np.ndarray:
    if len(arrays) > 1:
        raise BundleError(f"{where}: array {name!r} is there {len(arrays)} times; expected once")
    array = arrays[0]
    if array.shape != shape or array.dtype.kind != "f" or array.dtype.itemsize > 8:
        raise BundleError(
            f"{where}: {name} is {str(array.dtype)[:40]} of shape {array.shape}; expected float32 "
            f"of shape {shape}"
        )
    try:
        check_stored_here(array)
    except ValueError as error:
        raise BundleError(f"{where}: {name} {error}") from error
    values = np.asarray(array[()], dtype=np.float32)
    if not np.isfinite(values).all():
        raise BundleError(f"{where}: {name} holds numbers that are not finite")
    if name == "moving_variance" and (values < 0).any():
        raise BundleError(f"{where}: {name} holds a variance below 0")
    return values
