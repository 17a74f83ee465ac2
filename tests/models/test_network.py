from typing import get_args

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from enngene_core.errors import SpecError
from enngene_core.models.bundle import copy_weights, weights
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.network import build_network
from enngene_core.specs.network import (
    ConvolutionLayer,
    Layer,
    NetworkSpec,
    Precision,
    RecurrentLayer,
    ResidualLayer,
)
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.presets import PRESETS
from enngene_core.specs.shapes import LayerShape, layer_shapes
from tests.models.networks import (
    AVERAGE,
    BOTH,
    GRU,
    NETWORKS,
    PLAIN,
    RESIDUAL,
    any_network,
    dataset_of,
)
from tests.refusal import refused

every_network = pytest.mark.parametrize(
    ("spec", "width", "n_classes"),
    [case[1:] for case in NETWORKS],
    ids=[case[0] for case in NETWORKS],
)


@every_network
def test_shapes_and_parameters_are_those_of_keras(
    spec: NetworkSpec, width: int, n_classes: int
) -> None:
    sizes = dataset_of(spec, width=width, n_classes=n_classes).sizes
    assert_as_keras_has_it(layer_shapes(spec, **sizes), build_network(spec, **sizes))


@settings(max_examples=25, deadline=None)
@given(any_network(), st.integers(3, 40), st.integers(2, 4))
def test_shapes_of_any_network_are_those_of_keras(
    spec: NetworkSpec, width: int, n_classes: int
) -> None:
    sizes = dataset_of(spec, width=width, n_classes=n_classes).sizes
    assert_as_keras_has_it(layer_shapes(spec, **sizes), build_network(spec, **sizes))
    keras.backend.clear_session()


def assert_as_keras_has_it(rows: list[LayerShape], model: keras.Model) -> None:
    """Compare inputs, concatenation and every layer, which Keras builds of several."""
    shapes = {name: shape for row in rows for name, shape in row.weights.items()}
    assert shapes == {name: array.shape for name, array in weights(model).items()}
    inputs = {row.part: row.shape for row in rows if row.label == "input"}
    assert {tensor.name: tensor.shape[1:] for tensor in model.inputs} == inputs
    for part in (*inputs, "common"):
        of_part = [row for row in rows if row.part == part][1:]  # an input or the concatenation
        for number, row in enumerate(of_part, start=1):
            name = f"{part}_{number}"
            found = [
                layer
                for layer in model.layers
                if layer.name == name or layer.name.startswith(name + "_")
            ]
            kept = [layer for layer in found if not layer.name.endswith("_flat")]
            assert row.shape == tuple(kept[-1].output.shape[1:])
            assert row.parameters == sum(layer.count_params() for layer in found)
    if len(inputs) > 1:
        joined = next(row for row in rows if row.label == "concatenation")
        assert joined.shape == tuple(model.get_layer("concatenation").output.shape[1:])
    assert rows[-1].shape == tuple(model.output["probabilities"].shape[1:])
    assert rows[-1].parameters == model.get_layer("logits").count_params()


@every_network
def test_probabilities_are_the_softmax_of_logits(
    spec: NetworkSpec, width: int, n_classes: int
) -> None:
    rng = np.random.default_rng(0)
    sizes = dataset_of(spec, width=width, n_classes=n_classes).sizes
    model = build_network(spec, **sizes)
    inputs = {
        name: rng.random((4, width, n), dtype=np.float32) for name, n in sizes["channels"].items()
    }
    found = {name: np.asarray(values) for name, values in model(inputs, training=False).items()}
    powers = np.exp(found["logits"] - found["logits"].max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found["probabilities"], expected, rtol=1e-5)


@pytest.fixture
def no_memory(monkeypatch) -> None:
    def never(*args, **options) -> None:
        raise AssertionError("memory was taken")

    monkeypatch.setattr(keras, "Input", never)


