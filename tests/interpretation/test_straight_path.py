import keras
import numpy as np
import pytest
import tensorflow as tf

from enngene_core.interpretation.attributions import Contrast
from enngene_core.interpretation.baselines import Baselines
from enngene_core.interpretation.straight_path import StraightPath
from enngene_core.models.ensemble import averaged
from enngene_core.models.network import build_network
from enngene_core.specs.interpretation import Output
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec, ResidualLayer
from tests.models.networks import NETWORKS, dataset_of, random_branches

POINTS, WEIGHTS = np.float32([0.1, 0.35, 0.9]), np.float32([0.2, 0.5, 0.3])
N_WINDOWS = 4
#: A sum that is read by a projection and a convolution; one that is read as it is.
RESIDUAL_FIRST = [
    (f"{n} filters of 4 channels", NetworkSpec(branches={"sequence": (layer, layer)}), 11, 2)
    for n in (4, 6)
    for layer in [ResidualLayer(filters=n, kernel=3)]
]
STRONG = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=8, kernel=5, dilation=2),)})


def check_equal(model: keras.Model, branches: dict[str, np.ndarray], of: Output) -> None:
    """The same sum as of slopes that follow the whole network at each point."""
    n_classes = model.output["logits"].shape[1]
    target = tf.constant(np.arange(N_WINDOWS) % n_classes, tf.int32)
    ((inputs, baseline),) = Baselines(model, branches, Contrast()).of(slice(None))
    path = StraightPath(model, of)
    found = path(inputs, baseline, target, tf.constant(POINTS), tf.constant(WEIGHTS))
    expected = {name: np.zeros(x.shape[:2]) for name, x in inputs.items()}
    for point, weight in zip(POINTS, WEIGHTS, strict=True):
        at = {name: baseline[name] + point * (x - baseline[name]) for name, x in inputs.items()}
        with tf.GradientTape() as tape:
            tape.watch(at)
            chosen = tf.gather(model(at)[of], target, axis=1, batch_dims=1)
        for name, slope in tape.gradient(chosen, at).items():
            step = inputs[name] - baseline[name]
            expected[name] += weight * tf.reduce_sum(slope * step, axis=2).numpy()
    largest = max(np.abs(values).max() for values in expected.values())
    assert largest > 1e-3
    for name, values in expected.items():
        np.testing.assert_allclose(found[name].numpy(), values, atol=2e-5 * max(1, largest))


@pytest.mark.parametrize(
    ("spec", "width", "n_classes"),
    [case[1:] for case in NETWORKS + RESIDUAL_FIRST],
    ids=[case[0] for case in NETWORKS + RESIDUAL_FIRST],
)
def test_every_network_has_the_slopes_of_the_whole(
    spec: NetworkSpec, width: int, n_classes: int
) -> None:
    rng = np.random.default_rng(4)
    dataset = dataset_of(spec, width=width, n_classes=n_classes)
    model = build_network(spec, **dataset.sizes)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(scale=0.5, size=variable.shape))
    check_equal(model, random_branches(dataset, N_WINDOWS, rng), "logits")


@pytest.mark.parametrize("of", ["logits", "probabilities"])
def test_an_ensemble_has_the_mean_slopes(of: Output) -> None:
    rng = np.random.default_rng(5)
    dataset = dataset_of(STRONG, width=12, n_classes=3)
    members = [build_network(STRONG, **dataset.sizes) for _ in range(3)]
    for member in members:
        for variable in member.trainable_variables:
            variable.assign(rng.normal(scale=0.5, size=variable.shape))
    check_equal(averaged(members), random_branches(dataset, N_WINDOWS, rng), of)
