"""Export of a bundle's network to formats of other programs."""

import contextlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from enngene_core.models.bundle import Bundle
from enngene_core.specs.exporting import ExportSpec

# One date for all members, so that the same files make the same zip.
_DATE = (1980, 1, 1, 0, 0, 0)


def export_model(bundle: Bundle, spec: ExportSpec, *, output: Path) -> None:
    """Write a bundle's network so that other programs can use it without this package.

    An ensemble becomes one network, which gives the mean of its members' probabilities. A
    calibration is no part of it: what is written gives the networks' own probabilities.

    What is written takes one float32 array a branch, named after it, of shape ``(n_windows, width,
    channels)``, and gives ``(n_windows, n_classes)`` probabilities.

    Parameters
    ----------
    bundle
        Trained network.
    spec
        Format.
    output
        File to write.
    """
    model = _plain(bundle.model, is_named=spec.format == "savedmodel")
    with tempfile.TemporaryDirectory(dir=output.parent) as folder, _quiet():
        if spec.format == "keras":
            # Keras goes by the ending, which an output in Galaxy does not have.
            written = Path(folder, "model.keras")
            model.save(written)
        elif spec.format == "savedmodel":
            model.export(str(Path(folder, "model")), format="tf_saved_model", verbose=False)
            written = Path(folder, "model.zip")
            _zip(Path(folder, "model"), written)
        else:
            # Its conversion writes to the log and the standard streams.
            written = Path(folder, "model.onnx")
            model.export(
                str(written), format="onnx", verbose=False, input_signature=_signature(model)
            )
            _name_output(written, bundle)
        written.replace(output)


def input_lines(bundle: Bundle) -> list[str]:
    """What the exported network takes and gives, a line each."""
    shapes = {tensor.name: tensor.shape[1:] for tensor in bundle.model.inputs}
    lines = [
        f"input {name}: float32 (windows, {width}, {channels}), {bundle.config.encodings[name]}"
        for name, (width, channels) in shapes.items()
    ]
    classes, n_members = bundle.config.dataset.classes, bundle.config.n_members
    mean = f", mean of {n_members} networks" if n_members > 1 else ""
    uncalibrated = "; without the bundle's calibration" if bundle.config.calibration else ""
    return [*lines, f"output: float32 (windows, {len(classes)}), probability of "
            f"{', '.join(classes)}{mean}{uncalibrated}"]  # fmt: skip


def _plain(model: keras.Model, *, is_named: bool) -> keras.Model:
    """The network with probabilities as its only output, alone or by its name."""
    output = model.get_layer("probabilities").output
    inputs = list(model.inputs)
    outputs = {"probabilities": output} if is_named else output
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs, name="enngene")


def _signature(model: keras.Model) -> list[Any]:
    """Inputs of any number of windows, with the branches' names."""
    import tensorflow as tf

    specs = [tf.TensorSpec(x.shape, tf.float32, name=x.name) for x in model.inputs]
    return specs if len(specs) == 1 else [specs]


def _name_output(path: Path, bundle: Bundle) -> None:
    """Give the output of an ONNX file its name, and say in the file what it takes and gives."""
    import onnx

    model = onnx.load(str(path))
    output = model.graph.output[0]
    for node in model.graph.node:
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name == output.name:
                    names[index] = "probabilities"
    output.name = "probabilities"
    for value in (*model.graph.input, output):
        value.type.tensor_type.shape.dim[0].dim_param = "windows"
    onnx.helper.set_model_props(
        model,
        {
            "classes": json.dumps(bundle.config.dataset.classes),
            "encodings": json.dumps(bundle.config.encodings),
        },
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                name = f"model/{file.relative_to(folder).as_posix()}"
                archive.writestr(zipfile.ZipInfo(name, _DATE), file.read_bytes(),
                                 zipfile.ZIP_DEFLATED)  # fmt: skip


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Discard what the libraries print of their work."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
