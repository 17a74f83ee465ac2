"""`enngene export-model`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from enngene_core.cli.options import Flat, Model
from enngene_core.outputs import written_together
from enngene_core.quiet import silenced
from enngene_core.specs.exporting import ExportSpec


def export_model(
    *,
    model: Model,
    spec: Annotated[ExportSpec, Flat] = ExportSpec(),
    output: Annotated[
        Path, Parameter(help="File to write: .keras, a zip of a SavedModel, or .onnx.")
    ],
) -> None:
    """Write a model for other programs."""
    from enngene_core.models.bundle import check_bundle, read_bundle

    check_bundle(model)
    with silenced():
        from enngene_core.models import exporting as work
    with written_together(output) as (file,):
        assert file is not None
        bundle = read_bundle(model)
        with silenced():
            work.export_model(bundle, spec, output=file)
    for line in work.input_lines(bundle):
        print(line)
