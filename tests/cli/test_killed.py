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

from enngene_core.cli.app import _is_interrupt
from enngene_core.dataset.file import Dataset
from enngene_core.errors import DatasetError
from tests.core_fixtures import REAL_DATA
from tests.corpus.real import EXONS, INTRONS, text

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
    (tmp_path / "temporary").mkdir()

    def start(folder: Path, *words: str | Path, report: Path | None = None,
              temporary: Path = tmp_path / "temporary") -> Started:  # fmt: skip
        chosen = [ENNGENE, *map(str, words)] if words else _words(inputs, folder, report=report)
        begun.append(Started(chosen, temporary))
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


def test_an_interrupt_that_a_library_turned_into_an_error_is_one() -> None:
    assert not _is_interrupt(ImportError("initialization failed"))
    with pytest.raises(ImportError) as raised:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as interrupt:
            raise ImportError("initialization failed") from interrupt
    assert _is_interrupt(raised.value)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"only root can make a small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def _leave(disk: Path, n_bytes: int) -> None:
    """Fill a disk but for some bytes."""
    status = os.statvfs(disk)
    (disk / "filling").write_bytes(bytes(status.f_bavail * status.f_frsize - n_bytes))


def _assert_no_room(run: Started, disk: Path, *words: str | Path) -> None:
    """One line says it, and nothing is left."""
    code, stderr = run.finish()
    assert code == 1, stderr  # -7 would be the end of a process whose mapped file has no room
    assert len(stderr.splitlines()) == 1, stderr
    assert ".enngene-" not in stderr
    for word in words:
        assert str(word) in stderr
    assert [path.name for path in disk.rglob("*")] == ["filling"]


def test_a_full_disk_is_told_before_the_work(disk: Path, start: Callable[..., Started]) -> None:
    _leave(disk, 60 << 10)
    _assert_no_room(start(disk), disk, disk / "dataset.h5", "No space left on device")


def test_a_disk_that_others_fill_meanwhile(disk: Path, start: Callable[..., Started]) -> None:
    run = start(disk)
    run.wait_for_line("sequences folded")
    _leave(disk, 0)
    _assert_no_room(run, disk, disk / "dataset.h5", "No space left on device")


def test_no_room_for_the_report(disk: Path, tmp_path: Path, start: Callable[..., Started]) -> None:
    _leave(disk, 100 << 10)
    folder = tmp_path / "outputs"
    folder.mkdir()
    run = start(folder, report=disk)
    _assert_no_room(run, disk, "No space left on device")
    assert not list(folder.iterdir())
    assert not list(run.temporary.iterdir())


def test_no_room_to_unpack_the_genome(
    disk: Path, tmp_path: Path, start: Callable[..., Started]
) -> None:
    _leave(disk, 100 << 10)
    run = start(tmp_path, temporary=disk)
    _assert_no_room(run, disk, f"no room to unpack {REAL_DATA / 'genome.fa.gz'}", "TMPDIR")
    assert not (tmp_path / "dataset.h5").exists()


@pytest.mark.parametrize("command", ["negatives", "split"])
def test_no_room_for_other_outputs(
    command: str, disk: Path, inputs: Path, start: Callable[..., Started]
) -> None:
    _leave(disk, 0)
    words = {
        "negatives": ("--positives", inputs / "exons.bed", "--fasta", REAL_DATA / "genome.fa"),
        "split": ("--dataset", REAL_DATA / "dataset.h5"),
    }[command]
    run = start(disk, command, *words, "--output", disk / "made")
    _assert_no_room(run, disk, "No space left on device")
