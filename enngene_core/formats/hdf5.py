"""HDF5 files whose bytes depend on their contents alone."""

from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np


def create_file(path: Path) -> h5py.File:
    """New file; the newer file layouts would stamp every group with the time of day."""
    return h5py.File(path, "w", libver=("earliest", "v108"))


def write_text(group: h5py.Group, name: str, texts: Iterable[str]) -> None:
    """Texts as one dataset of fixed-length UTF-8."""
    encoded = [text.encode() for text in texts]
    longest = max(map(len, encoded), default=1)
    dtype = h5py.string_dtype("utf-8", max(1, longest))
    group.create_dataset(name, data=np.array(encoded, dtype=dtype))
