"""A run that is killed leaves nothing that a later step would take for its output."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from enngene_core.dataset.file import Dataset
from tests.core_fixtures import REAL_DATA

ENNGENE = str(Path(sys.executable).with_name("enngene"))
WORDS = [
    *("preprocess", "--fasta", str(REAL_DATA / "genome.fa")),
    *("--intervals", f"exons={REAL_DATA / 'exons.bed'}"),
    *("--intervals", f"introns={REAL_DATA / 'introns.bed'}"),
    *("--branches", "sequence,structure", "--window", "40", "--threads", "2"),
    *("--output", "dataset.h5", "--rejected", "rejected.tsv"),
]


def test_killed_at_ten_moments(tmp_path: Path) -> None:
    began = time.monotonic()
    whole = tmp_path / "whole"
    whole.mkdir()
    subprocess.run([ENNGENE, *WORDS], cwd=whole, check=True, capture_output=True)
    lasted = time.monotonic() - began
    n_killed = 0
    for number, share in enumerate(np.random.default_rng(0).uniform(0, 1.1, 10)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with subprocess.Popen(
            [ENNGENE, *WORDS], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            try:
                process.communicate(timeout=share * lasted)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                n_killed += 1
        for name in ("dataset.h5", "rejected.tsv"):
            output = folder / name
            assert not output.exists() or output.read_bytes() == (whole / name).read_bytes()
        if (folder / "dataset.h5").exists():
            Dataset(folder / "dataset.h5").close()
    assert n_killed > 3
