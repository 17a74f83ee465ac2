"""A model of several networks gives the mean of what they give, wherever it is used."""

import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from enngene_core.errors import BundleError, SpecError
from enngene_core.interpretation.integrated_gradients import integrated_gradients
from enngene_core.models.bundle import Bundle, read_bundle, weights
from enngene_core.models.card import model_card
from enngene_core.models.exporting import export_model
from enngene_core.models.inference import Predictor, predict_probabilities
from enngene_core.models.network import build_network
from enngene_core.specs.exporting import ExportSpec
from enngene_core.specs.members import MembersSpec, check_size
from enngene_core.specs.network import ConvolutionLayer, DenseLayer, NetworkSpec, RecurrentLayer
from tests.models.bundles import bundle_of, members, pack, with_config, write
from tests.refusal import refused

WIDTH, N_CLASSES = 12, 3
NETWORK = NetworkSpec(
    branches={
        "sequence": (ConvolutionLayer(filters=3, kernel=4, batch_normalization=True),),
        "conservation": (ConvolutionLayer(filters=2, kernel=3, dropout=0.2),),
    },
    common=(
        RecurrentLayer(type="gru", units=3, bidirectional=True),
        DenseLayer(type="dense", units=4),
    ),
)


def ensemble_of(n_members: int) -> Bundle:
    """Untrained networks of random weights."""
    config = bundle_of(NETWORK, width=WIDTH, n_classes=N_CLASSES).config
    config = config.model_copy(update={"ensemble": MembersSpec(members=n_members)})
    networks = []
    for seed in range(n_members):
        keras.utils.set_random_seed(seed)
        networks.append(build_network(NETWORK, **config.dataset.sizes))
        for variable in networks[-1].trainable_variables:
            variable.assign_add(keras.random.normal(variable.shape, stddev=0.3))
    return Bundle(config, tuple(networks))


@pytest.fixture(scope="module")
def ensemble() -> Bundle:
    return ensemble_of(3)


@pytest.fixture
def branches() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(4)
    return {
        "sequence": rng.integers(0, 5, (9, WIDTH), dtype=np.uint8),
        "conservation": rng.normal(size=(9, WIDTH)).astype(np.float32),
    }


def test_probabilities_are_the_mean_of_the_members(
    ensemble: Bundle, branches: dict[str, np.ndarray]
) -> None:
    each = [predict_probabilities(member, branches) for member in ensemble.members]
    found = predict_probabilities(ensemble.model, branches)
    np.testing.assert_allclose(found, np.mean(each, axis=0), atol=1e-6)
    assert np.ptp(each, axis=0).max() > 0.05


def test_a_single_member_is_the_model_itself() -> None:
    single = ensemble_of(1)
    assert single.model is single.members[0]


def test_attributions_are_the_mean_of_the_members_and_complete(
    ensemble: Bundle, branches: dict[str, np.ndarray]
) -> None:
    target = np.arange(9) % N_CLASSES
    found = integrated_gradients(ensemble.model, branches, target, steps=200)
    each = [integrated_gradients(m, branches, target, steps=200) for m in ensemble.members]
    for name, scores in found.branches.items():
        expected = np.mean([of_member.branches[name] for of_member in each], axis=0)
        np.testing.assert_allclose(scores, expected, atol=1e-5)
    np.testing.assert_allclose(
        found.difference, np.mean([e.difference for e in each], 0), atol=1e-5
    )
    np.testing.assert_allclose(found.total, found.difference, atol=5e-3)


def test_a_bundle_keeps_all_members(
    ensemble: Bundle, branches: dict[str, np.ndarray], tmp_path: Path
) -> None:
    path = write(tmp_path / "model.zip", ensemble)
    assert list(members(path)) == [
        "config.json",
        "model.safetensors",
        "model_2.safetensors",
        "model_3.safetensors",
        "README.md",
        "history.tsv",
    ]
    again = read_bundle(path)
    assert again.config == ensemble.config and again.config.n_members == 3
    for member, expected in zip(again.members, ensemble.members, strict=True):
        found, wanted = weights(member), weights(expected)
        assert list(found) == list(wanted)
        for name, array in found.items():
            np.testing.assert_array_equal(array, wanted[name])
    np.testing.assert_array_equal(
        predict_probabilities(again.model, branches),
        predict_probabilities(ensemble.model, branches),
    )


