import numpy as np
import pytest

from enngene_core.interpretation.integrated_gradients import integrated_gradients
from enngene_core.models.network import build_network
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
def test_a_linear_network_says_its_own_weights(branches: dict[str, np.ndarray], steps: int) -> None:
    """Without layers, the logit is a sum over positions: each one's share is its term."""
    rng = np.random.default_rng(2)
    spec = NetworkSpec(branches=dict.fromkeys(BRANCHES, ()))
    sizes = dataset_of(spec, width=WIDTH, n_classes=2).sizes
    model = build_network(spec, **sizes)
    shapes = {name: (WIDTH, n, 2) for name, n in sizes["channels"].items()}
    terms = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    flat = np.concatenate([terms[name].reshape(-1, 2) for name in BRANCHES])
    model.get_layer("logits").set_weights([flat, np.float32([3, -3])])
    target = np.arange(N_WINDOWS) % 2

    found = integrated_gradients(model, branches, target, steps=steps)
    total = np.zeros(N_WINDOWS)
    for i in range(N_WINDOWS):
        for position in range(WIDTH):
            of_class = target[i]
            for name in ("sequence", "structure"):
                code = branches[name][i, position]
                known = code < sizes["channels"][name]
                expected = terms[name][position, code, of_class] if known else 0.0
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
def test_attributions_sum_to_the_difference_of_outputs(
    spec: NetworkSpec, width: int, n_classes: int
) -> None:
    rng = np.random.default_rng(3)
    dataset = dataset_of(spec, width=width, n_classes=n_classes)
    model = build_network(spec, **dataset.sizes)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(scale=0.3, size=variable.shape))
    branches = random_branches(dataset, 5, rng)
    found = integrated_gradients(model, branches, rng.integers(0, n_classes, 5), steps=200)
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
    monkeypatch.setattr(module, "_MOST_ROWS", n_rows)
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
