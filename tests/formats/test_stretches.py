import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.formats.genomes.stretches import put_stretches, stretches_at


@given(st.data(), st.integers(1, 9), st.integers(0, 20))
def test_stretches_are_taken_and_put_back(data: st.DataObject, width: int, n_more: int) -> None:
    letters = np.arange(width + n_more, dtype=np.uint8)
    start = np.array(data.draw(st.lists(st.integers(0, n_more))), dtype=np.int64)
    stretches = stretches_at(letters, start, width)
    assert stretches.tolist() == [list(range(s, s + width)) for s in start]
    target = np.full_like(letters, 255)
    put_stretches(target, start, stretches)
    covered = sorted({int(s) + i for s in start for i in range(width)})
    assert np.flatnonzero(target != 255).tolist() == covered
    assert target[covered].tolist() == covered


def test_rows_may_be_a_view_in_any_order() -> None:
    target = np.zeros(6, dtype=np.uint8)
    put_stretches(target, np.array([4, 1]), np.array([[1, 2], [3, 4]], dtype=np.uint8)[:, ::-1])
    assert target.tolist() == [0, 4, 3, 0, 2, 1]
