"""Keras' own model files, `.h5` and `.keras`, opened as data: nothing in them is run."""

import json
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import h5py
import numpy as np

from enngene_core.errors import BundleError
from enngene_core.formats.first_look import look_first
from enngene_core.formats.foreign_hdf5 import LARGEST_TEXT, UNREADABLE, read_attribute
from enngene_core.models.keras_arrays import numbered_places, read_arrays
from enngene_core.models.keras_graph import KerasLayer
from enngene_core.models.zip_file import DAMAGED, check_directory, check_member
from enngene_core.specs.imported_shapes import Shape
from enngene_core.specs.shapes import MAX_PARAMETERS

#: Weights as float64, and what an optimiser keeps beside them.
_LARGEST_WEIGHTS = 4 * 8 * MAX_PARAMETERS + (16 << 20)
_HDF5 = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class KerasFile:
    """An open model file.

    Attributes
    ----------
    path : Path
    config : dict
        Model config, parsed but not checked.
    keras_version : str
    """

    path: Path
    config: Any
    keras_version: str
    _weights: h5py.File
    #: Whether arrays are kept by their number, as in `.keras`, and not by their name.
    _is_numbered: bool

    def arrays(
        self, layers: Mapping[str, KerasLayer], weights: Mapping[str, Mapping[str, Shape]]
    ) -> dict[str, dict[str, np.ndarray]]:
        """Weights of layers, checked by name, shape, type and for numbers that are not finite.

        Parameters
        ----------
        layers
            Foreign layers by their new names, in the order of the config.
        weights
            Shapes of the arrays of each, by the names that `imported_shapes` gives them.

        Returns
        -------
        dict of str to dict of str to ndarray of float32

        Raises
        ------
        BundleError
            If an array is missing, belongs to no layer, or is another than expected.
        """
        places = numbered_places(self.config) if self._is_numbered else {}
        found = {}
        for name, layer in layers.items():
            if weights[name]:
                place = places.get(layer.name, f"model_weights/{layer.name}")
                where = f"{self.path}: {layer.label}"
                try:
                    found[name] = read_arrays(
                        self._weights, place, weights[name], where, is_numbered=self._is_numbered
                    )
                except BundleError:
                    raise
                except UNREADABLE as error:
                    raise BundleError(f"{where}: its weights are damaged") from error
        return found


@contextmanager
def open_keras_file(path: Path) -> Iterator[KerasFile]:
    """Open a `.h5` or `.keras` file, whichever it is by its contents.

    Raises
    ------
    BundleError
        If it is neither, is damaged or too large, or holds weights without their model.
    """
    if not path.is_file():
        raise BundleError(f"{path}: no such file")
    with ExitStack() as stack:
        try:
            is_zip = zipfile.is_zipfile(path)
            opened = _open_zip(path, stack) if is_zip else _open_hdf5(path, stack)
        except BundleError:
            raise
        except (*UNREADABLE, *DAMAGED) as error:
            raise BundleError(
                f"{path}: cut short or damaged; expected a model that Keras saved (.h5 or .keras)"
            ) from error
        yield opened


def _open_hdf5(path: Path, stack: ExitStack) -> KerasFile:
    with path.open("rb") as start:
        if start.read(len(_HDF5)) != _HDF5:
            raise BundleError(f"{path}: expected a model that Keras saved (.h5 or .keras)")
    file = stack.enter_context(h5py.File(path, "r"))
    read = partial(read_attribute, file, path=path, error=BundleError)
    look_first(lambda: (read("model_config"), read("keras_version")))
    content, version = read("model_config"), read("keras_version")
    if content is None:
        raise BundleError(
            f"{path}: has no model_config; expected a whole model (model.save), not weights alone"
        )
    config = _parsed(path, str(content))
    return KerasFile(path, config, _shown("1" if version is None else version), file, False)


def _open_zip(path: Path, stack: ExitStack) -> KerasFile:
    check_directory(path)
    archive = stack.enter_context(zipfile.ZipFile(path))
    largest = {
        "config.json": LARGEST_TEXT,
        "metadata.json": 1 << 20,
        "model.weights.h5": _LARGEST_WEIGHTS,
    }
    infos = [info for info in archive.infolist() if info.filename in largest]
    if Counter(info.filename for info in infos) != Counter(list(largest)):
        raise BundleError(
            f"{path}: a zip file without {', '.join(largest)}, once each; expected a model that "
            "Keras saved (.keras)"
        )
    for info in infos:
        check_member(path, info, largest[info.filename])
    config = _parsed(path, archive.read("config.json").decode())
    metadata = _parsed(path, archive.read("metadata.json").decode())
    version = metadata.get("keras_version", "3") if isinstance(metadata, dict) else "3"
    scratch: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (the stack closes it)
    stack.enter_context(scratch)
    with archive.open("model.weights.h5") as packed:
        shutil.copyfileobj(packed, scratch)
    weights = stack.enter_context(h5py.File(scratch, "r"))
    return KerasFile(path, config, _shown(version), weights, True)


def _shown(version: Any) -> str:
    return re.sub(r"[^0-9A-Za-z.+-]", "", str(version))[:20]


def _parsed(path: Path, content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: its model config is not JSON") from error
