"""A Keras model from its file: graph, weights and what it reads, without Keras."""

from dataclasses import dataclass
from pathlib import Path

from enngene_core.models.keras_file import open_keras_file
from enngene_core.models.keras_translation import Arrays, translate
from enngene_core.provenance import sha256
from enngene_core.specs.base import validate
from enngene_core.specs.imported import ImportedNetwork
from enngene_core.specs.imported_shapes import imported_shapes
from enngene_core.specs.importing import ImportSpec
from enngene_core.specs.preprocess import DatasetSpec


@dataclass(frozen=True)
class KerasModel:
    """A model that was trained elsewhere, checked and ready to be built.

    Attributes
    ----------
    network : ImportedNetwork
    arrays : dict of str to dict of str to ndarray of float32
        Weights by layer and by name, as `imported_shapes` names them.
    dataset : DatasetSpec
        Windows and classes.
    sha256, keras_version : str
        Of the file.
    notes : tuple of str
        What was decided for the user, a sentence each.
    """

    network: ImportedNetwork
    arrays: dict[str, Arrays]
    dataset: DatasetSpec
    sha256: str
    keras_version: str
    notes: tuple[str, ...]


def read_keras_model(path: Path, spec: ImportSpec) -> KerasModel:
    """Read a Keras model for one-hot sequences as data: nothing in its file is run.

    Its config goes through a closed list of layers, with bounds on every size; then its arrays are
    checked by name, shape, type and for numbers that are not finite.

    Parameters
    ----------
    path
        `.h5` or `.keras` file with the whole model.
    spec
        What the file does not say.

    Raises
    ------
    BundleError
        If the file is no such model, is damaged, or holds what can't be imported.
    SpecError
        If a class has a name that can't be used.
    """
    with open_keras_file(path) as opened:
        graph = translate(opened.config, spec, keras_version=opened.keras_version, source=str(path))
        values = {"window": graph.window, "strand": spec.strand, "classes": spec.classes}
        dataset = validate(DatasetSpec, values, source="the imported model")
        shapes = imported_shapes(graph.network, width=graph.window)
        weights = {name: shapes[name].weights for name in graph.sources}
        arrays = opened.arrays(graph.sources, weights)
        version = opened.keras_version
    return KerasModel(
        network=graph.network,
        arrays=graph.fixed | arrays,
        dataset=dataset,
        sha256=sha256(path),
        keras_version=version,
        notes=graph.notes,
    )
