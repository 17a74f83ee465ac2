from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from enngene_core.errors import BundleError
from enngene_core.models.bundle import Bundle, read_bundle
from enngene_core.models.importing import import_model
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.keras_model import read_keras_model
from enngene_core.specs.importing import ImportSpec
from tests.core_fixtures import REAL_DATA
from tests.models.bundles import members, with_tensors
from tests.models.bundles import with_config as with_bundle_config
from tests.models.keras_models import CODES, MODELS, ONE_HOT, WIDTH, sequential, with_config
from tests.refusal import refused

INTRON, ACCEPTOR = (REAL_DATA / f"{name}.h5" for name in ("Intron3", "Acceptor"))


def spec(n_classes: int = 2, **changes: object) -> ImportSpec:
    classes = tuple(f"class{i}" for i in range(n_classes))
    return ImportSpec.model_validate({"classes": classes, **changes})


def imported(path: Path, *, n_classes: int = 2, **changes: object) -> Bundle:
    """The model, as it is after it was written as a bundle and read again."""
    output = path.with_name("bundle.zip")
    written = import_model(read_keras_model(path, spec(n_classes, **changes)), output=output).bundle
    again = read_bundle(output)
    assert again.config == written.config
    return again


def probabilities(model: keras.Model, one_hot: np.ndarray = ONE_HOT) -> np.ndarray:
    """What Keras' own model says, with both classes of a single output."""
    found = np.asarray(model(one_hot))
    return np.hstack([1 - found, found]) if found.shape[1] == 1 else found


def ours(bundle: Bundle, codes: np.ndarray = CODES) -> np.ndarray:
    return predict_probabilities(bundle.model, {"sequence": codes})


def test_a_real_model_predicts_as_keras_itself(tmp_path: Path) -> None:
    path = tmp_path / "Intron3.h5"
    path.write_bytes(INTRON.read_bytes())
    bundle = imported(path, window=80)
    codes = np.random.default_rng(2).integers(0, 5, (100, 80), dtype=np.uint8)  # 4 is N
    one_hot = np.vstack([np.eye(4), np.zeros((1, 4))]).astype(np.float32)[codes]
    expected = keras.models.load_model(INTRON, compile=False).predict(one_hot, verbose=0)[:, 0]
    logits = np.asarray(bundle.model({"sequence": one_hot})["logits"])
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], expected, atol=1e-5)
    np.testing.assert_allclose(ours(bundle, codes)[:, 1], 1 / (1 + np.exp(-expected)), atol=1e-5)


def test_a_real_custom_layer_is_refused_by_its_name() -> None:
    with refused(BundleError, ACCEPTOR, "'convSpliceSite'", "ConvDNA", "list of layers"):
        read_keras_model(ACCEPTOR, spec())


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.parametrize("name", MODELS)
def test_every_layer_predicts_as_keras_itself(tmp_path: Path, name: str, ending: str) -> None:
    model = MODELS[name]()
    model.save(tmp_path / f"model.{ending}")
    path = (tmp_path / f"model.{ending}").rename(tmp_path / "dataset_1.dat")
    expected = probabilities(model)
    bundle = imported(path, n_classes=expected.shape[1])
    np.testing.assert_allclose(ours(bundle), expected, atol=1e-5)
    assert np.ptp(expected, axis=0).max() > 1e-4  # the model does tell windows apart


def test_bases_in_another_order(tmp_path: Path) -> None:
    model = sequential(layers.Conv1D(3, 5), layers.Flatten(), layers.Dense(1, activation="sigmoid"))
    model.save(tmp_path / "model.keras")
    bundle = imported(tmp_path / "model.keras", alphabet="UGAC")
    expected = probabilities(model, ONE_HOT[:, :, [3, 2, 0, 1]])
    np.testing.assert_allclose(ours(bundle), expected, atol=1e-6)


def test_an_unknown_base_with_a_channel_of_its_own(tmp_path: Path) -> None:
    codes = np.random.default_rng(5).integers(0, 5, (10, WIDTH), dtype=np.uint8)
    model = sequential(layers.Flatten(), layers.Dense(1, activation="sigmoid"), channels=5)
    model.save(tmp_path / "model.keras")
    bundle = imported(tmp_path / "model.keras", alphabet="NACGT")
    expected = probabilities(model, np.eye(5, dtype=np.float32)[:, [4, 0, 1, 2, 3]][codes])
    np.testing.assert_allclose(ours(bundle, codes), expected, atol=1e-6)


def test_a_model_for_any_width_takes_the_width_that_is_given(tmp_path: Path) -> None:
    start = keras.Input((None, 4))
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(3, 5)(start))
    model = keras.Model(start, layers.Dense(2, activation="softmax")(x))
    path = tmp_path / "model.keras"
    model.save(path)
    np.testing.assert_allclose(ours(imported(path, window=WIDTH)), probabilities(model), atol=1e-6)
    with refused(BundleError, path, "any width", "--window"):
        read_keras_model(path, spec())
    with refused(BundleError, path, "leaves no position"):
        read_keras_model(path, spec(window=3))