@pytest.mark.parametrize("format_", ["keras", "savedmodel", "onnx"])
def test_an_exported_ensemble_is_one_network(
    ensemble: Bundle, branches: dict[str, np.ndarray], tmp_path: Path, format_: str
) -> None:
    from enngene_core.models.inputs import network_inputs

    output = tmp_path / "exported"
    export_model(ensemble, ExportSpec(format=format_), output=output)
    expected = predict_probabilities(ensemble.model, branches)
    arrays = {k: np.asarray(v) for k, v in network_inputs(branches, ensemble.model).items()}
    if format_ == "keras":
        named = output.rename(tmp_path / "exported.keras")
        model = keras.models.load_model(named)
        found = model.predict([arrays[x.name] for x in model.inputs], verbose=0)
    elif format_ == "savedmodel":
        import tensorflow as tf

        with zipfile.ZipFile(output) as archive:
            archive.extractall(tmp_path / "folder")
        served = tf.saved_model.load(tmp_path / "folder" / "model").signatures["serving_default"]
        found = served(**{k: tf.constant(v) for k, v in arrays.items()})["probabilities"].numpy()
    else:
        import onnxruntime

        session = onnxruntime.InferenceSession(output.read_bytes())
        (found,) = session.run(["probabilities"], arrays)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_bundle_has_the_weights_of_as_many_members_as_it_says(
    ensemble: Bundle, tmp_path: Path
) -> None:
    path = write(tmp_path / "model.zip", ensemble)
    whole = members(path)

    def spoilt(**changes: bytes | None) -> Path:
        contents = whole | {f"{name}.safetensors": content for name, content in changes.items()}
        return pack(path, ((k, v) for k, v in contents.items() if v is not None))

    with refused(BundleError, path, "missing model_3.safetensors", "3 networks"):
        read_bundle(spoilt(model_3=None))
    with refused(BundleError, path, "found model_4.safetensors", "3 networks"):
        read_bundle(spoilt(model_4=whole["model_3.safetensors"]))
    with refused(BundleError, path, "'model_21.safetensors'", "model_20.safetensors"):
        read_bundle(spoilt(model_21=whole["model_3.safetensors"]))
    with refused(BundleError, path, "model_2.safetensors is damaged"):
        read_bundle(spoilt(model_2=whole["model_2.safetensors"][:100]))
    write(path, ensemble)
    with refused(BundleError, path, "config.json", "ensemble.members", "20"):
        read_bundle(with_config(path, lambda config: config["ensemble"].update(members=21)))


def test_its_card_says_that_it_is_an_ensemble(ensemble: Bundle) -> None:
    card = model_card(ensemble.config)
    assert "An ensemble of 3 networks that tells 3 classes" in card
    assert "differ by their seeds" in card and "Metrics of the kept epochs" in card
    single = model_card(ensemble_of(1).config)
    assert "A neural network that tells" in single and "ensemble" not in single


def test_a_single_model_has_one_file_of_weights(ensemble: Bundle, tmp_path: Path) -> None:
    path = write(tmp_path / "model.zip", ensemble)
    with refused(BundleError, path, "found model_2.safetensors", "1 networks"):
        read_bundle(with_config(path, lambda config: config["ensemble"].update(members=1)))


def test_members_that_are_too_large_together_are_refused() -> None:
    check_size(MembersSpec(members=4), 50_000_000)
    with refused(SpecError, "5 networks of 50,000,000", "200,000,000"):
        check_size(MembersSpec(folds=5, folds_ensemble="on"), 50_000_000)


@pytest.mark.parametrize("n_members", [1, 2, 3])
def test_the_spread_is_that_of_the_members_about_their_mean(
    n_members: int, branches: dict[str, np.ndarray]
) -> None:
    bundle = ensemble_of(n_members)
    *columns, spread = Predictor(bundle.model, with_spread=True)(branches).T
    found = np.stack(columns, axis=1)
    of_members = np.stack([predict_probabilities(m, branches) for m in bundle.members])
    np.testing.assert_allclose(found, predict_probabilities(bundle.model, branches), atol=1e-6)
    highest = found.argmax(axis=1)
    expected = of_members[:, np.arange(len(highest)), highest].std(axis=0)
    np.testing.assert_allclose(spread, expected, atol=1e-6)
    assert (spread > 0).all() == (n_members > 1)
