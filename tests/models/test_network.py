import keras
import numpy as np
import pytest

from enngene_core.errors import SpecError
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.network import build_network
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec, default_network
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.shapes import layer_shapes
from tests.models.networks import NETWORKS, dataset_of
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
    rows = layer_shapes(spec, **sizes)
    model = build_network(spec, **sizes)
    assert sum(row.parameters for row in rows) == model.count_params()
    assert {tensor.name for tensor in model.inputs} == set(spec.branches)
    for name in spec.branches:
        assert model.get_layer(name).output.shape == (None, width, sizes["channels"][name])

    for part in (*spec.branches, "common"):
        of_part = [row for row in rows if row.part == part][1:]  # an input or the concatenation
        for number, row in enumerate(of_part, start=1):
            name = f"{part}_{number}"
            found = [
                layer for layer in model.layers if layer.name == name or name + "_" in layer.name
            ]
            kept = [layer for layer in found if not layer.name.endswith("_flat")]
            assert row.shape == tuple(kept[-1].output.shape[1:])
            assert row.parameters == sum(layer.count_params() for layer in found)
    if len(spec.branches) > 1:
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


def test_too_many_parameters_are_refused_before_building(monkeypatch) -> None:
    def never(*args, **options) -> None:
        raise AssertionError("memory was taken")

    monkeypatch.setattr(keras, "Input", never)
    layer = ConvolutionLayer(filters=4096, kernel=1000)
    spec = NetworkSpec(branches={"sequence": (layer, layer)})
    with refused(SpecError, "16,793,812,994", "sequence: convolution 4096 x 1000", "50,000,000"):
        build_network(spec, width=100, channels={"sequence": 4}, n_classes=2)


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
    model = build_network(default_network(dataset.encodings), **dataset.sizes)
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
    model = build_network(default_network(dataset.encodings), **dataset.sizes)
    scores = np.random.default_rng(0).random((3, 7), dtype=np.float32)
    assert predict_probabilities(model, {"structure": scores}).shape == (3, 2)


def test_batches_make_no_difference() -> None:
    from enngene_core.models import inference

    spec = default_network(("sequence",))
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
