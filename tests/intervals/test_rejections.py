import numpy as np

from enngene_core.intervals.rejections import Rejections


def test_rows_stand_by_class_and_line() -> None:
    joined = Rejections.joined(
        [
            Rejections.of(1, np.array([7, 2]), "odd", ("odd 7", "odd 2")),
            Rejections.none(),
            Rejections.of(np.array([1, 0]), np.array([3, 9]), "even"),
        ]
    )
    assert joined.label.tolist() == [0, 1, 1, 1]
    assert joined.line.tolist() == [9, 2, 3, 7]
    assert joined.reason.tolist() == ["even", "odd 2", "even", "odd 7"]
    assert joined.by_kind() == {"odd": 2, "even": 2}
    assert joined.of_class(1).line.tolist() == [2, 3, 7]
    assert len(joined.of_class(2)) == 0


def test_no_rows() -> None:
    none = Rejections.joined([Rejections.none(), Rejections.of(3, np.zeros(0, np.int64), "why")])
    assert len(none) == 0
    assert none.by_kind() == {}
