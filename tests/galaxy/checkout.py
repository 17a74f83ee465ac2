"""Where the parts of a checkout lie."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

PACKAGE_NAME = "enngene-core"
"""Name that the wrappers require, and under which Galaxy finds the core's environment."""


@dataclass(frozen=True)
class Checkout:
    """The folders that a Galaxy server and its tests need.

    Parameters
    ----------
    root
        The folder of the repository.
    galaxy_venv, planemo_venv, core_venv
        Virtual environments; three, because Galaxy, planemo and TensorFlow pin different things.
        Each defaults to its folder under ``.venvs``.
    """

    root: Path = Path(__file__).resolve().parents[2]
    galaxy_venv: Path | None = None
    planemo_venv: Path | None = None
    core_venv: Path | None = None

    @property
    def tools_folder(self) -> Path:
        """Folder of the wrappers and their macros."""
        return self.root / "galaxy_tools"

    @property
    def test_data(self) -> Path:
        """Folder of the small real data that all tests share."""
        return self.root / "test-data"

    @property
    def data_tables(self) -> Path:
        """The suite's data tables as its tests fill them: the test genome is on the server."""
        return self.tools_folder / "tool_data_table_conf.xml.test"

    @property
    def workflow(self) -> Path:
        """The workflow from intervals to a report."""
        return self.root / "workflows" / "enngene-classify" / "enngene-classify.ga"

    @property
    def work_folder(self) -> Path:
        """Folder, ignored by git, for what tests and the local server write."""
        return self.root / ".work"

    @property
    def wrappers(self) -> list[Path]:
        """The tool wrappers, sorted by name."""
        return tool_files(self.tools_folder)

    @property
    def tool_version(self) -> str:
        """Version of the core that the wrappers require: their token ``@TOOL_VERSION@``.

        Raises
        ------
        ValueError
            If ``macros.xml`` doesn't define the token.
        """
        macros = self.tools_folder / "macros.xml"
        for token in ElementTree.parse(macros).getroot().iter("token"):
            if token.get("name") == "@TOOL_VERSION@" and token.text:
                return token.text.strip()
        raise ValueError(f"{macros}: no token @TOOL_VERSION@, which names the core's version")

    def program(self, environment: str, name: str) -> Path:
        """Return the path of a program in one of the virtual environments.

        Parameters
        ----------
        environment
            ``galaxy``, ``planemo`` or ``core``.
        name
            Name of the program.

        Raises
        ------
        FileNotFoundError
            If it is not installed there.
        """
        path = self.environment(environment) / "bin" / name
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing: install that environment with `make`")
        return path

    def environment(self, name: str) -> Path:
        """Return the folder of the virtual environment `name`."""
        chosen = {
            "galaxy": self.galaxy_venv,
            "planemo": self.planemo_venv,
            "core": self.core_venv,
        }[name]
        return chosen or self.root / ".venvs" / name


def tool_files(folder: Path) -> list[Path]:
    """Return the wrappers in `folder`, sorted by name, without their macros."""
    return sorted(path for path in folder.glob("*.xml") if path.name != "macros.xml")