def test_too_many_parameters_are_refused_before_building(no_memory: None) -> None:
    layer = ConvolutionLayer(filters=4096, kernel=1000)
    spec = NetworkSpec(branches={"sequence": (layer, layer)})
    with refused(SpecError, "16,793,812,994", "sequence: convolution 4096 x 1000", "50,000,000"):
        build_network(spec, width=100, channels={"sequence": 4}, n_classes=2)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (ConvolutionLayer(filters=4096, kernel=1), "convolution 4096 x 1"),
        (ResidualLayer(filters=800, kernel=1), "residual 800 x 1"),
        (RecurrentLayer(type="gru", units=1000), "GRU 1000"),
        # What the pattern reaches beyond the window is padded with zeros.
        (ResidualLayer(filters=20, kernel=1000, dilation=1024), "residual 20 x 1000, dilation"),
    ],
)
def test_too_many_activations_are_refused_before_building(
    no_memory: None, layer: Layer, words: str
) -> None:
    first = ConvolutionLayer(filters=20, kernel=1, pooling=1)
    spec = NetworkSpec(branches={"sequence": (first, layer)})
    with refused(SpecError, "numbers for each window", f"sequence: {words}", "at most 20,000,000"):
        build_network(spec, width=10_000, channels={"sequence": 4}, n_classes=2)


def test_branches_of_different_length_are_not_joined(no_memory: None) -> None:
    branches = {"sequence": (PLAIN, PLAIN), "conservation": (PLAIN,), "structure": ()}
    channels = {"sequence": 4, "conservation": 1, "structure": 3}
    for first in (GRU, RESIDUAL, BOTH):
        spec = NetworkSpec(branches=branches, common=(first,))
        with refused(
            SpecError,
            f"common layer 1 ({first.type}) joins branches position by position",
            "(sequence with 13, conservation with 25, structure with 50)",
            "the same pooling in each branch, or a dense layer first",
        ):
            build_network(spec, width=50, channels=channels, n_classes=2)


def matches(word: str, start: int) -> int:
    """Bases of GGAC that stand where a motif from `start` would have them."""
    return sum(word[i] == base for i, base in enumerate("GGAC", start=start) if 0 <= i < len(word))


@pytest.mark.parametrize("word", ["TTTTTTTTTTT", "TTGGACTTTTT", "GGACTGGACGG", "TNGGACNTGAC"])
def test_a_network_that_looks_for_a_motif_by_hand(word: str) -> None:
    """One filter that is GGAC: all four bases give 1, three give 0, fewer give less."""
    spec = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=1, kernel=4),)})
    model = build_network(spec, width=11, channels={"sequence": 4}, n_classes=2)
    motif = np.zeros((4, 4, 1), np.float32)
    motif[np.arange(4), ["ACGT".index(base) for base in "GGAC"], 0] = 1
    model.get_layer("sequence_1").set_weights([motif, np.float32([-3])])
    six_positions = np.float32([[0, 1]] * 6)
    model.get_layer("logits").set_weights([six_positions, np.float32([0, 0.5])])

    scores = [matches(word, start) - 3.0 for start in range(-1, 10)]  # same padding: 1 and 2
    active = [score if score > 0 else 0.3 * score for score in scores]  # LeakyReLU
    pooled = [max(active[first : first + 2]) for first in range(0, 11, 2)]
    codes = np.array([["ACGTN".index(base) for base in word]], dtype=np.uint8)
    found = predict_probabilities(model, {"sequence": codes})[0]
    assert np.log(found[1] / found[0]) == pytest.approx(sum(pooled) + 0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("word", "n_pairs"), [("GTTTGTTTT", 1), ("TGGTTGGTT", 2), ("GTTGGTTTT", 1), ("TTTTTTTTT", 0)]
)
@pytest.mark.parametrize("precision", get_args(Precision))
def test_a_dilated_pattern_by_hand(word: str, n_pairs: int, precision: Precision) -> None:
    """One filter that is a G and, four bases on, another; its average tells how many there are."""
    layer = ConvolutionLayer(filters=1, kernel=2, dilation=4, pooling=1)
    spec = NetworkSpec(branches={"sequence": (layer, AVERAGE)})
    sizes = {"width": 9, "channels": {"sequence": 4}, "n_classes": 2}
    model = build_network(spec, **sizes, precision=precision)
    both_g = np.zeros((2, 4, 1), np.float32)
    both_g[:, "ACGT".index("G"), 0] = 1
    model.get_layer("sequence_1").set_weights([both_g, np.float32([0])])
    model.get_layer("logits").set_weights([np.float32([[0, 9]]), np.float32([0, 0])])
    # Padding of two before the window and two after it; an only G counts half of a pair.
    padded = "--" + word + "--"
    expected = sum((padded[i] == "G") + (padded[i + 4] == "G") for i in range(9))
    assert sum(padded[i] == padded[i + 4] == "G" for i in range(9)) == n_pairs
    codes = np.array([["ACGT".index(base) for base in word]], dtype=np.uint8)
    found = predict_probabilities(model, {"sequence": codes})[0]
    assert np.log(found[1] / found[0]) == pytest.approx(expected, abs=0.03)


