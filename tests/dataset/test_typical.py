import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enngene_core.dataset.file import Dataset
from enngene_core.dataset.typical import Typical, typical_of, typical_shapes
from enngene_core.specs.branches import CONSERVATION, SEQUENCE, STRUCTURE
from tests.core_fixtures import BRANCHES, RealDataset

WIDTH = 51
TYPICAL_AGAIN = """
import sys
from pathlib import Path
import numpy as np
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.typical import typical_of
with Dataset(Path(sys.argv[1])) as dataset:
    np.savez(sys.argv[2], **typical_of(dataset, ("sequence",)).arrays)
"""


@pytest.fixture(scope="module")
def sequences(real_dataset: RealDataset) -> Typical:
    with Dataset(real_dataset.path) as dataset:
        found = typical_of(dataset, ("sequence",))
    assert found is not None
    return found


def distance(typical: Typical, *rows: str) -> np.ndarray:
    codes = np.array([["ACGTN".index(base) for base in row] for row in rows], dtype=np.uint8)
    return typical.distance({"sequence": codes}, {"sequence": SEQUENCE})


def test_two_words_by_hand() -> None:
    # Of AAAC the words are AAA and AAC, the first two of 64: half of all each.
    shapes = typical_shapes({"sequence": SEQUENCE})
    assert shapes == {"mean": (65,), "deviation": (65,), "whitening": (65, 65), "threshold": (1,)}
    arrays = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    typical = Typical(**arrays)
    np.fill_diagonal(typical.whitening, 1)
    typical.deviation[:], typical.threshold[:] = 1, 1
    # The roots of both shares, and no word with N: a length of 1.
    assert distance(typical, "AAAC") == pytest.approx(1)
    typical.mean[:2] = 0.5**0.5
    assert distance(typical, "AAAC") == pytest.approx(0)
    assert distance(typical, "CAAA") == pytest.approx((0.5 + 0.5) ** 0.5)  # CAA for AAC
    assert distance(typical, "AANC") == pytest.approx((0.5 + 0.5 + 1) ** 0.5)
    twice = replace(typical, threshold=np.array([2], np.float32))
    assert distance(twice, "CAAA") == pytest.approx(0.5)


def test_what_a_genome_does_not_have_is_unlike_it(sequences: Typical) -> None:
    rows = ["A" * WIDTH, "AC" * 25 + "A", "ACG" * 17, "N" * WIDTH, "G" * 25 + "N" * 26]
    assert (distance(sequences, *rows) > 1).all()


def test_about_one_validation_window_in_a_hundred_is_unlike(
    real_dataset: RealDataset, sequences: Typical
) -> None:
    with Dataset(real_dataset.path) as dataset:
        rows = dataset.rows("validation")
        found = sequences.distance({"sequence": dataset.branch("sequence", rows)},
                                   {"sequence": SEQUENCE})  # fmt: skip
        test = dataset.rows("test")
        of_test = sequences.distance({"sequence": dataset.branch("sequence", test)},
                                     {"sequence": SEQUENCE})  # fmt: skip
    # Of n windows, n - ceil(0.99 (n + 1)) lie above the threshold.
    expected = max(0, len(rows) - int(np.ceil(0.99 * (len(rows) + 1))))
    assert np.count_nonzero(found > 1) == expected
    assert (of_test > 1).mean() < 0.05


def test_all_branches_count(real_dataset: RealDataset) -> None:
    encodings = {"sequence": SEQUENCE, "structure": STRUCTURE["mfe"], "conservation": CONSERVATION}
    with Dataset(real_dataset.path) as dataset:
        typical = typical_of(dataset, BRANCHES)
        rows = dataset.rows("test")
        branches = {name: dataset.branch(name, rows) for name in BRANCHES}
    assert typical is not None
    assert {n: a.shape for n, a in typical.arrays.items()} == typical_shapes(encodings)
    usual = typical.distance(branches, encodings)
    for name, values in (
        ("structure", np.tile(np.array([0, 2], np.uint8), WIDTH)[:WIDTH]),  # ()()()
        ("conservation", np.full(WIDTH, 50, np.float32)),
    ):
        other = branches | {name: np.broadcast_to(values, branches[name].shape)}
        found = typical.distance(other, encodings)
        assert (found > usual).all() and (found > 1).all()


@settings(max_examples=20)
@given(st.integers(1, 9000), st.integers(0, 2**32 - 1))
def test_each_window_has_a_distance_of_its_own(
    sequences: Typical, n_windows: int, seed: int
) -> None:
    codes = np.random.default_rng(seed).integers(0, 5, (n_windows, WIDTH), dtype=np.uint8)
    encodings = {"sequence": SEQUENCE}
    found = sequences.distance({"sequence": codes}, encodings)
    assert found.shape == (n_windows,) and found.dtype == np.float32
    last = sequences.distance({"sequence": codes[-1:]}, encodings)
    assert found[-1] == pytest.approx(last[0], rel=1e-4)


@pytest.mark.parametrize("kernels", ["Haswell", "Nehalem"])
def test_sums_in_another_order_give_the_same_bytes(
    real_dataset: RealDataset, sequences: Typical, tmp_path: Path, kernels: str
) -> None:
    output = tmp_path / "typical.npz"
    arguments = [sys.executable, "-c", TYPICAL_AGAIN, real_dataset.path, output]
    # OpenBLAS adds in other orders with the kernels of other processors.
    environment = os.environ | {"OPENBLAS_CORETYPE": kernels}
    subprocess.run(arguments, check=True, env=environment)
    with np.load(output) as again:
        for name, array in sequences.arrays.items():
            assert again[name].tobytes() == array.tobytes(), name


def test_windows_of_too_many_numbers_have_none() -> None:
    assert typical_shapes({f"t{i}": CONSERVATION for i in range(100)}) != {}
    assert typical_shapes({f"t{i}": CONSERVATION for i in range(200)}) == {}
