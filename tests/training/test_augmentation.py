from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.dataset.file import Dataset
from enngene_core.errors import SpecError
from enngene_core.specs.branches import CONSERVATION, SEQUENCE, STRUCTURE
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.augmentation import augmented, check_augmentation
from tests.core_fixtures import RealDataset
from tests.refusal import refused

ENCODINGS = {"sequence": SEQUENCE, "conservation": CONSERVATION, "structure": STRUCTURE["mfe"]}
CODES = np.array([[0, 1, 2, 3, 4]], np.uint8)  # ACGTN
SCORES = np.array([[1, 2, 3, 4, 5]], np.float32)


def seen(spec: TrainingSpec) -> set[tuple[float, ...]]:
    """All that becomes of one window."""
    branches = {
        "sequence": np.repeat(CODES, 300, axis=0),
        "conservation": np.repeat(SCORES, 300, axis=0),
    }
    found = augmented(branches, ENCODINGS, spec, np.random.default_rng(1))
    assert found["sequence"].dtype == np.uint8 and found["conservation"].dtype == np.float32
    rows = np.hstack([found["sequence"], found["conservation"]])
    return set(map(tuple, rows.tolist()))


def test_the_reverse_complement_of_all_branches_alike() -> None:
    there, back = (0, 1, 2, 3, 4, 1, 2, 3, 4, 5), (4, 0, 1, 2, 3, 5, 4, 3, 2, 1)
    assert seen(TrainingSpec(shift=0, reverse_complement="on")) == {there, back}


def test_a_shift_frees_an_end() -> None:
    assert seen(TrainingSpec(shift=1)) == {
        (0, 1, 2, 3, 4, 1, 2, 3, 4, 5),
        (4, 0, 1, 2, 3, 0, 1, 2, 3, 4),
        (1, 2, 3, 4, 4, 2, 3, 4, 5, 0),
    }


@given(
    codes=st.lists(st.integers(0, 4), min_size=2, max_size=9),
    shift=st.integers(0, 8),
    seed=st.integers(0, 99),
)
def test_a_window_keeps_its_inside(codes: list[int], shift: int, seed: int) -> None:
    spec = TrainingSpec(shift=shift, reverse_complement="on")
    sequence = np.repeat(np.array([codes], np.uint8), 20, axis=0)
    before = sequence.copy()
    found = augmented({"sequence": sequence}, ENCODINGS, spec, np.random.default_rng(seed))
    np.testing.assert_array_equal(sequence, before)
    complement = [{0: 3, 1: 2, 2: 1, 3: 0, 4: 4}[code] for code in reversed(codes)]
    unknown, width = [4] * shift, len(codes)
    allowed = [
        (unknown + whole + unknown)[first : first + width]
        for whole in (codes, complement)
        for first in range(2 * shift + 1)
    ]
    assert all(row in allowed for row in found["sequence"].tolist())


@pytest.fixture
def changed(real_dataset: RealDataset, tmp_path: Path) -> Callable[..., Path]:
    def change(**words: str) -> Path:
        path = tmp_path / "copy.h5"
        path.write_bytes(real_dataset.path.read_bytes())
        with h5py.File(path, "r+") as file:
            if "strand" in words:
                file["windows/strand"][:] = words["strand"].encode()
            if words.get("spec") == "ignore":
                text = file.attrs["spec"].replace('"strand":"apply"', '"strand":"ignore"')
                assert text != file.attrs["spec"]
                file.attrs["spec"] = text
        return path

    return change


BOTH = TrainingSpec(reverse_complement="on", shift=3)


def test_stranded_windows_have_no_reverse_complement(changed: Callable[..., Path]) -> None:
    with Dataset(changed()) as dataset, refused(SpecError, "--reverse-complement", dataset.path):
        check_augmentation(BOTH, dataset, ("sequence",))


@pytest.mark.parametrize("words", [{"spec": "ignore"}, {"strand": "."}])
def test_windows_without_strand_have_one(
    changed: Callable[..., Path], words: dict[str, str]
) -> None:
    with Dataset(changed(**words)) as dataset:
        check_augmentation(BOTH, dataset, ("sequence", "conservation"))
        with refused(SpecError, "--reverse-complement", "structure"):
            check_augmentation(BOTH, dataset, ("sequence", "structure"))


def test_a_shift_beyond_the_window_is_refused(real_dataset: RealDataset) -> None:
    with Dataset(real_dataset.path) as dataset:
        check_augmentation(TrainingSpec(shift=50), dataset, ("sequence",))
        with refused(SpecError, "--shift 51", "51 nt", dataset.path):
            check_augmentation(TrainingSpec(shift=51), dataset, ("sequence",))