def test_a_residual_layer_by_hand() -> None:
    """A convolution that hands its input on twice: x becomes x + 2 x."""
    layer = ResidualLayer(filters=4, kernel=3, dilation=2)
    spec = NetworkSpec(branches={"sequence": (layer,)})
    model = build_network(spec, width=5, channels={"sequence": 4}, n_classes=2)
    middle = np.zeros((3, 4, 4), np.float32)
    middle[1] = 2 * np.eye(4)
    model.get_layer("sequence_1").set_weights([middle, np.zeros(4, np.float32)])
    inner = keras.Model(model.inputs, model.get_layer("sequence_1_sum").output)
    one_hot = np.eye(4, dtype=np.float32)[[[0, 1, 2, 3, 2]]]
    np.testing.assert_allclose(np.asarray(inner({"sequence": one_hot})), 3 * one_hot)


@every_network
def test_built_for_training_it_gives_and_learns_the_same(
    spec: NetworkSpec, width: int, n_classes: int
) -> None:
    rng = np.random.default_rng(0)
    sizes = dataset_of(spec, width=width, n_classes=n_classes).sizes
    plain, model = (build_network(spec, **sizes, for_training=is_it) for is_it in (False, True))
    # Biases begin as zeros, which no place could get wrong.
    plain.set_weights([rng.uniform(0.1, 1, values.shape) for values in plain.get_weights()])
    copy_weights(plain, model)
    assert weights(model).keys() == weights(plain).keys()
    inputs = {
        name: tf.constant(rng.random((4, width, n), dtype=np.float32))
        for name, n in sizes["channels"].items()
    }
    found, expected = [], []
    for network, results in ((model, found), (plain, expected)):
        with tf.GradientTape() as tape:
            logits = network(inputs, training=False)["logits"]
        variables = sorted(network.trainable_variables, key=lambda variable: variable.path)
        results += [logits, *tape.gradient(logits, [variable.value for variable in variables])]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(b).max())


def test_a_convolution_built_for_training_is_made_again_from_its_config() -> None:
    spec = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=3, kernel=4, pooling=2),)})
    model = build_network(spec, width=7, channels={"sequence": 4}, n_classes=2, for_training=True)
    again = keras.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    X = np.random.default_rng(0).random((2, 7, 4), dtype=np.float32)
    np.testing.assert_array_equal(
        again({"sequence": X})["logits"], model({"sequence": X})["logits"]
    )


