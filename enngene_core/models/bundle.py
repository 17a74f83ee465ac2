"""The model bundle, format version 1 (docs/formats/model_v1.md).

TensorFlow is loaded by what needs a network only, so that a bundle is refused before.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import safetensors
import safetensors.numpy
from pydantic import Field, model_validator

from enngene_core.dataset.typical import Typical, typical_shapes
from enngene_core.errors import BundleError, SpecError
from enngene_core.models.bundle_zip import TYPICAL, BundleZip, open_bundle_zip, weights_names
from enngene_core.specs.base import Provenance, Spec, parse_json, validate
from enngene_core.specs.branches import Encoding
from enngene_core.specs.calibration import Calibration, check_classes
from enngene_core.specs.imported import ImportedNetwork
from enngene_core.specs.imported_shapes import imported_weights
from enngene_core.specs.members import MembersSpec, check_size
from enngene_core.specs.network import NetworkSpec, Precision
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.shapes import Shape, layer_shapes
from enngene_core.specs.training import TrainingSpec

if TYPE_CHECKING:
    import keras

FORMAT = "enngene-model"
VERSION = 1

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
    calibration: Calibration | None = None
    provenance: Provenance

    @model_validator(mode="after")
    def _check_calibration(self) -> "BundleConfig":
        check_classes(self.calibration, len(self.dataset.classes))
        return self

    @property
    def n_members(self) -> int:
        """Networks whose mean the model gives."""
        return self.ensemble.n_members

    @property
    def read_encodings(self) -> dict[str, Encoding]:
        """Encoding of each branch that the network reads, in its order."""
        return {name: self.dataset.encodings[name] for name in self.network.branches}

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
    typical : Typical or None
        What the training windows are made of; imported and older models lack it.
    """

    config: BundleConfig
    members: "tuple[keras.Model, ...]"
    typical: Typical | None = None

    @cached_property
    def model(self) -> "keras.Model":
        """The network to use: the only member, or the mean of all (`averaged`)."""
        from enngene_core.models.ensemble import averaged

        return averaged(self.members)


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
        if bundle.typical is not None:
            add(TYPICAL, safetensors.numpy.save(bundle.typical.arrays))
        add("README.md", card.encode())
        add("history.tsv", history.encode())


def weights(model: "keras.Model") -> dict[str, np.ndarray]:
    """Copies of all weights by their path in the network, such as ``sequence_1/kernel``."""
    return {
        variable.path: np.asarray(variable)
        for variable in model.variables
        # Dropout keeps the state of its random numbers as a variable.
        if "seed_generator" not in variable.path
    }


def copy_weights(source: "keras.Model", target: "keras.Model") -> None:
    """Copy all weights to a network with the same ones, by their path.

    In which order a network lists them depends on how many layers its branches have.
    """
    variables = {variable.path: variable for variable in target.variables}
    for name, array in weights(source).items():
        variables[name].assign(array)


def check_bundle(path: Path) -> BundleConfig:
    """Refuse what `read_bundle` would refuse, before TensorFlow is loaded for it.

    Raises
    ------
    BundleError
        As of `read_bundle`.
    """
    with open_bundle_zip(path) as archive:
        config = _read_config(archive)
        _read_typical(archive, config)
        for _ in _read_weights(archive, config):
            pass
    return config


def read_bundle(path: Path, *, for_use: Precision | None = None) -> Bundle:
    """Networks and config of a bundle, without running anything that came in it.

    The networks are built from the checked config; then arrays are copied in by name.

    Parameters
    ----------
    path
        Zip file.
    for_use
        Numbers to compute with, of networks that are used only: they may have fewer layers than
        the config says (`without_normalization`). None keeps all, in float32.

    Raises
    ------
    BundleError
        If the file is no bundle, is damaged, or holds what a bundle must not hold.
    SpecError
        If an imported network is to compute with other numbers than float32.
    """
    from enngene_core.models.trained_network import trained_network

    members = []
    with open_bundle_zip(path) as archive:
        config = _read_config(archive)
        typical = _read_typical(archive, config)
        for arrays in _read_weights(archive, config):
            members.append(trained_network(config.network, arrays, config.dataset, for_use=for_use))
    return Bundle(config, tuple(members), typical)


def _shapes(config: BundleConfig) -> dict[str, Shape]:
    """Shape of each array of a network's weights, worked out before any memory is taken."""
    if isinstance(config.network, ImportedNetwork):
        return imported_weights(config.network, **config.dataset.sizes)
    layers = layer_shapes(config.network, **config.dataset.sizes)
    return {name: shape for layer in layers for name, shape in layer.weights.items()}


def _read_weights(archive: BundleZip, config: BundleConfig) -> Iterator[dict[str, np.ndarray]]:
    """Arrays of each member by their paths in the network, one member after the other."""
    archive.check_members(config.n_members)
    try:
        shapes = _shapes(config)
        n_parameters = sum(map(prod, shapes.values()))
        check_size(config.ensemble, n_parameters)
    except SpecError as error:
        raise BundleError(f"{archive.path}: config.json: {error}") from error
    for name in weights_names(config.n_members):
        content = archive.read_weights(name, n_parameters=n_parameters)
        yield _checked_arrays(f"{archive.path}: {name}", content, shapes)


def _read_config(archive: BundleZip) -> BundleConfig:
    path, content = archive.path, archive.read("config.json")
    try:
        values = parse_json(content)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: config.json is not JSON ({str(error)[:80]})") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise BundleError(f"{path}: config.json is not of the format {FORMAT!r}")
    version = values.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise BundleError(
            f"{path}: format version {repr(version)[:40]}; this program reads {VERSION}; a newer "
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


def _read_typical(archive: BundleZip, config: BundleConfig) -> Typical | None:
    if TYPICAL not in archive:
        return None
    where = f"{archive.path}: {TYPICAL}"
    encodings = config.read_encodings
    arrays = _checked_arrays(where, archive.read(TYPICAL), typical_shapes(encodings))
    for name in ("deviation", "threshold"):
        if (arrays[name] <= 0).any():
            raise BundleError(f"{where}: {name} is not above 0")
    return Typical(**arrays)


def _checked_arrays(where: str, content: bytes, shapes: dict[str, Shape]) -> dict[str, np.ndarray]:
    try:
        arrays: dict[str, np.ndarray] = safetensors.numpy.load(content)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{where} is damaged") from error
    for name in sorted(set(arrays) ^ set(shapes)):
        state = "is missing" if name in shapes else "belongs to no layer of its config"
        raise BundleError(f"{where}: tensor {name[:80]!r} {state}")
    for name, shape in shapes.items():
        array = arrays[name]
        if array.shape != shape or array.dtype != np.float32:
            raise BundleError(
                f"{where}: {name} is {array.dtype} of shape {array.shape}; expected float32 of "
                f"shape {shape}"
            )
        if not np.isfinite(array).all():
            raise BundleError(f"{where}: {name} holds numbers that are not finite")
        if name.endswith("moving_variance") and (array < 0).any():
            raise BundleError(f"{where}: {name} holds a variance below 0")
    return arrays
