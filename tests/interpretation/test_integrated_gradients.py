import keras
import numpy as np
import pytest

from enngene_core.interpretation.attributions import Contrast
from enngene_core.interpretation.baselines import shuffled
from enngene_core.interpretation.integrated_gradients import FIRST_STEPS, integrated_gradients
from enngene_core.models.inference import predict_probabilities
from enngene_core.models.network import build_network
from enngene_core.seeding import named_rng
from enngene_core.specs.interpretation import Baseline
from enngene_core.specs.network import NetworkSpec
from tests.core_fixtures import BRANCHES
from tests.models.networks import NETWORKS, dataset_of, random_branches

WIDTH, N_WINDOWS = 6, 9


@pytest.fixture(scope="module")
def branches() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        "sequence": rng.integers(0, 5, (N_WINDOWS, WIDTH), dtype=np.uint8),
        "structure": rng.integers(0, 3, (N_WINDOWS, WIDTH), dtype=np.uint8),
        "conservation": rng.normal(size=(N_WINDOWS, WIDTH)).astype(np.float32),
    }


@pytest.mark.parametrize("steps", [2, 50])
@pytest.mark.parametrize("baseline", ["zero", "uniform"])
def test_a_linear_network_says_its_own_weights(
    branches: dict[str, np.ndarray], baseline: Baseline, steps: int
) -> None:
    """Without layers, the logit is a sum over positions: each one's share is its term.

    Against a uniform baseline, it is its term less the mean of the terms of all symbols.
    """
    rng = np.random.default_rng(2)
    spec = NetworkSpec(branches=dict.fromkeys(BRANCHES, ()))
    sizes = dataset_of(spec, width=WIDTH, n_classes=2).sizes
    model = build_network(spec, **sizes)
    shapes = {name: (WIDTH, n, 2) for name, n in sizes["channels"].items()}
    terms = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    flat = np.concatenate([terms[name].reshape(-1, 2) for name in BRANCHES])
    model.get_layer("logits").set_weights([flat, np.float32([3, -3])])
    target = np.arange(N_WINDOWS) % 2

    contrast = Contrast(baseline=baseline)
    found = integrated_gradients(model, branches, target, steps=steps, contrast=contrast)
    total = np.zeros(N_WINDOWS)
    for i in range(N_WINDOWS):
        for position in range(WIDTH):
            of_class = target[i]
            for name in ("sequence", "structure"):
                code = branches[name][i, position]
                known = code < sizes["channels"][name]
                of_all = terms[name][position, :, of_class]
                against = of_all.mean() if baseline == "uniform" else 0.0
                expected = of_all[code] - against if known else 0.0
                assert found.branches[name][i, position] == pytest.approx(expected, abs=1e-5)
                total[i] += expected
            score = branches["conservation"][i, position]
            expected = score * terms["conservation"][position, 0, of_class]
            assert found.branches["conservation"][i, position] == pytest.approx(expected, abs=1e-5)
            total[i] += expected
    np.testing.assert_allclose(found.difference, total, atol=1e-5)
    np.testing.assert_allclose(found.total, total, atol=1e-5)


BENT = [
    case for case in NETWORKS if case[0] in ("odd width", "uneven", "lstm", "tracks", "everything")
]


@pytest.mark.parametrize(
    ("spec", "width", "n_classes"), [case[1:] for case in BENT], ids=[case[0] for case in BENT]
)
@pytest.mark.parametrize(
    "contrast",
    [Contrast(baseline="zero"), Contrast("probabilities"), Contrast(baseline="shuffled")],
    ids=["zero", "probabilities", "shuffled"],
)
def test_attributions_sum_to_the_difference_of_outputs(
    spec: NetworkSpec, width: int, n_classes: int, contrast: Contrast
) -> None:
    rng = np.random.default_rng(3)
    dataset = dataset_of(spec, width=width, n_classes=n_classes)
    model = build_network(spec, **dataset.sizes)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(scale=0.3, size=variable.shape))
    branches = random_branches(dataset, 5, rng)
    target = rng.integers(0, n_classes, 5)
    found = integrated_gradients(model, branches, target, steps=200, contrast=contrast)
    assert {name: scores.shape for name, scores in found.branches.items()} == dict.fromkeys(
        spec.branches, (5, width)
    )
    # Pooling and LeakyReLU bend the path, so that the sum of points is not exact.
    np.testing.assert_allclose(found.total, found.difference, atol=0.02)


