"""Each malformed file of the corpus gets its one line, or its row in ``rejected.tsv``."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import h5py
import numpy as np
import pytest

from enngene_core.dataset.file import Dataset
from enngene_core.formats.text.table import cell
from tests.cli.command import Finished, run
from tests.corpus.case import Case, Refused, RefusedOrSame, Rejected, Same
from tests.corpus.commands import CLEAN, Command, commands, write_good
from tests.corpus.intervals import NAMES
from tests.corpus.malformed import CASES
from tests.corpus.real import EXONS, text

COMMANDS = {f"{c.name}: {case.name}": c for case in CASES for c in commands(case)}
_LONGEST_LINE = 800
_BED = ["chrom", "start", "end", "name", "score", "strand"]
_COUNTS = re.compile(r"^(\d+) windows of 2 classes; (\d+) input rows rejected$", re.M)


@dataclass(frozen=True)
class Ran:
    """A run, its folder, and what stood there before."""

    folder: Path
    before: list[str]
    finished: Finished


class Runs:
    """Runs of commands on files, two at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._good = folder / "good"
        self._good.mkdir()
        write_good(self._good)
        self._numbers = count()
        self.pool = ThreadPoolExecutor(2)
        self.clean = cache(self._clean)

    def run(self, command: Command) -> Ran:
        case = command.case
        folder = self._folder / f"{next(self._numbers)}"
        folder.mkdir()
        if case.content is not None:
            content = case.content.replace(b"{good}", str(self._good).encode())
            (folder / case.file).write_bytes(content)
        if case.prepare is not None:
            case.prepare(folder / case.file)
        before = sorted(path.name for path in folder.iterdir())
        finished = run(folder, *command.words(case.file, self._good))
        return Ran(folder, before, finished)

    def _clean(self, name: str, kind: str, content: bytes, flags: tuple[str, ...]) -> Path:
        """Folder of the run of a clean file."""
        case = Case("clean", kind, content, Same(), flags=flags, file="clean")  # type: ignore[arg-type]
        ran = self.run(Command(name, case))
        assert ran.finished.code == 0, ran.finished.stderr
        return ran.folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    runs = Runs(tmp_path_factory.mktemp("malformed"))
    yield runs
    runs.pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="module")
def ran(runs: Runs, request: pytest.FixtureRequest) -> dict[str, Future[Ran]]:
    """All runs that are asked for, begun."""
    items = (getattr(item, "callspec", None) for item in request.session.items)
    names = [item.params["name"] for item in items if item and item.params.get("name") in COMMANDS]
    return {name: runs.pool.submit(runs.run, COMMANDS[name]) for name in names}


def test_the_corpus_is_large_and_its_names_differ() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) > 300
    assert {case.kind for case in CASES} == {*CLEAN, "words"}


@pytest.mark.parametrize("name", COMMANDS)
def test_malformed(name: str, ran: dict[str, Future[Ran]], runs: Runs) -> None:
    command, found = COMMANDS[name], ran[name].result()
    outcome, finished = command.case.outcome, found.finished
    assert finished.code is not None, "it hung"
    assert "Traceback" not in finished.stderr
    assert finished.temporary == []
    assert not [path for path in found.folder.rglob("*") if "escaped" in path.name]
    if isinstance(outcome, Refused) or (isinstance(outcome, RefusedOrSame) and finished.code):
        _assert_refused(command.case, found)
        return
    assert (finished.code, finished.stderr) == (0, "")
    written = {"output", "rejected.tsv"}
    assert sorted(path.name for path in found.folder.iterdir()) == sorted({*found.before, *written})
    _assert_rejected(command, found)
    case = command.case
    clean = runs.clean(command.name, case.kind, case.clean or CLEAN[case.kind], case.flags)
    but = outcome.but if isinstance(outcome, Same) else ()
    if command.name == "negatives":
        # What lies beyond a chromosome's end is rejected, but its part before it is avoided.
        columns = _BED if isinstance(outcome, Same) else []
        ours, theirs = (_columns(folder, set(columns) - {*but}) for folder in (found.folder, clean))
        assert ours == theirs
    else:
        _assert_same(found.folder / "output", clean / "output", but)