def test_a_layer_that_leads_nowhere_is_left_out(tmp_path: Path) -> None:
    start = keras.Input((WIDTH, 4))
    x = layers.Flatten()(start)
    end = layers.Dense(2, activation="softmax")(x)
    path = tmp_path / "model.h5"
    keras.Model(start, end).save(path)
    assert [layer.type for layer in read_keras_model(path, spec()).network.layers] == [
        "flatten", "dense",
    ]  # fmt: skip


def test_the_card_says_what_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    MODELS["plain"]().save(path)
    imported(path, n_classes=3)
    card = members(tmp_path / "bundle.zip")["README.md"].decode()
    for words in ("class0, class1, class2", f"{WIDTH} nucleotides", "does not say", "conv"):
        assert words in card


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda n: n["layers"].pop(), ("model gives", "expected 3")),
        (lambda n: n["layers"][0].update(filters=10**9), ("filters", "65536")),
        (lambda n: n["layers"][0].update(inputs=["dense_9"]), ("'dense_9'", "a layer before")),
        (lambda n: n["layers"][0].update(inputs=["convolution_1"]), ("a layer before",)),
        (lambda n: n["layers"][0].update(type="lambda"), ("type", "'convolution'")),
        (lambda n: n["layers"][0].update(name="../evil"), ("name", "pattern")),
        (lambda n: n["layers"][1].update(name="convolution_1"), ("two layers", "convolution_1")),
        (lambda n: n.update(branches={"structure": []}), ("sequence branch",)),
        (lambda n: n.update(layers=[]), ("layers", "at least 1")),
        (lambda n: n["layers"][3].update(units=60_000) or n["layers"].append(
            {"name": "dense_9", "inputs": ["dense_4"], "type": "dense", "units": 60_000}),
         ("parameters", "50,000,000")),
    ],
)  # fmt: skip
def test_a_bundle_with_another_graph_is_refused(
    tmp_path: Path, change: object, words: tuple[str, ...]
) -> None:
    MODELS["plain"]().save(tmp_path / "model.keras")
    imported(tmp_path / "model.keras", n_classes=3)
    path = with_bundle_config(tmp_path / "bundle.zip", lambda c: change(c["network"]) and None)
    if words[0] == "model gives":
        words = ("gives values", "expected 3")
    with refused(BundleError, path, *words):
        read_bundle(path)


def test_a_bundle_that_lacks_an_array_is_refused(tmp_path: Path) -> None:
    MODELS["plain"]().save(tmp_path / "model.keras")
    imported(tmp_path / "model.keras", n_classes=3)
    path = with_tensors(tmp_path / "bundle.zip", lambda arrays: arrays.pop("dense_4/kernel"))
    with refused(BundleError, path, "'dense_4/kernel' is missing"):
        read_bundle(path)


def as_keras_2(path: Path) -> None:
    """A Sequential `.h5` file as Keras 2 wrote it: no input layer, names with numbers and `:0`."""

    def older(config: Any) -> Any:
        entries = config["config"]["layers"][1:]
        shape = config["config"]["layers"][0]["config"]["batch_shape"]
        entries[0]["config"]["batch_input_shape"] = shape
        for entry in entries:
            if entry["class_name"] == "BatchNormalization":
                entry["config"]["axis"] = [2]
            if entry["class_name"] == "LeakyReLU":
                entry["config"]["alpha"] = entry["config"].pop("negative_slope")
            if entry["class_name"] == "GRU":  # the option is younger
                assert not entry["config"].pop("reset_after")
        return {"class_name": "Sequential", "config": entries}

    with_config(path, older)
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = "2.1.3"
        groups = file["model_weights"]
        arrays: dict[str, Any] = {}
        groups.visititems(
            lambda name, item: arrays.update({name: item}) if hasattr(item, "shape") else None
        )
        for name in arrays:
            layer, *middle, last = name.split("/")
            way = next((f"{part}_3/" for part in middle if part.startswith(WAYS)), "")
            file.move(f"model_weights/{name}", f"model_weights/{layer}/{layer}_9/{way}{last}:0")


WAYS = ("forward_", "backward_")


def test_a_file_of_keras_2(tmp_path: Path) -> None:
    model = sequential(
        layers.Conv1D(4, 3, name="first"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.BatchNormalization(),
        layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
        layers.GRU(3, reset_after=False),
        layers.Dense(1, activation="sigmoid"),
    )
    path = tmp_path / "model.h5"
    model.save(path)
    as_keras_2(path)
    np.testing.assert_allclose(ours(imported(path)), probabilities(model), atol=1e-6)
