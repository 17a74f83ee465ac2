"""The model bundle, format version 1 (docs/formats/model_v1.md)."""

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

import keras
import numpy as np
import safetensors
import safetensors.numpy
from pydantic import Field

from enngene_core.errors import BundleError, SpecError
from enngene_core.models.ensemble import averaged
from enngene_core.models.imported_network import build_imported
from enngene_core.models.network import build_network
from enngene_core.specs.base import Provenance, Spec, validate
from enngene_core.specs.imported import ImportedNetwork
from enngene_core.specs.members import MAX_MEMBERS, MAX_PARAMETERS_OF_ALL, MembersSpec
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.shapes import MAX_PARAMETERS
from enngene_core.specs.training import TrainingSpec

FORMAT = "enngene-model"
VERSION = 1

_HEADER = 1 << 20
_LARGEST_WEIGHTS = 4 * MAX_PARAMETERS + _HEADER
_LARGEST_WEIGHTS_OF_ALL = 4 * MAX_PARAMETERS_OF_ALL + MAX_MEMBERS * _HEADER
_LARGEST = {
    "config.json": 4 << 20,
    "model.safetensors": _LARGEST_WEIGHTS,
    "README.md": 1 << 20,
    "history.tsv": 16 << 20,
}
# One date for all files, so that the same model has the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


class BundleConfig(Spec):
    """The contents of ``config.json``."""

    is_imported: ClassVar[bool] = False

    format: Literal["enngene-model"] = "enngene-model"
    version: int = Field(VERSION, ge=1)
    network: NetworkSpec
    dataset: DatasetSpec
    encodings: dict[str, str]
    training: TrainingSpec
    ensemble: MembersSpec = MembersSpec()
    metrics: dict[str, float]
    provenance: Provenance

    @property
    def n_members(self) -> int:
        """Networks whose mean the model gives."""
        return self.ensemble.n_members

    @property
    def trained_on(self) -> str | None:
        """SHA-256 of the dataset that the model was trained on; None if it does not say."""
        return self.provenance.get("inputs_sha256", {}).get("dataset")


class ImportedConfig(BundleConfig):
    """The same for a network that was trained elsewhere; how, nothing says."""

    is_imported: ClassVar[bool] = True

    network: ImportedNetwork
    training: TrainingSpec = Field(TrainingSpec(), exclude=True)
    ensemble: MembersSpec = Field(MembersSpec(), exclude=True)

    @property
    def n_members(self) -> int:
        """A model that was trained elsewhere is one network."""
        return 1


@dataclass(frozen=True)
class Bundle:
    """A trained model with all that is needed to use it again.

    Attributes
    ----------
    config : BundleConfig
    members : tuple of keras.Model
        As many networks as `config` says.
    """

    config: BundleConfig
    members: tuple[keras.Model, ...]

    @cached_property
    def model(self) -> keras.Model:
        """The network to use: the only member, or the mean of all (`averaged`)."""
        return averaged(self.members)


def weights_names(n_members: int) -> list[str]:
    """Files of the members' weights: ``model.safetensors``, ``model_2.safetensors``, ..."""
    return ["model.safetensors", *(f"model_{n}.safetensors" for n in range(2, n_members + 1))]


def write_bundle(path: Path, bundle: Bundle, *, card: str, history: str) -> None:
    """Write a bundle; equal arguments give equal bytes.

    Parameters
    ----------
    path
        Zip file to write.
    bundle
        Networks and config.
    card
        Markdown for ``README.md``.
    history
        Table for ``history.tsv``.
    """
    names = weights_names(bundle.config.n_members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)

        add("config.json", bundle.config.model_dump_json(indent=2).encode())
        for name, member in zip(names, bundle.members, strict=True):
            add(name, safetensors.numpy.save(weights(member)))
        add("README.md", card.encode())
        add("history.tsv", history.encode())


def weights(model: keras.Model) -> dict[str, np.ndarray]:
    """Copies of all weights by their path in the network, such as ``sequence_1/kernel``."""
    return {
        variable.path: np.asarray(variable) for variable in model.variables if _is_weight(variable)
    }


def _is_weight(variable: keras.Variable) -> bool:
    # Dropout keeps the state of its random numbers as a variable.
    return "seed_generator" not in variable.path


def read_bundle(path: Path) -> Bundle:
    """Networks and config of a bundle, without running anything that came in it.

    The networks are built from the checked config; then arrays are copied in by name.

    Raises
    ------
    BundleError
        If the file is no bundle, is damaged, or holds what a bundle must not hold.
    """
    files = _read_files(path)
    config = _read_config(path, files["config.json"])
    _check_members(path, config, files)
    members = []
    for name in weights_names(config.n_members):
        members.append(_built(path, config))
        _copy_weights(path, members[-1], name, files.pop(name))
    return Bundle(config, tuple(members))


