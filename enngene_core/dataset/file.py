"""The dataset file, opened for reading."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from pydantic import TypeAdapter, ValidationError

from enngene_core.dataset.layout import DTYPES, FORMAT, TEXT_COLUMNS, VERSION
from enngene_core.errors import DatasetError
from enngene_core.formats.opened import OpenedFile
from enngene_core.intervals.windows import COLUMNS, Windows
from enngene_core.specs.base import Provenance, describe
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.splitting import SPLITS

#: What h5py raises for a damaged file, or for types that numpy does not have.
_UNREADABLE = (OSError, KeyError, TypeError, ValueError, RuntimeError)


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
        n_windows = self._member("windows/start").size
        for column in (*COLUMNS, "split"):
            member = self._member(f"windows/{column}")
            is_right = (
                member.dtype.kind == "S"
                if column in TEXT_COLUMNS
                else member.dtype == DTYPES[column]
            )
            if member.shape != (n_windows,) or not is_right:
                raise DatasetError(
                    f"{self.path}: /windows/{column} is {member.dtype} of shape {member.shape}; "
                    f"expected one value for each of {n_windows} windows"
                )
        for name, encoding in spec.encodings.items():
            member = self._member(f"branches/{name}")
            dtype = np.dtype(encoding.dtype)
            if member.shape != (n_windows, spec.kept_width) or member.dtype != dtype:
                raise DatasetError(
                    f"{self.path}: /branches/{name} is {member.dtype} of shape {member.shape}; "
                    f"expected {dtype} of shape {(n_windows, spec.kept_width)}"
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
        columns = {name: self._read(f"windows/{name}", slice(None))[rows] for name in COLUMNS}
        # Ready sequences of two classes, or a chromosome, may bear one name.
        is_ready = ~self.spec.on_genome(columns["label"])
        stretch = np.where(is_ready, columns["label"], -1).tolist()
        index_of: dict[tuple[bytes, int], int] = {}
        columns["chrom"] = np.array(
            [
                index_of.setdefault(key, len(index_of))
                for key in zip(columns["chrom"].tolist(), stretch, strict=True)
            ],
            dtype=np.int32,
        )
        chroms = tuple(name.decode("utf-8", "replace") for name, _ in index_of)
        return Windows(chroms=chroms, **columns)

    def branch(self, name: str, rows: np.ndarray, *, flank: int = 0) -> np.ndarray:
        """One coded branch at increasing row numbers, shape (n_rows, window + 2 * flank).

        Parameters
        ----------
        name
            Branch.
        rows
            Row numbers.
        flank
            Positions on each side of the windows that are read too, at most those that are kept.

        Raises
        ------
        DatasetError
            If a code or score is not allowed.
        """
        first, last = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
        left_out = self.spec.flank - flank
        inside = slice(left_out, self.spec.kept_width - left_out)
        values = self._read(f"branches/{name}", slice(first, last), inside)[rows - first]
        encoding = self.spec.encodings[name]
        is_bad = values > encoding.no_symbol if encoding.is_coded else ~np.isfinite(values)
        if is_bad.any():
            row, position = np.argwhere(is_bad)[0]
            expected = f"a code up to {encoding.no_symbol}" if encoding.is_coded else "a number"
            raise DatasetError(
                f"{self.path}: /branches/{name}, row {rows[row]}, position {left_out + position}: "
                f"found {values[row, position]}; expected {expected}"
            )
        return values

    def _read(self, name: str, *places: slice) -> np.ndarray:
        try:
            return self._file[name][places]
        except _UNREADABLE as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> DatasetError:
        return DatasetError(f"{self.path}: damaged ({' '.join(str(error).split())})")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
