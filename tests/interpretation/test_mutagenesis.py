import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enngene_core.interpretation import mutagenesis as module
from enngene_core.interpretation.mutagenesis import as_attributions, mutagenesis
from enngene_core.interpretation.reach import plan_of
from enngene_core.models.bundle import read_bundle
from enngene_core.models.ensemble import averaged
from enngene_core.models.imported_network import build_imported
from enngene_core.models.inputs import network_inputs
from enngene_core.models.network import build_network
from enngene_core.specs.imported import Convolution, Dense, GlobalPooling, ImportedNetwork
from enngene_core.specs.interpretation import Output
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from enngene_core.specs.presets import PRESETS
from tests.core_fixtures import TrainedModel
from tests.models.networks import NETWORKS, any_network, dataset_of, random_branches

BRANCHES = ("structure", "sequence", "conservation")
#: Every kind of network that reads sequences; the presets are wide enough to be cut into parts.
CASES = [case for case in NETWORKS if "sequence" in case[1].branches]
CASES += [(f"preset {n}", preset.network(BRANCHES), 60, 2) for n, preset in PRESETS.items()]


def plain(
    model: keras.Model, branches: dict[str, np.ndarray], target: np.ndarray, of: Output = "logits"
) -> np.ndarray:
    """The same from the whole network."""
    codes = branches["sequence"]
    n, width = codes.shape
    changed = np.repeat(codes, 4 * width, axis=0).reshape(n, width, 4, width)
    changed[:, np.arange(width), :, np.arange(width)] = np.arange(4)
    all_of_them = {name: np.repeat(values, 4 * width, axis=0) for name, values in branches.items()}
    all_of_them["sequence"] = changed.reshape(-1, width)
    found, own = (np.asarray(model(network_inputs(x, model))[of]) for x in (all_of_them, branches))
    of_class = np.repeat(target, 4 * width)
    effects = found[np.arange(len(found)), of_class].reshape(n, width, 4)
    effects = effects - own[np.arange(n), target][:, None, None]
    effects[codes == 4] = np.nan
    return effects


def _random_weights(model: keras.Model, rng: np.random.Generator) -> None:
    for variable in model.variables:
        if "seed" not in variable.path:
            values = rng.normal(scale=0.4, size=variable.shape)
            variable.assign(np.abs(values) + 0.5 if "variance" in variable.path else values)