def check_bundle(path: Path) -> BundleConfig:
    """Config of a bundle; its networks are not built.

    Raises
    ------
    BundleError
        If the file is no bundle, or its config cannot be used.
    """
    return _read_config(path, _read_files(path)["config.json"])


def _built(path: Path, config: BundleConfig) -> keras.Model:
    try:
        if isinstance(config.network, ImportedNetwork):
            return build_imported(config.network, **config.dataset.sizes)
        return build_network(config.network, **config.dataset.sizes)
    except SpecError as error:
        raise BundleError(f"{path}: config.json: {error}") from error


def _check_members(path: Path, config: BundleConfig, files: Mapping[str, bytes]) -> None:
    names = weights_names(config.n_members)
    for name in sorted(set(names) ^ (set(files) - set(_LARGEST) | {names[0]})):
        state = f"is missing {name}" if name in names else f"found {name}"
        raise BundleError(
            f"{path}: {state}; expected the weights of {config.n_members} networks, as its "
            "config.json says"
        )


def _read_files(path: Path) -> dict[str, bytes]:
    if not path.is_file():
        raise BundleError(f"{path}: no such file")
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in _checked_names(path, archive)}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise BundleError(
            f"{path}: not a zip file, or cut short or damaged; expected a model bundle that "
            "'enngene train' wrote"
        ) from error
    except RuntimeError as error:  # zipfile raises it for an encrypted member
        raise BundleError(f"{path}: {error}; expected a model bundle") from error


def _checked_names(path: Path, archive: zipfile.ZipFile) -> list[str]:
    infos = archive.infolist()
    more = weights_names(MAX_MEMBERS)[1:]
    largest = _LARGEST | dict.fromkeys(more, _LARGEST_WEIGHTS)
    found: list[str] = []
    for info in infos:
        if info.filename not in largest or info.filename in found:
            raise BundleError(
                f"{path}: found member {info.filename[:80]!r}; expected once each of "
                f"{', '.join(_LARGEST)}, and in an ensemble {more[0]} to {more[-1]}, and nothing "
                "else"
            )
        found.append(info.filename)
        # Other methods take memory as the archive wants it.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BundleError(
                f"{path}: {info.filename} is compressed by method {info.compress_type}; expected "
                "deflate, as 'enngene train' writes it"
            )
        if info.file_size > largest[info.filename]:
            raise BundleError(
                f"{path}: {info.filename} would take {info.file_size:,} bytes; expected at most "
                f"{largest[info.filename]:,}"
            )
    size = sum(info.file_size for info in infos if info.filename.endswith(".safetensors"))
    if size > _LARGEST_WEIGHTS_OF_ALL:
        raise BundleError(
            f"{path}: its weights would take {size:,} bytes; expected at most "
            f"{_LARGEST_WEIGHTS_OF_ALL:,}"
        )
    for name in _LARGEST:
        if name not in found:
            raise BundleError(f"{path}: has no {name}; expected a model bundle")
    return found


def _read_config(path: Path, content: bytes) -> BundleConfig:
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: config.json is not JSON") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise BundleError(f"{path}: config.json is not of the format {FORMAT!r}")
    version = values.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise BundleError(
            f"{path}: format version {str(version)[:40]}; this program reads {VERSION}; a newer "
            "enngene-core may read it"
        )
    network = values.get("network")
    is_imported = isinstance(network, dict) and network.get("type") == "imported"
    kind = ImportedConfig if is_imported else BundleConfig
    try:
        config = validate(kind, values, source=f"{path}: config.json")
    except SpecError as error:
        raise BundleError(str(error)) from error
    if missing := set(config.network.branches) - set(config.dataset.encodings):
        raise BundleError(
            f"{path}: config.json: the network reads {sorted(missing)[0]}, which its dataset lacks"
        )
    return config


def _copy_weights(path: Path, model: keras.Model, file: str, content: bytes) -> None:
    try:
        arrays = safetensors.numpy.load(content)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{path}: {file} is damaged") from error
    wanted = {variable.path: variable for variable in model.variables if _is_weight(variable)}
    for name in sorted(set(arrays) ^ set(wanted)):
        state = "is missing" if name in wanted else "belongs to no layer of its config"
        raise BundleError(f"{path}: {file}: tensor {name[:80]!r} {state}")
    for name, variable in wanted.items():
        array = arrays[name]
        if array.shape != tuple(variable.shape) or array.dtype != np.dtype(variable.dtype):
            raise BundleError(
                f"{path}: {file}: {name} is {array.dtype} of shape {array.shape}; "
                f"expected {variable.dtype} of shape {tuple(variable.shape)}"
            )
        if not np.isfinite(array).all():
            raise BundleError(f"{path}: {file}: {name} holds numbers that are not finite")
        variable.assign(array)
