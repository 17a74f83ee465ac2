"""A small bundle, and ways to spoil it."""

import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from enngene_core.models.bundle import Bundle, BundleConfig, write_bundle
from enngene_core.models.network import build_network
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.training import TrainingSpec
from tests.models.networks import dataset_of

MEMBERS = ("config.json", "model.safetensors", "README.md", "history.tsv")


def bundle_of(network: NetworkSpec, *, width: int, n_classes: int) -> Bundle:
    """An untrained network as a bundle."""
    dataset = dataset_of(network, width=width, n_classes=n_classes)
    config = BundleConfig(
        network=network,
        dataset=dataset,
        encodings={name: encoding.text for name, encoding in dataset.encodings.items()},
        training=TrainingSpec(),
        metrics={"validation_loss": 0.5},
        provenance={"inputs_sha256": {"dataset": "00"}, "software": {"python": "3.11"}},
    )
    return Bundle(config, (build_network(network, **dataset.sizes),))


def write(path: Path, bundle: Bundle) -> Path:
    write_bundle(path, bundle, card="# A model\n", history="epoch\tloss\n1\t0.5\n")
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, contents: Iterable[tuple[str, bytes]]) -> Path:
    """A zip of the members, even if two have one name."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents:
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def with_config(path: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The bundle with another config."""
    contents = members(path)
    config = json.loads(contents["config.json"])
    changed = change(config)
    contents["config.json"] = json.dumps(config if changed is None else changed).encode()
    return pack(path, contents.items())


def with_tensors(path: Path, change: Callable[[dict[str, np.ndarray]], Any]) -> Path:
    """The bundle with other tensors."""
    contents = members(path)
    tensors = safetensors.numpy.load(contents["model.safetensors"])
    change(tensors)
    contents["model.safetensors"] = safetensors.numpy.save(tensors)
    return pack(path, contents.items())
