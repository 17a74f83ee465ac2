"""The dataset file, format version 1 (docs/formats/dataset_v1.md)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from pydantic import TypeAdapter, ValidationError

from enngene_core.errors import DatasetError
from enngene_core.formats.hdf5 import create_file, write_text
from enngene_core.formats.opened import OpenedFile
from enngene_core.intervals.windows import Windows
from enngene_core.specs.base import Provenance, describe
from enngene_core.specs.branches import SYMBOLS, UNKNOWN_BASE
from enngene_core.specs.preprocess import SPLITS, DatasetSpec

FORMAT = "enngene-dataset"
VERSION = 1

#: What h5py raises for a damaged file, or for types that numpy does not have.
_UNREADABLE = (OSError, KeyError, TypeError, ValueError, RuntimeError)

_TEXT_COLUMNS = ("chrom", "strand", "name")
_DTYPES = {
    "start": np.int64,
    "end": np.int64,
    "label": np.int32,
    "split": np.uint8,
    "source_row": np.int64,
}
_COLUMNS = ("chrom", "start", "end", "strand", "name", "label", "split", "source_row")


def write_dataset(
    path: Path,
    *,
    windows: Windows,
    split: np.ndarray,
    branches: Mapping[str, np.ndarray],
    spec: DatasetSpec,
    provenance: Mapping[str, Any],
) -> None:
    """Write a dataset; equal arguments give equal bytes.

    Parameters
    ----------
    path
        File to write.
    windows, split
        Windows, and the index of each one's split, shape (n_windows,).
    branches
        Coded branches, each of shape (n_windows, width).
    spec
        What the dataset holds.
    provenance
        Checksums of inputs and versions of software.
    """
    with create_file(path) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format-version"] = VERSION
        file.attrs["spec"] = spec.model_dump_json(exclude={"classes"})
        file.attrs["classes"] = json.dumps(list(spec.classes))
        file.attrs["provenance"] = json.dumps(provenance, sort_keys=True)
        group = file.create_group("windows")
        for field in fields(windows):
            values = getattr(windows, field.name)
            if field.name in _TEXT_COLUMNS:
                write_text(group, field.name, values)
            else:
                group.create_dataset(field.name, data=values.astype(_DTYPES[field.name]))
        group.create_dataset("split", data=split.astype(_DTYPES["split"]))
        group["split"].attrs["names"] = json.dumps(SPLITS)
        group = file.create_group("branches")
        for name, values in branches.items():
            # Contiguous and plain: compressed chunks would make random batches slow.
            group.create_dataset(name, data=values)
            if name in SYMBOLS:
                group[name].attrs["symbols"] = SYMBOLS[name]


@dataclass(frozen=True)
class _Layout:
    spec: DatasetSpec
    provenance: Provenance
    n_windows: int


class Dataset(OpenedFile):
    """A dataset file, opened and checked; windows and branches are read on demand.

    Parameters
    ----------
    path
        File that preprocessing wrote.

    Attributes
    ----------
    spec : DatasetSpec
    provenance : dict
    label, split : ndarray, shape (n_windows,)

    Raises
    ------
    DatasetError
        If the file is no dataset, is of a newer version, or lacks a part, which is named.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise DatasetError(f"{path}: no such file")
        try:
            self._file = h5py.File(path, "r")
        except OSError as error:
            raise DatasetError(
                f"{path}: not an HDF5 file, or cut short; expected a dataset that "
                "'enngene preprocess' wrote"
            ) from error
        try:
            layout = self._check()
            self.label = self._file["windows/label"][:]
            self.split = self._file["windows/split"][:]
            self._check_values(layout)
        except DatasetError:
            self._file.close()
            raise
        except _UNREADABLE as error:
            self._file.close()
            raise self._damaged(error) from error
        self.spec, self.provenance = layout.spec, layout.provenance
        self.n_windows = layout.n_windows

    def _check(self) -> _Layout:
        attributes = self._file.attrs
        found = attributes.get("format")
        if found != FORMAT:
            raise DatasetError(
                f"{self.path}: its format is {str(found)[:40]!r}; expected {FORMAT!r}, a dataset "
                "that 'enngene preprocess' wrote"
            )
        version = attributes.get("format-version")
        if not isinstance(version, (int, np.integer)) or not 1 <= version <= VERSION:
            raise DatasetError(
                f"{self.path}: format version {str(version)[:40]}; this program reads {VERSION}; "
                "a newer enngene-core may read it"
            )
        try:
            spec = DatasetSpec.model_validate(
                {
                    **json.loads(str(attributes["spec"])),
                    "classes": json.loads(str(attributes["classes"])),
                }
            )
            provenance = TypeAdapter(Provenance).validate_json(str(attributes["provenance"]))
        except KeyError as error:
            raise DatasetError(f"{self.path}: attribute {error} is missing") from error
        except ValidationError as error:
            raise DatasetError(f"{self.path}: its attributes: {describe(error)}") from error
        except (ValueError, TypeError, RecursionError) as error:
            raise DatasetError(f"{self.path}: an attribute is not JSON ({error})") from error
        n_windows = self._member("windows/start").shape[0]
        for column in _COLUMNS:
            member = self._member(f"windows/{column}")
            is_right = (
                member.dtype.kind == "S"
                if column in _TEXT_COLUMNS
                else member.dtype == _DTYPES[column]
            )
            if member.shape != (n_windows,) or not is_right:
                raise DatasetError(
                    f"{self.path}: /windows/{column} is {member.dtype} of shape {member.shape}; "
                    f"expected one value for each of {n_windows} windows"
                )
        for name in spec.branches:
            member = self._member(f"branches/{name}")
            dtype = np.dtype(np.uint8 if name in SYMBOLS else np.float32)
            if member.shape != (n_windows, spec.window) or member.dtype != dtype:
                raise DatasetError(
                    f"{self.path}: /branches/{name} is {member.dtype} of shape {member.shape}; "
                    f"expected {dtype} of shape {(n_windows, spec.window)}"
                )
        return _Layout(spec, provenance, n_windows)

    def _member(self, name: str) -> h5py.Dataset:
        # An external or soft link could name any file of the server.
        member: Any = self._file
        for part in name.split("/"):
            link = member.get(part, getlink=True) if isinstance(member, h5py.Group) else None
            member = member.get(part) if isinstance(link, h5py.HardLink) else None
        if not isinstance(member, h5py.Dataset):
            raise DatasetError(f"{self.path}: /{name} is missing")
        if member.external or member.is_virtual:
            raise DatasetError(f"{self.path}: /{name} keeps its data in another file; refused")
        # A huge shape costs nothing to declare; stored bytes are bounded by the file's own size.
        if member.id.get_storage_size() < member.nbytes:
            raise DatasetError(
                f"{self.path}: /{name} holds less than its shape {member.shape} says"
            )
        return member

    def _check_values(self, layout: _Layout) -> None:
        if len(self.label) and not (
            self.label.min() >= 0 and self.label.max() < len(layout.spec.classes)
        ):
            raise DatasetError(f"{self.path}: /windows/label names a class that does not exist")
        if len(self.split) and self.split.max() >= len(SPLITS):
            raise DatasetError(f"{self.path}: /windows/split names a split that does not exist")

    def rows(self, split: str) -> np.ndarray:
        """Row numbers of one split, in the file's order.

        Raises
        ------
        DatasetError
            If the split has no window.
        """
        rows = np.flatnonzero(self.split == SPLITS.index(split))
        if not len(rows):
            counts = ", ".join(
                f"{name} {np.count_nonzero(self.split == index)}"
                for index, name in enumerate(SPLITS)
            )
            raise DatasetError(f"{self.path}: no windows in the {split} split (found {counts})")
        return rows

    def windows(self, rows: np.ndarray) -> Windows:
        """Windows at increasing row numbers."""
        columns = {}
        for field in fields(Windows):
            values = self._read(f"windows/{field.name}", slice(None))[rows]
            if field.name in _TEXT_COLUMNS:
                values = np.array([v.decode("utf-8", "replace") for v in values], dtype=object)
            columns[field.name] = values
        return Windows(**columns)

    def branch(self, name: str, rows: np.ndarray) -> np.ndarray:
        """One coded branch at increasing row numbers, shape (n_rows, width).

        Raises
        ------
        DatasetError
            If a code or score is not allowed.
        """
        first, last = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
        values = self._read(f"branches/{name}", slice(first, last))[rows - first]
        n_codes = {"sequence": UNKNOWN_BASE + 1, "structure": len(SYMBOLS["structure"])}.get(name)
        is_bad = ~np.isfinite(values) if n_codes is None else values >= n_codes
        if is_bad.any():
            row, position = np.argwhere(is_bad)[0]
            expected = "a number" if n_codes is None else f"a code below {n_codes}"
            raise DatasetError(
                f"{self.path}: /branches/{name}, row {rows[row]}, position {position}: found "
                f"{values[row, position]}; expected {expected}"
            )
        return values

    def _read(self, name: str, rows: slice) -> np.ndarray:
        try:
            return self._file[name][rows]
        except _UNREADABLE as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> DatasetError:
        return DatasetError(f"{self.path}: damaged ({' '.join(str(error).split())})")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
