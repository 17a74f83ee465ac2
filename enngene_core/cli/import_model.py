"""`enngene import-model`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import Flat
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.importing import ImportSpec


def import_model(
    *,
    model: Annotated[
        Path,
        Parameter(help="Whole model that Keras saved (.h5 or .keras), for one-hot sequences."),
    ],
    spec: Annotated[ImportSpec, Flat],
    output: Annotated[Path, Parameter(help="Model bundle to write (zip).")],
) -> None:
    """Make a bundle of a Keras model that was trained elsewhere."""
    from enngene_core.models.keras_model import read_keras_model

    # Before TensorFlow is loaded: most mistakes show here.
    found = read_keras_model(model, spec)
    with silenced():
        from enngene_core.models import importing as work
    with written_together(output) as (bundle,):
        result = work.import_model(found, output=bundle)
    print(
        f"imported {len(found.network.layers)} layers with {result.n_parameters:,} parameters, for "
        f"windows of {found.dataset.window} nt"
    )
    for note in found.notes:
        print(note)