def _assert_refused(case: Case, found: Ran) -> None:
    stderr = found.finished.stderr
    assert found.finished.code == 1, stderr
    assert len(stderr.splitlines()) == 1 and stderr.endswith("\n"), stderr
    assert len(stderr) < _LONGEST_LINE
    assert stderr[:-1].isprintable()
    if isinstance(case.outcome, Refused):
        names_file = case.outcome.names_file and case.kind != "words"
        for word in (*case.outcome.words, *([Path(case.file).name] if names_file else [])):
            assert word in stderr
    assert sorted(path.name for path in found.folder.iterdir()) == found.before


def _assert_rejected(command: Command, found: Ran) -> None:
    """The rows that should be in the table are, and no others; counts add up."""
    outcome = command.case.outcome
    reasons = outcome.reasons if isinstance(outcome, Rejected) else {}
    header, *rows = (found.folder / "rejected.tsv").read_text().split("\n")[:-1]
    table = [dict(zip(header.split("\t"), row.split("\t"), strict=True)) for row in rows]
    assert [int(row["line"]) for row in table] == list(reasons)
    lines = (command.case.content or b"").decode("utf-8", "replace").split("\n")
    for row, (line, reason) in zip(table, reasons.items(), strict=True):
        name = cell(command.case.file).encode("utf-8", "backslashreplace").decode()
        assert row["file"] == name
        assert row["text"] == cell(lines[line - 1])
        assert reason in row["reason"]
        assert row.get("class", "exons") == "exons"
    if command.name == "preprocess":
        n_windows, n_rejected = map(int, _COUNTS.findall(found.finished.stdout)[0])
        assert n_rejected == len(reasons)
        with Dataset(found.folder / "output") as dataset:
            assert dataset.n_windows == n_windows


def _columns(folder: Path, columns: set[str]) -> list[list[str]]:
    """Some columns of all negatives."""
    rows = [row.split("\t") for row in (folder / "output").read_text().split("\n")[:-1]]
    return [[row[_BED.index(column)] for column in sorted(columns)] for row in rows]


def _assert_same(found: Path, expected: Path, but: tuple[str, ...]) -> None:
    """Two datasets are equal but for some columns, and for lines of files."""
    with h5py.File(found) as ours, h5py.File(expected) as theirs:
        for group in {"windows", "branches"} - {*but}:
            assert set(ours[group]) == set(theirs[group])
            for name in set(ours[group]) - {"source_row", *but}:
                np.testing.assert_array_equal(ours[group][name][:], theirs[group][name][:])
        if "classes" not in but:
            assert ours.attrs["classes"] == theirs.attrs["classes"]


def test_odd_names_are_kept_as_they_are(runs: Runs) -> None:
    names = [name for name in NAMES if name.isprintable()]
    rows = [row.split("\t") for row in EXONS]
    content = text(
        *("\t".join([*row[:3], name, *row[4:]]) for row, name in zip(rows, names, strict=False))
    )
    classes = json.dumps(
        [{"name": "<script>alert(1)</script>", "path": "bad.bed"},
         {"name": "$(touch escaped) 'y' \"z\"", "path": "{good}/introns.bed"}]
    )  # fmt: skip
    flags = ("--report", "report.html", "--report-markdown", "report.md", "--ratio", "8:1:1")
    case = Case(
        "names",
        "classes",
        classes.encode(),
        Same(),
        flags=flags,
        prepare=lambda path: path.with_name("bad.bed").write_bytes(content),
    )
    ran = runs.run(Command("preprocess", case))
    assert ran.finished.code == 0, ran.finished.stderr
    with Dataset(ran.folder / "output") as dataset:
        windows = dataset.windows(np.flatnonzero(dataset.label == 0))
        assert {name.decode() for name in windows.name} == set(names)
        assert dataset.spec.classes == ("<script>alert(1)</script>", "$(touch escaped) 'y' \"z\"")
    for name in ("report.html", "report.md"):
        shown = (ran.folder / name).read_text()
        assert not re.search(r"(?<!\\)<script", shown)
        assert "alert(1)" in shown
