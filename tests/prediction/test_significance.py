import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from enngene_core.prediction.significance import Significance, significance


def of(background: list[float], scores: list[float], cutoff: float = 0.05) -> Significance:
    sorted_background = np.sort(np.array(background, dtype=np.float32))
    unranked = significance(
        sorted_background, np.ones(len(background) + 1, dtype=np.int64), cutoff=1
    )
    ranks = unranked.rank(np.array(scores, dtype=np.float32))
    counts = np.bincount(ranks, minlength=len(background) + 1)
    return significance(sorted_background, counts, cutoff=cutoff)


def test_four_windows_worked_out_by_hand() -> None:
    found = of([0.1, 0.2, 0.3, 0.4], [0.9, 0.35, 0.35, 0.05], cutoff=0.6)
    assert found.rank(np.float32([0.9, 0.4, 0.35, 0.1, 0.05])).tolist() == [0, 1, 1, 4, 4]
    assert found.p.tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1])
    # p of the four: .2, .4, .4, 1; so q: .8, .4 * 4 / 3, the same, 1; and the first is no worse.
    assert found.q[[0, 1, 4]] == pytest.approx([0.4 * 4 / 3, 0.4 * 4 / 3, 1])
    assert found.n_significant == 3
    assert found.threshold == pytest.approx(0.3)
    assert found.least_number == 2


def test_nothing_and_all() -> None:
    assert of([0.5] * 10, [0.4] * 10).threshold == float("inf")
    assert of([0.5] * 10, [0.4] * 10, cutoff=1).threshold == -float("inf")
    assert of([0.5] * 10, [0.4] * 10, cutoff=1).n_significant == 10


scores = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=60)


@given(background=scores, scanned=scores, cutoff=st.sampled_from([0.05, 0.2, 0.5, 1.0]))
def test_q_values_are_those_of_scipy(
    background: list[float], scanned: list[float], cutoff: float
) -> None:
    found = of(background, scanned, cutoff)
    p = [(sum(b >= s for b in background) + 1) / (len(background) + 1) for s in scanned]
    q = false_discovery_control(p)
    ranks = found.rank(np.float32(scanned))
    np.testing.assert_allclose(found.p[ranks], p)
    np.testing.assert_allclose(found.q[ranks], q)
    above = np.float32(scanned) > found.threshold
    assert above.sum() == found.n_significant
    is_clear = np.abs(q - cutoff) > 1e-9
    assert (above == (q <= cutoff))[is_clear].all()