def _assert_as_plain(spec: NetworkSpec, width: int, n_classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    dataset = dataset_of(spec, width=width, n_classes=n_classes)
    model = build_network(spec, **dataset.sizes)
    _random_weights(model, rng)
    branches = random_branches(dataset, 2, rng)
    branches["sequence"][0, width // 2] = 4
    target = rng.integers(0, n_classes, 2)
    found = mutagenesis(model, spec, branches, target)
    expected = plain(model, branches, target)
    scale = max(1.0, float(np.nanmax(np.abs(expected), initial=0)))
    np.testing.assert_allclose(found, expected, atol=2e-5 * scale)
    known = branches["sequence"] < 4
    own = np.take_along_axis(found[known], branches["sequence"][known][:, None], axis=1)
    assert not own.any()


@pytest.mark.parametrize(
    ("spec", "width", "n_classes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_effects_are_those_of_the_whole_network(
    spec: NetworkSpec, width: int, n_classes: int
) -> None:
    _assert_as_plain(spec, width, n_classes, 1)


@settings(max_examples=10)
@given(
    any_network().filter(lambda spec: "sequence" in spec.branches),
    st.integers(1, 60),
    st.integers(0, 99),
)
def test_effects_of_any_network(spec: NetworkSpec, width: int, seed: int) -> None:
    try:
        sizes = dataset_of(spec, width=width, n_classes=2).sizes
        build_network(spec, **sizes)
    except ValueError:
        return  # branches of different length
    _assert_as_plain(spec, width, 2, seed)


def test_a_linear_network_says_its_own_weights() -> None:
    spec = NetworkSpec(branches={"sequence": ()})
    model = build_network(spec, **dataset_of(spec, width=3, n_classes=2).sizes)
    term = np.arange(12, dtype=np.float32).reshape(3, 4) ** 2
    kernel = np.stack([term.ravel(), 0 * term.ravel()], axis=1)
    model.get_layer("logits").set_weights([kernel, np.zeros(2, np.float32)])
    codes = np.array([[1, 4, 3]], dtype=np.uint8)
    found = mutagenesis(model, spec, {"sequence": codes}, np.array([0]))
    np.testing.assert_allclose(found[0, 0], term[0] - term[0, 1])
    np.testing.assert_allclose(found[0, 2], term[2] - term[2, 3])
    assert np.isnan(found[0, 1]).all()
    scores = as_attributions(found).branches["sequence"]
    losses = [term[0, 1] * 3 - term[0, [0, 2, 3]].sum(), term[2, 3] * 3 - term[2, :3].sum()]
    np.testing.assert_allclose(scores[0], [losses[0] / 3, 0, losses[1] / 3])


@pytest.mark.parametrize("most", [1, 7, 24, 100])
def test_batches_make_no_difference(monkeypatch, most: int) -> None:
    spec = PRESETS["cnn-small"].network(BRANCHES)
    dataset = dataset_of(spec, width=40, n_classes=2)
    rng = np.random.default_rng(1)
    model = build_network(spec, **dataset.sizes)
    _random_weights(model, rng)
    branches, target = random_branches(dataset, 3, rng), np.array([0, 1, 0])
    expected = mutagenesis(model, spec, branches, target)
    monkeypatch.setattr(module, "_MOST_ROWS", most)
    told = []
    found = mutagenesis(
        model, spec, branches, target, on_progress=lambda done, all_: told.append((done, all_))
    )
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert told[-1] == (3, 3)


@pytest.mark.parametrize("of", ["logits", "probabilities"])
def test_an_ensemble_has_the_mean_effect(of: Output) -> None:
    spec = PRESETS["enngene"].network(BRANCHES)
    dataset = dataset_of(spec, width=40, n_classes=3)
    rng = np.random.default_rng(1)
    members = [build_network(spec, **dataset.sizes) for _ in range(2)]
    for member in members:
        _random_weights(member, rng)
    branches, target = random_branches(dataset, 2, rng), np.array([2, 0])
    model = averaged(members)
    expected = plain(model, branches, target, of)
    found = mutagenesis(model, spec, branches, target, of=of)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_network_that_was_trained_elsewhere() -> None:
    layers = (
        Convolution(name="conv_1", inputs=("sequence",), filters=5, kernel=4),
        GlobalPooling(name="pool_1", inputs=("conv_1",), type="global_max_pooling"),
        Dense(name="dense_1", inputs=("pool_1",), units=2),
    )
    network = ImportedNetwork(branches={"sequence": ()}, layers=layers)
    model = build_imported(network, width=12, channels={"sequence": 4}, n_classes=2)
    rng = np.random.default_rng(1)
    branches = {"sequence": rng.integers(0, 4, (2, 12), dtype=np.uint8)}
    target = np.array([0, 1])
    found = mutagenesis(model, network, branches, target)
    np.testing.assert_allclose(found, plain(model, branches, target), atol=1e-5)


def test_a_trained_model(trained: TrainedModel) -> None:
    bundle = read_bundle(trained.path)
    rng = np.random.default_rng(1)
    branches = random_branches(bundle.config.dataset, 2, rng)
    target = np.array([0, 2])
    found = mutagenesis(bundle.model, bundle.config.network, branches, target)
    np.testing.assert_allclose(found, plain(bundle.model, branches, target), atol=1e-4)


def test_only_what_a_substitution_reaches_is_computed_again() -> None:
    """Two convolutions of 8 with pooling by 2: 4 positions reach 7 of 50, by hand."""
    layers = (ConvolutionLayer(filters=5, kernel=8), ConvolutionLayer(filters=6, kernel=8))
    spec = NetworkSpec(branches={"conservation": layers, "sequence": layers})
    channels = {"conservation": 1, "sequence": 4}
    plan = plan_of(spec, width=200, channels=channels, most=4800)
    first, second = plan.layers
    assert plan.block == 4
    # Kernels look 3 back and 4 ahead: outputs 4 before the block to 3 behind it, in pairs.
    assert (first.filled.first, first.filled.length) == (-4, 12)
    assert (first.after.hop, first.after.first, first.after.length) == (2, -2, 6)
    # From -2 - 4 to 3 + 3.
    assert (second.filled.first, second.filled.length) == (-6, 14)
    assert (plan.end.hop, plan.end.first, plan.end.length) == (1, -3, 7)
    assert (plan.dense, plan.first_input) == ("logits", 50 * 6)
    narrow = plan_of(spec, width=10, channels=channels, most=4800)
    assert narrow.layers == ()  # a substitution reaches all that there is
