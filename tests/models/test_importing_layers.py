import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from enngene_core.errors import BundleError, SpecError
from enngene_core.models.keras_model import read_keras_model
from enngene_core.models.keras_translation import translate
from enngene_core.specs.importing import ImportSpec
from tests.models.keras_models import MODELS, WIDTH, sequential, with_config
from tests.refusal import refused

SPEC = ImportSpec(classes=("a", "b", "c"))


@pytest.fixture
def h5(tmp_path: Path) -> Path:
    model = sequential(
        layers.Conv1D(5, 4, name="conv"), layers.Flatten(), layers.Dense(3, name="dense")
    )
    model.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


def layer(config: Any, index: int) -> dict[str, Any]:
    return config["config"]["layers"][index]


def options(**changes: Any) -> Callable[[Any], None]:
    return lambda config: layer(config, 1)["config"].update(changes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: layer(c, 1).update(class_name="Lambda"), ("'conv'", "(Lambda)", "list of")),
        (lambda c: layer(c, 1).update(class_name="Attention"), ("(Attention)",)),
        (lambda c: layer(c, 1).update(class_name="Functional"), ("(Functional)",)),
        (lambda c: c.update(class_name="MyModel"), ("'MyModel'", "Sequential or Functional")),
        (options(filters=10**9), ("'conv' (Conv1D)", "filters", "65536")),
        (options(filters=65_536, kernel_size=[20]), ("(4, 4, 5)", "(20, 4, 65536)")),
        (options(filters=0), ("filters: found 0",)),
        (options(filters="many"), ("filters",)),
        (options(filters=None), ("filters",)),
        (options(kernel_size=[0]), ("kernel: found 0",)),
        (options(kernel_size=[25]), ("leaves no position",)),
        (options(kernel_size=[2, 2]), ("kernel",)),
        (options(groups=2), ("groups '2'", "expected 1")),
        (options(strides=[2], dilation_rate=[2]), ("a stride and a dilation",)),
        (options(activation="my_relu"), ("activation", "my_relu", "'selu'")),
        (options(activation={"class_name": "Custom", "config": {}}), ("activation", "Custom")),
        (options(data_format="channels_first"), ("data_format", "channels_first")),
        (options(new_option=3), ("new_option", "can't be imported")),
        (lambda c: layer(c, 0)["config"].update(batch_shape=[None, WIDTH, 20]), ("20",)),
        (lambda c: layer(c, 0)["config"].update(batch_shape=[None, 1, WIDTH, 4]), ("4]",)),
        (lambda c: layer(c, 0)["config"].update(batch_shape=[None, 10**9, 4]), ("1000000000",)),
        (lambda c: layer(c, 0)["config"].update(batch_shape="huge"), ("shape",)),
        (lambda c: c["config"].update(layers=[]), ("1 to 2000 layers",)),
        (lambda c: c["config"]["layers"].append(copy.deepcopy(layer(c, 3))), ("one name",)),
        (lambda c: c["config"]["layers"].pop(), ("the last layer is", "(Flatten)")),
        (lambda c: layer(c, 3)["config"].update(units=7), ("7 classes", "names 3")),
        (lambda c: layer(c, 3)["config"].update(activation="relu"), ("last layer",)),
        (lambda c: layer(c, 3)["config"].update(activation="sigmoid"), ("3 outputs with sigmoid",)),
        (lambda c: layer(c, 3)["config"].update(units=1, activation="softmax"), ("1 outputs",)),
    ],
)  # fmt: skip
def test_a_model_that_can_not_come_in_is_refused(
    h5: Path, change: Callable[[Any], None], words: tuple[str, ...]
) -> None:
    with refused(BundleError, h5, *words):
        read_keras_model(with_config(h5, lambda config: change(config) and None), SPEC)


def test_too_many_parameters_are_refused_before_memory_is_taken(h5: Path) -> None:
    def grow(config: Any) -> None:
        layer(config, 1)["config"].update(filters=30_000)
        layer(config, 3)["config"].update(units=60_000)

    with refused(BundleError, h5, "parameters", "50,000,000"):
        read_keras_model(with_config(h5, grow), SPEC)