@pytest.mark.parametrize(
    ("n_rows", "told_of"), [(40, [4, 8, 9]), (7, list(range(1, 10))), (1, list(range(1, 10)))]
)
def test_batches_make_no_difference(
    monkeypatch, branches: dict[str, np.ndarray], n_rows: int, told_of: list[int]
) -> None:
    from enngene_core.interpretation import integrated_gradients as module

    spec = NetworkSpec(branches=dict.fromkeys(BRANCHES, ()))
    model = build_network(spec, **dataset_of(spec, width=WIDTH, n_classes=2).sizes)
    target = np.zeros(N_WINDOWS, dtype=int)
    together = integrated_gradients(model, branches, target, steps=10)
    # 7 and 1: a network so large that not even the points of one window fit.
    monkeypatch.setattr(module, "MOST_ROWS", n_rows)
    told = []
    apart = integrated_gradients(
        model, branches, target, steps=10, on_progress=lambda done, all_: told.append((done, all_))
    )
    assert told == [(done, 9) for done in told_of]
    np.testing.assert_allclose(apart.difference, together.difference, atol=1e-6)
    for name in BRANCHES:
        np.testing.assert_allclose(apart.branches[name], together.branches[name], atol=1e-6)


def test_a_window_without_information_has_no_attribution() -> None:
    spec = NetworkSpec(branches={"sequence": (), "conservation": ()})
    model = build_network(spec, **dataset_of(spec, width=4, n_classes=2).sizes)
    nothing = {
        "sequence": np.full((1, 4), 4, np.uint8),
        "conservation": np.zeros((1, 4), np.float32),
    }
    found = integrated_gradients(model, nothing, np.array([1]), steps=5)
    assert found.difference.tolist() == [0]
    assert found.completeness_error.tolist() == [0]
    assert not found.total.any()


def _bent_network(rng: np.random.Generator) -> tuple[keras.Model, dict[str, np.ndarray]]:
    _, spec, width, n_classes = next(case for case in NETWORKS if case[0] == "uneven")
    dataset = dataset_of(spec, width=width, n_classes=n_classes)
    model = build_network(spec, **dataset.sizes)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(scale=0.5, size=variable.shape))
    return model, random_branches(dataset, 12, rng)


def test_steps_rise_until_the_tolerance_is_reached() -> None:
    model, branches = _bent_network(np.random.default_rng(4))
    target = np.zeros(12, dtype=int)
    told = []
    found = integrated_gradients(
        model,
        branches,
        target,
        steps=110,
        tolerance=0.003,
        on_progress=lambda done, all_: told.append((done, all_)),
    )
    assert set(found.steps.tolist()) <= {FIRST_STEPS, 3 * FIRST_STEPS, 9 * FIRST_STEPS}
    assert len(set(found.steps.tolist())) > 1
    within = found.completeness_error <= 0.003
    assert (within | (found.steps == 9 * FIRST_STEPS)).all()
    assert told == sorted(told) and told[-1] == (12, 12)
    # Each window has what it would have had with its steps alone.
    for steps in set(found.steps.tolist()):
        alone = integrated_gradients(model, branches, target, steps=steps)
        rows = found.steps == steps
        assert (alone.steps == steps).all()
        for name, scores in found.branches.items():
            np.testing.assert_allclose(scores[rows], alone.branches[name][rows], atol=1e-5)


def test_a_probability_is_explained_on_its_own_scale() -> None:
    model, branches = _bent_network(np.random.default_rng(5))
    target = np.ones(12, dtype=int)
    found = integrated_gradients(
        model, branches, target, steps=300, contrast=Contrast("probabilities", "zero")
    )
    nothing = {
        name: np.full_like(x, 9) if x.dtype == np.uint8 else np.zeros_like(x)
        for name, x in branches.items()
    }
    expected = predict_probabilities(model, branches) - predict_probabilities(model, nothing)
    np.testing.assert_allclose(found.difference, expected[:, 1], atol=1e-6)
    np.testing.assert_allclose(found.total, found.difference, atol=0.01)


def test_several_shuffles_count_as_their_mean() -> None:
    """A linear network of the sequence: each position's share is its term less the mean one."""
    spec = NetworkSpec(branches={"sequence": ()})
    model = build_network(spec, **dataset_of(spec, width=8, n_classes=2).sizes)
    kernel = np.random.default_rng(6).normal(size=(32, 2)).astype(np.float32)
    model.get_layer("logits").set_weights([kernel, np.zeros(2, np.float32)])
    codes = np.array([[0, 1, 2, 3, 0, 2, 1, 3], [4, 0, 1, 0, 2, 0, 1, 4]], dtype=np.uint8)
    contrast = Contrast(baseline="shuffled", shuffles=3, seed=11)
    found = integrated_gradients(
        model, {"sequence": codes}, np.zeros(2, dtype=int), steps=2, contrast=contrast
    )
    rng = named_rng(11, "shuffled baselines")
    orders = [shuffled(codes, rng) for _ in range(3)]
    one_hot = np.vstack([np.eye(4), np.zeros(4)])
    term = kernel[:, 0].reshape(8, 4)
    for row in range(2):
        against = np.mean([one_hot[order[row]] for order in orders], axis=0)
        expected = ((one_hot[codes[row]] - against) * term).sum(axis=1)
        np.testing.assert_allclose(found.branches["sequence"][row], expected, atol=1e-5)
    again = integrated_gradients(
        model, {"sequence": codes}, np.zeros(2, dtype=int), steps=2, contrast=contrast
    )
    assert again.branches["sequence"].tobytes() == found.branches["sequence"].tobytes()
