import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.formats.signals.wanted import WantedScores

ROW = st.tuples(st.integers(0, 40), st.lists(st.sampled_from([1.0, 2.0, np.nan]), min_size=1))


def test_a_row_over_several_stretches_by_hand() -> None:
    wanted = WantedScores(np.array([[2, 4], [6, 8], [9, 10]]))
    assert wanted.put_row(3, np.arange(3, 8, dtype=np.float32)) is None
    assert wanted.put_row(8, np.array([8, 9], np.float32)) is None
    found = {start: scores.tolist() for start, scores in wanted.stretches()}
    assert str(found) == "{2: [nan, 3.0], 6: [6.0, 7.0], 9: [9.0]}"
    assert wanted.put_row(4, np.zeros(2, np.float32)) is None  # which is wanted by none
    assert wanted.put_row(2, np.zeros(8, np.float32)) == 1
    assert wanted.put_row(4, np.zeros(9, np.float32)) == 2


@given(
    edges=st.lists(st.integers(0, 60), unique=True, max_size=20).map(sorted),
    rows=st.lists(ROW, max_size=5),
)
def test_rows_are_put_base_by_base(edges: list[int], rows: list[tuple[int, list[float]]]) -> None:
    stretches = list(zip(edges[::2], edges[1::2], strict=False))
    wanted = WantedScores(np.array(stretches, np.int64).reshape(-1, 2))
    known = {base: np.nan for start, end in stretches for base in range(start, end)}
    for first, scores in rows:
        new = {i: score for i, score in enumerate(scores) if score == score and first + i in known}
        clashes = [i for i in new if known[first + i] == known[first + i]]
        clash = wanted.put_row(first, np.array(scores, np.float32))
        assert clash == (clashes[0] if clashes else None)
        if clashes:
            break
        known |= {first + i: score for i, score in new.items()}
    for (start, scores), (expected, end) in zip(wanted.stretches(), stretches, strict=True):
        assert start == expected
        np.testing.assert_array_equal(scores, [known[base] for base in range(start, end)])
