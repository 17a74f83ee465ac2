import keras
import numpy as np
import pytest

from enngene_core.models.bundle import weights
from enngene_core.models.inputs import network_inputs
from enngene_core.models.network import build_network
from enngene_core.models.trained_network import trained_network, without_normalization
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.presets import PRESETS, PresetName
from tests.models.networks import dataset_of


@pytest.mark.parametrize("preset", list(PRESETS))
def test_normalization_is_folded_into_the_layer_before(preset: PresetName) -> None:
    spec = PRESETS[preset].network(["sequence", "conservation"])
    dataset = dataset_of(spec, width=60, n_classes=3)
    model = build_network(spec, **dataset.sizes)
    rng = np.random.default_rng(1)
    for variable in model.variables:
        if "seed" not in variable.path:
            # Scales of both signs: pooling takes the highest after them.
            drawn = rng.normal(size=variable.shape) / np.sqrt(max(1, variable.shape[0]))
            variable.assign(np.abs(drawn) if "variance" in variable.path else drawn)
    branches = {
        "sequence": rng.integers(0, 5, (40, 60), dtype=np.uint8),
        "conservation": rng.normal(size=(40, 60)).astype(np.float32),
    }
    X = network_inputs(branches, model)
    expected = model(X)["logits"].numpy()
    assert np.ptp(expected, axis=0).min() > 0.01
    for precision, gap in (("float32", 2e-5), ("bfloat16", 0.1)):
        found = trained_network(spec, weights(model), dataset, for_use=precision)
        assert not any(isinstance(x, keras.layers.BatchNormalization) for x in found.layers)
        logits = found(X)["logits"].numpy()
        np.testing.assert_allclose(logits, expected, atol=gap * np.abs(expected).max())
    whole = trained_network(spec, weights(model), dataset)
    np.testing.assert_array_equal(whole(X)["logits"].numpy(), expected)


def test_a_filter_by_hand() -> None:
    """3 x + 1, less 2, over a root of 4, times 5, and 6 more: 7.5 x + 3.5."""
    network = NetworkSpec.model_validate(
        {
            "branches": {
                "conservation": [
                    {"type": "convolution", "filters": 1, "kernel": 1, "batch_normalization": True}
                ]
            }
        }
    )
    one = {
        "conservation_1/kernel": 3,
        "conservation_1/bias": 1,
        "conservation_1_normalization/gamma": 5,
        "conservation_1_normalization/beta": 6,
        "conservation_1_normalization/moving_mean": 2,
        "conservation_1_normalization/moving_variance": 4 - 1e-3,
        "logits/kernel": 9,
    }
    arrays = {name: np.array([value], np.float32) for name, value in one.items()}
    spec, folded = without_normalization(network, arrays)
    (layer,) = spec.branches["conservation"]
    assert not layer.batch_normalization
    assert {name: float(value[0]) for name, value in folded.items()} == pytest.approx(
        {"conservation_1/kernel": 7.5, "conservation_1/bias": 3.5, "logits/kernel": 9}
    )
    assert arrays["conservation_1/kernel"][0] == 3
