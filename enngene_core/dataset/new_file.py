"""Writing of the dataset file."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from enngene_core.dataset.layout import DTYPES, FORMAT, TEXT_COLUMNS, VERSION
from enngene_core.formats.hdf5 import (
    check_room,
    create_contiguous,
    create_file,
    reserve,
    write_text,
)
from enngene_core.intervals.windows import COLUMNS, Windows
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.splitting import SPLITS


@contextmanager
def new_dataset(
    path: Path,
    *,
    windows: Windows,
    split: np.ndarray,
    spec: DatasetSpec,
    provenance: Callable[[], Mapping[str, Any]],
) -> Iterator[dict[str, np.ndarray]]:
    """Write a dataset; its branches are filled in the block, row by row in any order.

    Equal contents give equal bytes. The file is none that a reader accepts until the block has
    ended well.

    Parameters
    ----------
    path
        File to write.
    windows, split
        Windows, and the index of each one's split, shape (n_windows,).
    spec
        What the dataset holds.
    provenance
        Gives the checksums of inputs and versions of software; called after the block.

    Yields
    ------
    dict of str to ndarray, each of shape (n_windows, kept width)
        The branches with the flanks that are kept, as they lie in the file. Those that are taken
        out of it take no memory once their user has let them go.

    Raises
    ------
    OSError
        If the disk is too small.
    """
    offsets = _write_windows(path, windows, split, spec)
    reserve(path)
    branches: dict[str, np.ndarray] = {
        name: np.memmap(
            path,
            dtype=spec.encodings[name].dtype,
            mode="r+",
            offset=offset,
            shape=(len(windows), spec.kept_width),
        )
        for name, offset in offsets.items()
    }
    yield branches
    branches.clear()
    attributes = {
        "spec": spec.model_dump_json(exclude={"classes"}),
        "classes": json.dumps(list(spec.classes)),
        "provenance": json.dumps(provenance(), sort_keys=True),
        "format-version": VERSION,
        "format": FORMAT,
    }
    check_room(path, sum(len(str(value)) for value in attributes.values()))
    with h5py.File(path, "r+", libver=("earliest", "v108")) as file:
        for name, value in attributes.items():
            file.attrs[name] = value


def _write_windows(
    path: Path, windows: Windows, split: np.ndarray, spec: DatasetSpec
) -> dict[str, int]:
    """Write all but the branches, whose places in the file are returned."""
    columns = {name: getattr(windows, name) for name in COLUMNS}
    columns |= {"chrom": windows.chrom_names, "split": split}
    n_bytes = sum(np.dtype(encoding.dtype).itemsize for encoding in spec.encodings.values())
    n_bytes *= spec.kept_width * len(windows)
    check_room(path, n_bytes + sum(values.nbytes for values in columns.values()))
    offsets = {}
    with create_file(path) as file:
        group = file.create_group("windows")
        for name, values in columns.items():
            if name in TEXT_COLUMNS:
                write_text(group, name, values)
            else:
                group.create_dataset(name, data=values.astype(DTYPES[name]))
        group["split"].attrs["names"] = json.dumps(SPLITS)
        group = file.create_group("branches")
        for name, encoding in spec.encodings.items():
            # Contiguous and plain: compressed chunks would make random batches slow.
            shape = (len(windows), spec.kept_width)
            member = create_contiguous(group, name, shape, encoding.dtype)
            offsets[name] = member.id.get_offset()
            if encoding.is_coded:
                member.attrs["symbols"] = encoding.symbols
    return offsets