def test_doubling_without_end_is_refused(tmp_path: Path) -> None:
    x = start = keras.Input((WIDTH, 4))
    for _ in range(20):
        x = layers.Concatenate()([x, x])
    end = layers.Dense(3, activation="softmax")(layers.GlobalMaxPooling1D()(x))
    keras.Model(start, end).save(tmp_path / "model.h5")
    with refused(BundleError, "makes", "values of each window", "8,388,608"):
        read_keras_model(tmp_path / "model.h5", SPEC)


@pytest.fixture
def functional() -> Iterator[Any]:
    yield json.loads(MODELS["functional"]().to_json())


def test_graphs_that_are_none_are_refused(functional: Any) -> None:
    def refuse(change: Callable[[Any], Any], *words: str) -> None:
        config = copy.deepcopy(functional)
        change({entry["name"]: entry for entry in config["config"]["layers"]} | {"": config})
        with refused(BundleError, "f.h5", *words):
            translate(config, SPEC, keras_version="3.0", source="f.h5")

    def source(name: str, entry: Any) -> None:
        tensor = entry["inbound_nodes"][0]["args"][0]
        tensor["config"]["keras_history"] = [name, 0, 0]

    refuse(lambda c: c["b"]["inbound_nodes"].append(c["b"]["inbound_nodes"][0]), "used 2 times")
    refuse(lambda c: source("leaky", c["b"]), "run in a circle")
    refuse(lambda c: source("nowhere", c["b"]), "not one that Keras writes")
    refuse(lambda c: c[""]["config"].update(output_layers=[["b", 0, 1]]), "not one that")
    refuse(lambda c: c[""]["config"].update(output_layers=[["a", 0, 0], ["b", 0, 0]]), "2 outputs")
    refuse(lambda c: c[""]["config"].update(input_layers=[["a", 0, 0], ["b", 0, 0]]), "2 inputs")
    refuse(
        lambda c: c["b"]["inbound_nodes"][0]["kwargs"].update(initial_state={"x": 1}),
        "called with initial_state",
    )


def test_an_activation_that_changed_between_versions_is_refused(functional: Any) -> None:
    config = json.loads(MODELS["recurrent"]().to_json())
    spec = ImportSpec(classes=("a", "b"))
    translate(config, spec, keras_version="3.0", source="f.h5")
    with refused(BundleError, "f.h5", "hard_sigmoid", "Keras 2.1.3"):
        translate(config, spec, keras_version="2.1.3", source="f.h5")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classes": ("a", "a", "b")}, ("classes", "2 times")),
        ({"classes": ("a", "b", "chrom")}, ("'chrom'",)),
        ({"classes": ("a", "b")}, ("3 classes", "names 2")),
        ({"window": 30}, ("windows of 24", "--window is 30")),
        ({"alphabet": "ACGTN"}, ("(windows, positions, 5)",)),
    ],
)
def test_options_that_do_not_fit_are_refused(
    h5: Path, changes: dict[str, Any], words: tuple[str, ...]
) -> None:
    error = SpecError if words[0] in ("classes", "'chrom'") else BundleError
    with refused(error, *words):
        read_keras_model(h5, ImportSpec.model_validate(SPEC.model_dump() | changes))


@pytest.mark.parametrize("alphabet", ["ACG", "ACGX", "ACGTT", "NNACGT", "", "ACGTU"])
def test_alphabets_that_are_none_are_refused(alphabet: str) -> None:
    with pytest.raises(ValueError, match="each of A, C, G and T"):
        ImportSpec(classes=("a", "b"), alphabet=alphabet)


# Any value in the place of any other is refused, or makes another network; nothing else happens.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
CONFIGS = [json.loads(make().to_json()) for make in MODELS.values()]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container with each of its keys."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(CONFIGS), st.data())
def test_any_config_is_translated_or_refused(config: Any, data: st.DataObject) -> None:
    config = copy.deepcopy(config)
    found = list(places(config))
    container, key = found[data.draw(st.integers(0, len(found) - 1))]
    container[key] = data.draw(JSON)
    try:
        translate(config, SPEC, keras_version="3.0", source="f.h5")
    except BundleError as error:
        assert str(error).startswith("f.h5: ")
        assert len(str(error).splitlines()) == 1
