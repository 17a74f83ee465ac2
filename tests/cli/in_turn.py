"""Commands one after another in one process, so that TensorFlow is loaded once at most."""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_RUNS = """
import contextlib, io, json, os, sys, traceback
from enngene_core.cli.app import main
for folder, words in json.load(sys.stdin):
    os.chdir(folder)
    sys.argv = ["enngene", *words]
    told = io.StringIO()
    code = 0
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        try:
            main()
        except SystemExit as end:
            code = end.code
        except Exception:
            code = -1
            traceback.print_exc()
    heavy = {"tensorflow", "keras", "matplotlib", "sklearn", "pandas"} & set(sys.modules)
    print(json.dumps([code, told.getvalue(), sorted(heavy)]), flush=True)
"""


@dataclass(frozen=True)
class Told:
    """What became of a command.

    Attributes
    ----------
    code : int
        Exit code.
    stderr : str
    heavy : list of str
        Large libraries that it or one before it has loaded.
    before, after : list of Path
        All that its folder held.
    """

    code: int
    stderr: str
    heavy: list[str]
    before: list[Path]
    after: list[Path]


def run_in_turn(commands: Iterable[tuple[Path, Sequence[str]]]) -> list[Told]:
    """Run ``enngene WORDS`` in a folder for each pair; folders must not be shared."""
    commands = list(commands)
    before = [sorted(folder.rglob("*")) for folder, _ in commands]
    finished = subprocess.run(
        [sys.executable, "-c", _RUNS],
        input=json.dumps([(str(folder), list(words)) for folder, words in commands]),
        capture_output=True,
        text=True,
        timeout=300,
    )
    lines = finished.stdout.splitlines()
    # Not even native code may write beside the one line, or end the process.
    assert (finished.stderr, finished.returncode) == ("", 0), finished.stderr[-2000:]
    return [
        Told(*json.loads(line), found, sorted(folder.rglob("*")))
        for line, found, (folder, _) in zip(lines, before, commands, strict=True)
    ]


def assert_one_line(told: Told, *words: str) -> None:
    """A refusal: exit code 1, one line that can be shown, and nothing written or lost."""
    assert told.code == 1, told
    assert told.stderr.endswith("\n") and told.stderr.count("\n") == 1, told.stderr
    assert told.stderr[:-1].isprintable() and len(told.stderr) < 800
    for word in words:
        assert word in told.stderr, told.stderr
    assert told.after == told.before
