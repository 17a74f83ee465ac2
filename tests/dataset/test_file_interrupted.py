import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.file import Dataset
from enngene_core.dataset.new_file import new_dataset
from enngene_core.errors import DatasetError
from tests.dataset.files import PROVENANCE, SPEC, SPLIT, six_windows, write_six
from tests.refusal import refused

ROOT = Path(__file__).parents[2]


def test_a_block_that_raises_leaves_no_dataset(tmp_path: Path) -> None:
    path = tmp_path / "dataset.h5"
    with pytest.raises(KeyboardInterrupt):  # noqa: SIM117 - the block is what is interrupted
        with new_dataset(
            path, windows=six_windows(), split=SPLIT, spec=SPEC, provenance=lambda: PROVENANCE
        ) as branches:
            branches["sequence"][:] = 0
            raise KeyboardInterrupt
    with refused(DatasetError, path, "None", "enngene-dataset"):
        Dataset(path)


def test_an_input_that_cannot_be_read_again_leaves_no_dataset(tmp_path: Path) -> None:
    def vanished() -> dict[str, object]:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        write_six(tmp_path / "dataset.h5", provenance=vanished)
    with refused(DatasetError, tmp_path / "dataset.h5"):
        Dataset(tmp_path / "dataset.h5")


def test_killed_at_any_line_it_leaves_no_dataset(tmp_path: Path) -> None:
    whole = write_six(tmp_path / "whole.h5").read_bytes()
    folder = tmp_path / "killed"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.dataset.killed", folder, "41"]
    subprocess.run(command, check=True, cwd=ROOT)
    n_refused = 0
    for path in sorted(folder.iterdir()):
        try:
            Dataset(path).close()
        except DatasetError:
            n_refused += 1
        else:
            assert path.read_bytes() == whole
    assert n_refused > 40


def test_a_full_disk_is_told_before_the_branches_are_written(tmp_path: Path) -> None:
    path = tmp_path / "dataset.h5"
    spec = SPEC.model_copy(update={"window": 10_000})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with (
            pytest.raises(OSError),
            new_dataset(
                path, windows=six_windows(), split=SPLIT, spec=spec, provenance=lambda: PROVENANCE
            ),
        ):
            pytest.fail("the file does not fit")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_the_place_of_all_branches_is_taken_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "dataset.h5"
    spec = SPEC.model_copy(update={"window": 10_000})
    with new_dataset(
        path, windows=six_windows(), split=SPLIT, spec=spec, provenance=lambda: PROVENANCE
    ) as branches:
        # Were it sparse, writing to the mapped file could end the process on a full disk.
        assert path.stat().st_blocks * 512 >= path.stat().st_size > 600_000
        for values in branches.values():
            values[:] = np.zeros(values.shape, values.dtype)
    with Dataset(path) as dataset:
        assert dataset.n_windows == len(SPLIT)
