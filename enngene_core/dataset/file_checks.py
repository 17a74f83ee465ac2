"""Checks of a dataset file: what it says of itself, and that its arrays are what it says."""

from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from pydantic import TypeAdapter, ValidationError

from enngene_core.dataset.layout import DTYPES, FORMAT, TEXT_COLUMNS, VERSION
from enngene_core.errors import DatasetError
from enngene_core.formats.foreign_hdf5 import check_stored_here, is_own, read_attribute
from enngene_core.intervals.windows import COLUMNS
from enngene_core.specs.base import Provenance, describe, parse_json
from enngene_core.specs.preprocess import DatasetSpec

#: No chromosome is longer, bp; sums of such places are far from the largest number.
_LARGEST_PLACE = 1 << 48


def read_description(path: Path, file: h5py.File) -> tuple[DatasetSpec, Provenance]:
    """What a dataset holds, and of what it was made, from its attributes.

    Raises
    ------
    DatasetError
        If the file is none of this format, is of a newer version, or lacks an attribute.
    OSError, RuntimeError, ValueError, KeyError, TypeError
        If it is damaged.
    """
    read = partial(read_attribute, file, path=path, error=DatasetError)
    found = read("format")
    if found != FORMAT:
        raise DatasetError(
            f"{path}: its format is {str(found)[:40]!r}; expected {FORMAT!r}, a dataset that "
            "'enngene preprocess' wrote"
        )
    version = read("format-version")
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise DatasetError(
            f"{path}: format version {repr(version)[:40]}; this program reads {VERSION}; a newer "
            "enngene-core may read it"
        )
    texts = {name: read(name) for name in ("spec", "classes", "provenance")}
    for name, text in texts.items():
        if text is None:
            raise DatasetError(f"{path}: attribute {name!r} is missing")
    try:
        spec, classes, provenance = (parse_json(str(text).encode()) for text in texts.values())
        return (
            DatasetSpec.model_validate({**spec, "classes": classes}),
            TypeAdapter(Provenance).validate_python(provenance),
        )
    except ValidationError as error:
        raise DatasetError(f"{path}: its attributes: {describe(error)}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise DatasetError(f"{path}: one of its attributes is not JSON ({error})") from error


def check_arrays(path: Path, file: h5py.File, spec: DatasetSpec) -> int:
    """Number of windows of a file whose arrays all have their types and shapes.

    Raises
    ------
    DatasetError
        If an array is missing, is none of this file, or is another than expected.
    """
    n_windows = _array(path, file, "windows/start").size
    for column in (*COLUMNS, "split"):
        array = _array(path, file, f"windows/{column}")
        is_right = (
            array.dtype.kind == "S" if column in TEXT_COLUMNS else array.dtype == DTYPES[column]
        )
        if array.shape != (n_windows,) or not is_right:
            raise DatasetError(
                f"{path}: /windows/{column} is {str(array.dtype)[:40]} of shape {array.shape}; "
                f"expected one value for each of {n_windows} windows"
            )
    for name, encoding in spec.encodings.items():
        array = _array(path, file, f"branches/{name}")
        dtype = np.dtype(encoding.dtype)
        if array.shape != (n_windows, spec.kept_width) or array.dtype != dtype:
            raise DatasetError(
                f"{path}: /branches/{name} is {str(array.dtype)[:40]} of shape {array.shape}; "
                f"expected {dtype} of shape {(n_windows, spec.kept_width)}"
            )
    return n_windows


def _array(path: Path, file: h5py.File, name: str) -> h5py.Dataset:
    member: Any = file
    for part in name.split("/"):
        is_there = isinstance(member, h5py.Group) and is_own(member, part)
        member = member[part] if is_there else None
    if not isinstance(member, h5py.Dataset):
        raise DatasetError(f"{path}: /{name} is missing")
    try:
        check_stored_here(member)
    except ValueError as error:
        raise DatasetError(f"{path}: /{name} {error}") from error
    return member


def check_places(path: Path, columns: dict[str, np.ndarray], rows: np.ndarray, width: int) -> None:
    """Refuse windows that lie nowhere.

    Parameters
    ----------
    path
        File, for messages.
    columns : dict of str to ndarray, each of shape (n_rows,)
        Columns of `/windows`, at some rows.
    rows : ndarray of int, shape (n_rows,)
        Their numbers.
    width
        Width of windows, without flanks.

    Raises
    ------
    DatasetError
        If a number is negative or a strand none, or a place and its padding are no window.
    """
    is_bad = {
        name: (columns[name] < 0) | (columns[name] > _LARGEST_PLACE)
        for name in ("start", "end", "pad_left", "pad_right", "source_row", "source_length")
    }
    is_bad["strand"] = ~np.isin(columns["strand"], [b"+", b"-", b"."])
    for name, bad in is_bad.items():
        if bad.any():
            index = int(np.argmax(bad))
            expected = "+ - or ." if name == "strand" else "a whole number from 0"
            found = columns[name][index].item()
            found = found.decode("utf-8", "replace")[:40] if name == "strand" else found
            raise DatasetError(
                f"{path}: /windows/{name}, row {rows[index]}: found {found!r}; expected {expected}"
            )
    length = columns["end"] - columns["start"]
    is_other = (length < 0) | (length + columns["pad_left"] + columns["pad_right"] != width)
    if is_other.any():
        index = int(np.argmax(is_other))
        raise DatasetError(
            f"{path}: /windows, row {rows[index]}: start, end and padding span "
            f"{length[index] + columns['pad_left'][index] + columns['pad_right'][index]} nt; "
            f"expected a window of {width}"
        )
