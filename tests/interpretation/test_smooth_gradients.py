import numpy as np
import pytest

from enngene_core.interpretation import smooth_gradients as module
from enngene_core.interpretation.attributions import Contrast
from enngene_core.interpretation.integrated_gradients import integrated_gradients
from enngene_core.interpretation.smooth_gradients import smooth_gradients
from enngene_core.models.network import build_network
from enngene_core.specs.network import NetworkSpec
from tests.models.networks import NETWORKS, dataset_of, random_branches

OPTIONS = {"samples": 20, "noise": 0.2}


def test_a_linear_network_has_the_same_slope_everywhere() -> None:
    rng = np.random.default_rng(1)
    spec = NetworkSpec(branches={"sequence": (), "conservation": ()})
    dataset = dataset_of(spec, width=7, n_classes=2)
    model = build_network(spec, **dataset.sizes)
    branches, target = random_branches(dataset, 3, rng), np.array([0, 1, 1])
    exact = integrated_gradients(model, branches, target, steps=2)
    found = smooth_gradients(model, branches, target, **OPTIONS)
    for name, scores in exact.branches.items():
        np.testing.assert_allclose(found.branches[name], scores, atol=1e-5)
    assert found.completeness_error.max() < 1e-4
    assert found.steps.tolist() == [20] * 3


@pytest.mark.parametrize("baseline", ["uniform", "shuffled"])
def test_the_same_seed_gives_the_same_numbers_in_any_company(baseline: str) -> None:
    _, spec, width, n_classes = next(case for case in NETWORKS if case[0] == "uneven")
    rng = np.random.default_rng(2)
    dataset = dataset_of(spec, width=width, n_classes=n_classes)
    model = build_network(spec, **dataset.sizes)
    branches, target = random_branches(dataset, 3, rng), np.zeros(3, dtype=int)
    contrast = Contrast(baseline=baseline, shuffles=2, seed=3)
    found = smooth_gradients(model, branches, target, contrast=contrast, **OPTIONS)
    again = smooth_gradients(model, branches, target, contrast=contrast, **OPTIONS)
    other = smooth_gradients(
        model, branches, target, contrast=Contrast(baseline=baseline, seed=4), **OPTIONS
    )
    for name in spec.branches:
        assert found.branches[name].tobytes() == again.branches[name].tobytes()
    assert found.branches["sequence"].tobytes() != other.branches["sequence"].tobytes()
    if baseline == "uniform":  # shuffles are drawn for all windows at once
        first = {name: values[:1] for name, values in branches.items()}
        alone = smooth_gradients(model, first, target[:1], contrast=contrast, **OPTIONS)
        np.testing.assert_allclose(
            alone.branches["sequence"], found.branches["sequence"][:1], atol=1e-6
        )


def test_copies_that_do_not_fit_at_once_are_drawn_in_parts(monkeypatch) -> None:
    spec = NetworkSpec(branches={"sequence": ()})
    dataset = dataset_of(spec, width=7, n_classes=2)
    model = build_network(spec, **dataset.sizes)
    branches = random_branches(dataset, 2, np.random.default_rng(1))
    whole = smooth_gradients(model, branches, np.array([0, 1]), **OPTIONS)
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    parts = smooth_gradients(model, branches, np.array([0, 1]), **OPTIONS)
    np.testing.assert_allclose(parts.branches["sequence"], whole.branches["sequence"], atol=1e-5)
