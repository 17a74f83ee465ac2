"""Import of a Keras model that was trained elsewhere, as a bundle."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.models.bundle import Bundle, ImportedConfig, write_bundle
from enngene_core.models.imported_card import imported_card
from enngene_core.models.imported_network import assign_weights, build_imported
from enngene_core.models.keras_model import KerasModel
from enngene_core.provenance import software

_NO_HISTORY = "epoch\tloss\taccuracy\tval_loss\tval_accuracy\n"


@dataclass(frozen=True)
class ImportResult:
    """What came in.

    Attributes
    ----------
    bundle : Bundle
    n_parameters : int
    """

    bundle: Bundle
    n_parameters: int


def import_model(model: KerasModel, *, output: Path | None = None) -> ImportResult:
    """Build a Keras model that was read as data, and write it as a bundle.

    Parameters
    ----------
    model
        From `read_keras_model`.
    output
        Bundle to write.

    Raises
    ------
    SpecError
        If the network does not give one value a class.
    """
    config = ImportedConfig(
        network=model.network,
        dataset=model.dataset,
        encodings={"sequence": model.dataset.encodings["sequence"].text},
        metrics={},
        provenance={
            "inputs_sha256": {"model": model.sha256},
            "software": software("tensorflow", "keras", "numpy", "safetensors"),
            "imported": {"keras_version": model.keras_version},
        },
    )
    network = build_imported(model.network, **model.dataset.sizes)
    assign_weights(network, model.network, model.arrays)
    bundle = Bundle(config, (network,))
    if output is not None:
        write_bundle(output, bundle, card=imported_card(config, model.notes), history=_NO_HISTORY)
    n_parameters = sum(int(np.prod(variable.shape)) for variable in network.variables)
    return ImportResult(bundle, n_parameters)
