"""The `enngene` command: subcommands, and errors as one line with an exit code."""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from cyclopts import App, CycloptsError, Parameter
from pydantic import ValidationError

import enngene_core
from enngene_core.errors import EnngeneError
from enngene_core.outputs import as_asked_for
from enngene_core.specs.base import describe

#: What a shell reports of a process that the kernel killed for want of memory.
OUT_OF_MEMORY = 137
INTERRUPTED = 130
#: Characters of a message that are shown from its start and its end: a name may be far longer.
_HEAD, _TAIL = 500, 200

app = App(
    name="enngene",
    help="Deep learning on genomic intervals. Each command makes a file that the next one reads: "
    "preprocess, train, evaluate, predict, interpret.",
    version=enngene_core.__version__,
    default_parameter=Parameter(negative=()),
    help_on_error=False,
    suppress_keyboard_interrupt=False,
)
# By path, so that `enngene --help` and preprocess start without TensorFlow.
for _command, _help in {
    "negatives": "Make a background class from positives and a genome.",
    "preprocess": "Make a dataset from one interval file for each class.",
    "split": "Divide a dataset again, without its references.",
    "train": "Train a network on a dataset.",
    "tune": "Search the network and learning rate that suit a dataset.",
    "evaluate": "Judge a model on a part of a dataset that it never saw.",
    "compare": "Compare models on the same windows: which is best, and how sure that is.",
    "predict": "Predict the class of new intervals or sequences.",
    "scan": "Find a model's classes in a genome, by sliding windows.",
    "interpret": "Show which positions of new intervals or sequences speak for a class.",
    "motifs": "Show which short patterns a model looks for.",
    "import-model": "Make a model bundle of a Keras model that was trained elsewhere.",
    "export-model": "Write a model for other programs: Keras, TensorFlow or ONNX.",
}.items():
    _name = _command.replace("-", "_")
    app.command(f"enngene_core.cli.{_name}:{_name}", name=_command, help=_help)


def main() -> None:
    """Run the command line; a user's mistake ends as one line on standard error."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        try:
            app(exit_on_error=False, print_error=False)
        finally:
            sys.stdout.flush()
    except CycloptsError as error:
        cause = error.__cause__
        told = describe(cause, as_flags=True) if isinstance(cause, ValidationError) else str(error)
        _end("UsageError", f"{told} (see 'enngene {' '.join(sys.argv[1:2])} --help')", 1)
    except MemoryError as error:
        told = str(error) or "the work does not fit into memory; use fewer or smaller windows"
        _end(type(error).__name__, told, OUT_OF_MEMORY)
    except EnngeneError as error:
        _end(type(error).__name__, str(error), 1)
    except OSError as error:
        name = as_asked_for(Path(os.fsdecode(error.filename))) if error.filename else "output"
        _end("FileError", f"{name}: {error.strerror or error}", 1)
    except KeyboardInterrupt as error:
        _end("Interrupted", str(error) or "nothing was written", INTERRUPTED)
    except Exception as error:
        if _is_interrupt(error):
            _end("Interrupted", "nothing was written", INTERRUPTED)
        # TensorFlow's own class; its import is not worth it for a comparison.
        if type(error).__name__ != "ResourceExhaustedError":
            raise
        _end("MemoryError", "the network does not fit into memory; use a smaller --batch-size "
             "or fewer filters and units", OUT_OF_MEMORY)  # fmt: skip


def _interrupt(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether an interrupt caused the error: a library that is being loaded turns it into one."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _end(kind: str, message: str, code: int) -> NoReturn:
    try:
        sys.stdout.flush()
    except OSError:
        # A full disk, or a closed pipe; Python would try again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    line = " ".join(message.split())
    if len(line) > _HEAD + _TAIL:
        line = f"{line[:_HEAD]} ... {line[-_TAIL:]}"
    # Words of a file or of its name must not steer the terminal.
    line = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in line)
    print(f"{kind}: {line}", file=sys.stderr)
    sys.exit(code)
