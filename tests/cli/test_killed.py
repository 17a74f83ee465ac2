"""A run that is killed, ended or out of disk leaves nothing that a later step would accept."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError
from tests.core_fixtures import REAL_DATA
from tests.corpus.real import EXONS, INTRONS, text
from tests.refusal import refused

ENNGENE = str(Path(sys.executable).with_name("enngene"))
_N_MOMENTS = 10
_TIMEOUT = 240


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "exons.bed").write_bytes(text(*EXONS))
    (folder / "introns.bed").write_bytes(text(*INTRONS))
    return folder


def _words(inputs: Path, folder: Path, *, report: Path | None = None) -> list[str]:
    """A run that reads every kind of input, folds in two processes and writes all outputs."""
    pages = report or folder
    options = {
        "fasta": REAL_DATA / "genome.fa.gz",
        "conservation": REAL_DATA / "phyloP.bw",
        "branches": "sequence,structure,conservation",
        "threads": 2,
        "output": folder / "dataset.h5",
        "rejected": folder / "rejected.tsv",
        "checks": folder / "checks.tsv",
        "report": pages / "report.html",
        "report-markdown": pages / "report.md",
    }
    words = [ENNGENE, "preprocess"]
    for name in ("exons", "introns"):
        words += ["--intervals", f"{name}={inputs / name}.bed"]
    for name, value in options.items():
        words += [f"--{name}", str(value)]
    return words


class Started:
    """A run in a session and with a temporary folder of its own."""

    def __init__(self, words: list[str], temporary: Path) -> None:
        self.temporary = temporary
        self._process = subprocess.Popen(
            words,
            env={**os.environ, "TMPDIR": str(temporary)},
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill_all(self) -> None:
        """End every process of the run at once."""
        os.killpg(self._process.pid, signal.SIGKILL)

    def send(self, number: int, *, to_all: bool = False) -> None:
        """Send a signal to the command, or to all of its processes."""
        (os.killpg if to_all else os.kill)(self._process.pid, number)

    def wait_for_line(self, words: str) -> None:
        """Wait until a line of its output begins with the words."""
        assert self._process.stdout is not None
        assert any(line.startswith(words) for line in self._process.stdout)

    def finish(self) -> tuple[int, str]:
        """Exit code and standard error."""
        stderr = self._process.communicate(timeout=_TIMEOUT)[1]
        return self._process.returncode, stderr

    def is_alive(self) -> bool:
        """Whether any process of the run is there."""
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@pytest.fixture
def start(inputs: Path, tmp_path: Path) -> Iterator[Callable[..., Started]]:
    begun: list[Started] = []

    def start(folder: Path, **changes: Path) -> Started:
        temporary = tmp_path / "temporary"
        temporary.mkdir(exist_ok=True)
        begun.append(Started(_words(inputs, folder, **changes), temporary))
        return begun[-1]

    yield start
    for run in begun:
        if run.is_alive():
            run.kill_all()


@pytest.fixture(scope="module")
def whole(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """Outputs of a run that nobody disturbs, and how long it took, in seconds."""
    folder = tmp_path_factory.mktemp("whole")
    before = time.monotonic()
    subprocess.run(_words(inputs, folder), check=True, capture_output=True, timeout=_TIMEOUT)
    return folder, time.monotonic() - before


def _until_gone(run: Started) -> None:
    limit = time.monotonic() + 60
    while run.is_alive() and time.monotonic() < limit:
        time.sleep(0.05)
    assert not run.is_alive()


@pytest.mark.parametrize("moment", range(_N_MOMENTS))
def test_killed_at_any_moment_it_leaves_no_dataset(
    moment: int, whole: tuple[Path, float], tmp_path: Path, start: Callable[..., Started]
) -> None:
    expected, seconds = whole
    folder = tmp_path / "outputs"
    folder.mkdir()
    run = start(folder)
    time.sleep(seconds * (moment + random.Random(moment).random()) / _N_MOMENTS)
    if run.is_alive():
        run.kill_all()
    run.finish()
    _until_gone(run)
    for path in folder.rglob("*"):
        is_final = path.parent == folder
        if path.is_dir():
            continue
        if path.suffix == ".h5" and not is_final:
            try:
                Dataset(path).close()
            except DatasetError:
                continue
        # What stands at its place, or would be taken for a dataset, is whole.
        if is_final or path.suffix == ".h5":
            assert path.read_bytes() == (expected / path.name).read_bytes()


def test_processes_that_fold_end_with_the_command(
    tmp_path: Path, start: Callable[..., Started]
) -> None:
    run = start(tmp_path)
    run.wait_for_line("sequences folded")
    run.send(signal.SIGKILL)
    run.finish()
    _until_gone(run)
    assert not (tmp_path / "dataset.h5").exists()


@pytest.mark.parametrize("to_all", [False, True])
@pytest.mark.parametrize("line", ["sequences folded: 1", "sequences folded: 182 of 182"])
def test_ended_it_says_so_and_leaves_nothing(
    line: str, to_all: bool, tmp_path: Path, start: Callable[..., Started]
) -> None:
    folder = tmp_path / "outputs"
    folder.mkdir()
    run = start(folder)
    run.wait_for_line(line)
    run.send(signal.SIGTERM, to_all=to_all)
    assert run.finish() == (130, "Interrupted: nothing was written\n")
    _until_gone(run)
    assert not list(folder.iterdir())
    assert not list(run.temporary.iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"only root can make a small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def _leave(disk: Path, n_bytes: int) -> None:
    """Fill a disk but for some bytes."""
    status = os.statvfs(disk)
    (disk / "filling").write_bytes(bytes(status.f_bavail * status.f_frsize - n_bytes))