@every_network
def test_bfloat16_keeps_weights_and_answers_in_float32(
    spec: NetworkSpec, width: int, n_classes: int
) -> None:
    rng = np.random.default_rng(0)
    sizes = dataset_of(spec, width=width, n_classes=n_classes).sizes
    exact, model = (build_network(spec, **sizes, precision=name) for name in get_args(Precision))
    model.set_weights(exact.get_weights())
    assert weights(model).keys() == weights(exact).keys()
    assert {array.dtype for array in weights(model).values()} == {np.dtype(np.float32)}
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            is_last = layer.name in ("logits", "probabilities")
            assert layer.compute_dtype == ("float32" if is_last else "bfloat16")
    inputs = {
        name: rng.random((4, width, n), dtype=np.float32) for name, n in sizes["channels"].items()
    }
    found, expected = model(inputs, training=False), exact(inputs, training=False)
    for name in ("logits", "probabilities"):
        assert found[name].dtype == "float32"
        np.testing.assert_allclose(found[name], expected[name], atol=0.05)


@pytest.mark.parametrize("name", ["a branch of every end", "everything"])
def test_a_network_of_bfloat16_learns(name: str) -> None:
    spec, width, n_classes = next(case[1:] for case in NETWORKS if case[0] == name)
    sizes = dataset_of(spec, width=width, n_classes=n_classes).sizes
    keras.utils.set_random_seed(1)
    model = build_network(spec, **sizes, precision="bfloat16")
    rng = np.random.default_rng(0)
    inputs = {
        name: rng.random((8, width, n), dtype=np.float32) for name, n in sizes["channels"].items()
    }
    trainer = keras.Model(model.inputs, model.output["logits"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainer.compile(optimizer=keras.optimizers.Adam(0.02), loss=loss)
    y_true = np.arange(8) % n_classes
    losses = [trainer.train_on_batch(inputs, y_true) for _ in range(30)]
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize(("structure", "n_symbols"), [("mfe", 3), ("elements", 5)])
def test_unknown_symbols_are_zeros_and_every_other_row_sums_to_one(
    structure: str, n_symbols: int
) -> None:
    from enngene_core.models.inputs import network_inputs

    dataset = DatasetSpec(
        branches="sequence,structure,conservation",
        structure=structure,
        tracks={"peaks": "regions"},
        window=6,
        classes=("a", "b"),
    )
    model = build_network(PRESETS["cnn-gru"].network(dataset.encodings), **dataset.sizes)
    codes = np.array([[0, 1, 2, 3, 4, 5]], dtype=np.uint8)
    scores = codes.astype(np.float32)
    inputs = network_inputs(
        {"sequence": codes, "structure": codes, "conservation": scores, "peaks": scores}, model
    )
    for name, n in (("sequence", 4), ("structure", n_symbols)):
        expected = np.vstack([np.eye(n), np.zeros((6 - n, n))])
        np.testing.assert_array_equal(inputs[name].numpy()[0], expected)
    for name in ("conservation", "peaks"):
        np.testing.assert_array_equal(inputs[name].numpy(), scores[..., None])
    assert model(inputs)["logits"].shape == (1, 2)


def test_probabilities_of_structure_are_one_channel() -> None:
    dataset = DatasetSpec(branches="structure", structure="unpaired", window=7, classes=("a", "b"))
    model = build_network(PRESETS["cnn-gru"].network(dataset.encodings), **dataset.sizes)
    scores = np.random.default_rng(0).random((3, 7), dtype=np.float32)
    assert predict_probabilities(model, {"structure": scores}).shape == (3, 2)


def test_batches_make_no_difference() -> None:
    from enngene_core.models import inference

    spec = PRESETS["cnn-gru"].network(("sequence",))
    model = build_network(spec, width=20, channels={"sequence": 4}, n_classes=3)
    codes = np.random.default_rng(0).integers(0, 5, (1030, 20), dtype=np.uint8)
    told = []
    found = predict_probabilities(
        model, {"sequence": codes}, on_progress=lambda done, all_: told.append((done, all_))
    )
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert told == [(inference._BATCH, 1030), (1030, 1030)]
    some = predict_probabilities(model, {"sequence": codes[1020:]})
    np.testing.assert_allclose(found[1020:], some, atol=1e-6)
