"""``parameters.yaml``: everything that a run needs to be given again."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from enngene_core.provenance import sha256, software
from enngene_core.specs.base import Spec

if TYPE_CHECKING:
    from enngene_core.models.bundle import BundleConfig

FORMAT, VERSION = "enngene-parameters", 1
_HEAD = """\
# How to give this run again: the line 'again', in a shell, in the folder of the inputs. An input
# with an absolute path is named without its folder here; its checksum tells whether it is the one.
"""


@dataclass(frozen=True)
class Input:
    """A file that a command read.

    Attributes
    ----------
    flag : str
        Such as ``--dataset``.
    path : Path
    of : str
        What the flag's value names before ``=``: a class or a track; empty for none.
    file_name : str
        The file's name as the user knows it; that of `path` if it is empty.
    """

    flag: str
    path: Path
    of: str = ""
    file_name: str = ""

    @property
    def shown_path(self) -> str:
        """Name of the file, with its folder if that was given relative to the current one."""
        if self.file_name:
            return self.file_name
        return self.path.name if self.path.is_absolute() else str(self.path)

    @property
    def words(self) -> tuple[str, str]:
        """Flag and value."""
        return self.flag, f"{self.of}={self.shown_path}" if self.of else self.shown_path


def inputs_of(paths: Mapping[str, Path | None]) -> list[Input]:
    """Those files that are given, by their flags."""
    return [Input(flag, path) for flag, path in paths.items() if path is not None]


def write_parameters(
    path: Path,
    command: str,
    specs: Sequence[Spec],
    inputs: Sequence[Input],
    *,
    outputs: Mapping[str, str],
    model: "BundleConfig",
) -> None:
    """Write a command's parameters, inputs, versions and model as YAML of plain ASCII.

    Parameters
    ----------
    path
        File to write.
    command
        Subcommand of ``enngene``.
    specs
        Its parameters.
    inputs
        Its files; each is read once more for its checksum.
    outputs
        Flags of its outputs, with names for the command that gives the run again.
    model
        What it made or judged.
    """
    parameters = {
        name: value for spec in specs for name, value in spec.model_dump(mode="json").items()
    }
    words = ["enngene", command]
    for given in inputs:
        words += given.words
    for name, value in parameters.items():
        words += ["--" + name.replace("_", "-"), str(value)]
    for flag, name in outputs.items():
        words += [flag, name]
    described = {
        "format": FORMAT,
        "version": VERSION,
        "command": command,
        "again": shlex.join(words),
        "parameters": parameters,
        "inputs": [_described(given) for given in inputs],
        "software": software("numpy", "tensorflow", "keras", "scikit-learn", "scipy"),
        "model": _model(model),
    }
    # The command stays on one line, to be copied.
    text = yaml.safe_dump(described, sort_keys=False, width=1 << 20)
    path.write_text(_HEAD + text, encoding="ascii", newline="\n")


def _described(given: Input) -> dict[str, str]:
    of = {"of": given.of} if given.of else {}
    return {"flag": given.flag, **of, "file": given.shown_path, "sha256": sha256(given.path)}


def _model(config: "BundleConfig") -> dict[str, Any]:
    """The model's config, without the long lists of numbers of a calibration."""
    values = config.model_dump(mode="json", exclude={"format", "version", "calibration"})
    fitted = config.calibration
    about = None if fitted is None else fitted.model_dump(mode="json", exclude={"curves"})
    return {**values, "calibration": about}
