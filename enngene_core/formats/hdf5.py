"""HDF5 files whose bytes depend on their contents alone."""

import os
import tempfile
from pathlib import Path

import h5py
import numpy as np

#: Bytes for groups, attributes and the like.
_ROOM_OF_HDF5 = 1 << 20


def create_file(path: Path) -> h5py.File:
    """New file; the newer file layouts would stamp every group with the time of day."""
    return h5py.File(path, "w", libver=("earliest", "v108"))


def write_text(group: h5py.Group, name: str, texts: np.ndarray) -> None:
    """Texts, as UTF-8 bytes, as one dataset of fixed length."""
    dtype = h5py.string_dtype("utf-8", max(1, texts.dtype.itemsize))
    group.create_dataset(name, data=texts.astype(dtype))


def create_contiguous(
    group: h5py.Group, name: str, shape: tuple[int, ...], dtype: str
) -> h5py.Dataset:
    """Dataset in one piece, whose place in the file is known before it is written."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    return group.create_dataset(name, shape, dtype, dcpl=properties)


def check_room(path: Path, size: int) -> None:
    """Refuse a disk that is too small for what is to be written; HDF5 itself may end the process.

    Parameters
    ----------
    path
        File that is to be written.
    size
        Bytes of what it will hold, HDF5's own aside.

    Raises
    ------
    OSError
        If the disk has less room.
    """
    with tempfile.TemporaryFile(dir=path.parent) as scratch:
        _allocate(scratch.fileno(), size + _ROOM_OF_HDF5, path)


def reserve(path: Path) -> None:
    """Take the disk space of a file now, so that a full disk is told before it is written.

    Raises
    ------
    OSError
        If the disk is too small; writing to the mapped file would end the process instead.
    """
    with open(path, "r+b") as file:
        _allocate(file.fileno(), os.fstat(file.fileno()).st_size, path)


def _allocate(descriptor: int, size: int, path: Path) -> None:
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        message = f"{error.strerror} ({(size >> 20) + 1:,} MiB are needed)"
        raise OSError(error.errno, message, str(path)) from error
