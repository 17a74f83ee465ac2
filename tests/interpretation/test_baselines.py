from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.interpretation.attributions import Contrast
from enngene_core.interpretation.baselines import Baselines, shuffled
from enngene_core.models.network import build_network
from enngene_core.specs.network import NetworkSpec
from tests.models.networks import dataset_of


@given(
    st.lists(
        st.text("01234", min_size=1, max_size=30).filter(lambda text: "4" not in text[0]),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 5),
    st.integers(0, 99),
)
def test_shuffles_keep_pairs_of_neighbours_and_padding(
    inner: list[str], padding: int, seed: int
) -> None:
    width = max(map(len, inner)) + padding
    texts = ["4" * padding + text.ljust(width - padding, "4") for text in inner]
    codes = np.array([[int(letter) for letter in text] for text in texts], dtype=np.uint8)
    found = shuffled(codes, np.random.default_rng(seed))
    for text, row in zip(texts, found, strict=True):
        order = "".join(map(str, row))
        assert Counter(pairwise(order)) == Counter(pairwise(text))
        ends = len(text) - len(text.lstrip("4")), len(text.rstrip("4"))
        assert (len(order) - len(order.lstrip("4")), len(order.rstrip("4"))) == ends


def test_each_kind_of_baseline() -> None:
    spec = NetworkSpec(branches={"sequence": (), "structure": (), "conservation": ()})
    model = build_network(spec, **dataset_of(spec, width=6, n_classes=2).sizes)
    branches = {
        "sequence": np.array([[4, 0, 1, 0, 2, 3]], dtype=np.uint8),
        "structure": np.array([[0, 0, 1, 2, 3, 1]], dtype=np.uint8),
        "conservation": np.ones((1, 6), np.float32),
    }
    expected = {"zero": (0, 0), "uniform": (1 / 4, 1 / 3)}
    for baseline, (of_base, of_symbol) in expected.items():
        [(inputs, found)] = Baselines(model, branches, Contrast(baseline=baseline)).of(slice(0, 1))
        assert np.asarray(inputs["sequence"]).sum() == 5
        np.testing.assert_allclose(found["sequence"][0, 0], 0)  # an unknown base
        np.testing.assert_allclose(found["sequence"][0, 1:], of_base)
        np.testing.assert_allclose(found["structure"][0, 4], 0)
        np.testing.assert_allclose(found["structure"][0, :4], of_symbol)
        assert not np.asarray(found["conservation"]).any()
    pairs = list(
        Baselines(model, branches, Contrast(baseline="shuffled", shuffles=4)).of(slice(0, 1))
    )
    assert len(pairs) == 4
    for _, found in pairs:
        np.testing.assert_array_equal(np.asarray(found["sequence"])[0].sum(axis=0), [2, 1, 1, 1])
        np.testing.assert_allclose(found["structure"][0, :4], 1 / 3)
