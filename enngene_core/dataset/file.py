"""The dataset file, opened for reading."""

from pathlib import Path

import h5py
import numpy as np

from enngene_core.dataset.file_checks import check_arrays, check_places, read_description
from enngene_core.errors import DatasetError
from enngene_core.formats.first_look import look_first
from enngene_core.formats.foreign_hdf5 import UNREADABLE
from enngene_core.formats.opened import OpenedFile
from enngene_core.intervals.windows import COLUMNS, Windows
from enngene_core.specs.splitting import SPLITS


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
            look_first(self._check)
            self._check()
            self.label = self._file["windows/label"][:]
            self.split = self._file["windows/split"][:]
            self._check_values()
        except DatasetError:
            self._file.close()
            raise
        except UNREADABLE as error:
            self._file.close()
            raise self._damaged(error) from error

    def _check(self) -> None:
        self.spec, self.provenance = read_description(self.path, self._file)
        self.n_windows = check_arrays(self.path, self._file, self.spec)

    def _check_values(self) -> None:
        if len(self.label) and not (
            self.label.min() >= 0 and self.label.max() < len(self.spec.classes)
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
        """Windows at increasing row numbers.

        Raises
        ------
        DatasetError
            If one lies nowhere, or is of another width.
        """
        columns = {name: self._read(f"windows/{name}", slice(None))[rows] for name in COLUMNS}
        check_places(self.path, columns, rows, self.spec.window)
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
        except UNREADABLE as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> DatasetError:
        return DatasetError(f"{self.path}: damaged ({' '.join(str(error).split())})")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
