import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf

from enngene_core.models.bundle import Bundle
from enngene_core.models.exporting import export_model, input_lines
from enngene_core.models.importing import import_model
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.inputs import network_inputs
from enngene_core.models.keras_model import read_keras_model
from enngene_core.specs.exporting import ExportSpec
from enngene_core.specs.importing import ImportSpec
from enngene_core.specs.network import NetworkSpec
from tests.core_fixtures import TrainedModel
from tests.models.bundles import bundle_of
from tests.models.networks import NETWORKS, random_branches

Inputs = dict[str, np.ndarray]


def inputs_of(bundle: Bundle) -> tuple[Inputs, np.ndarray]:
    """Inputs of nine windows, and the probabilities that the bundle gives them."""
    branches = random_branches(bundle.config.dataset, 9, np.random.default_rng(4))
    names = [tensor.name for tensor in bundle.model.inputs]
    coded = {name: branches[name] for name in names}
    arrays = {k: np.asarray(v) for k, v in network_inputs(coded, bundle.model).items()}
    return arrays, predict_probabilities(bundle.model, branches)


def with_weights(bundle: Bundle) -> Bundle:
    """Other weights than those that any new network starts with."""
    rng = np.random.default_rng(3)
    for variable in bundle.model.variables:
        if "seed_generator" not in variable.path:
            variable.assign(rng.uniform(0.05, 0.3, variable.shape))
    return bundle


def by_keras(path: Path, arrays: Inputs) -> np.ndarray:
    # Keras goes by the ending.
    copy = path.with_name("copy.keras")
    copy.write_bytes(path.read_bytes())
    model = keras.models.load_model(copy)
    ordered = [arrays[tensor.name] for tensor in model.inputs]
    return np.asarray(model(ordered if len(ordered) > 1 else ordered[0]))


def by_tensorflow(path: Path, arrays: Inputs) -> np.ndarray:
    folder = path.with_name("unpacked")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    loaded = tf.saved_model.load(folder / "model")
    serve = loaded.signatures["serving_default"]
    tensors = {name: tf.constant(array) for name, array in arrays.items()}
    return serve(**tensors)["probabilities"].numpy()


def by_onnxruntime(path: Path, arrays: Inputs) -> np.ndarray:
    session = onnxruntime.InferenceSession(path)
    assert {found.name for found in session.get_inputs()} == set(arrays)
    return session.run(["probabilities"], arrays)[0]


READERS = {"keras": by_keras, "savedmodel": by_tensorflow, "onnx": by_onnxruntime}
NAMES = ("odd width", "gru", "lstm", "dense", "stack", "tracks")
CASES = [case for case in NETWORKS if case[0] in NAMES]


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    ("spec", "width", "n_classes"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_an_exported_network_predicts_the_same(
    tmp_path: Path, kind: str, spec: NetworkSpec, width: int, n_classes: int
) -> None:
    bundle = with_weights(bundle_of(spec, width=width, n_classes=n_classes))
    arrays, expected = inputs_of(bundle)
    path = tmp_path / "dataset_1.dat"  # what Galaxy calls every file
    export_model(bundle, ExportSpec.model_validate({"format": kind}), output=path)
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    np.testing.assert_allclose(READERS[kind](path, arrays), expected, atol=1e-5)


@pytest.mark.parametrize("kind", READERS)
def test_a_trained_model_is_exported(tmp_path: Path, trained: TrainedModel, kind: str) -> None:
    bundle = trained.result.bundle
    arrays, expected = inputs_of(bundle)
    path = tmp_path / "model"
    export_model(bundle, ExportSpec.model_validate({"format": kind}), output=path)
    np.testing.assert_allclose(READERS[kind](path, arrays), expected, atol=1e-5)


def test_an_onnx_file_says_what_it_gives(tmp_path: Path) -> None:
    bundle = bundle_of(NETWORKS[2][1], width=10, n_classes=2)
    export_model(bundle, ExportSpec(format="onnx"), output=tmp_path / "model.onnx")
    model = onnx.load(str(tmp_path / "model.onnx"))
    told = {prop.key: json.loads(prop.value) for prop in model.metadata_props}
    assert told == {"classes": ["class0", "class1"], "encodings": bundle.config.encodings}
    shape = model.graph.input[0].type.tensor_type.shape.dim
    assert (shape[0].dim_param, shape[1].dim_value, shape[2].dim_value) == ("windows", 10, 4)


def test_the_lines_say_what_goes_in_and_out() -> None:
    bundle = bundle_of(NETWORKS[2][1], width=10, n_classes=2)
    assert input_lines(bundle) == [
        "input sequence: float32 (windows, 10, 4), one-hot ACGT on the window's own strand; N is "
        "all zeros",
        "output: float32 (windows, 2), probability of class0, class1",
    ]


@pytest.mark.parametrize("name", ["convolution", "gru", "dilated", "residual"])
def test_what_is_exported_comes_in_again(tmp_path: Path, name: str) -> None:
    spec, width, n_classes = next(case[1:] for case in NETWORKS if case[0] == name)
    bundle = with_weights(bundle_of(spec, width=width, n_classes=n_classes))
    export_model(bundle, ExportSpec(), output=tmp_path / "model")
    classes = bundle.config.dataset.classes
    again = import_model(read_keras_model(tmp_path / "model", ImportSpec(classes=classes))).bundle
    arrays, expected = inputs_of(bundle)
    np.testing.assert_allclose(
        np.asarray(again.model(arrays)["probabilities"]), expected, atol=1e-6
    )
    assert again.config.dataset.window == width
