"""A wrapper as Galaxy reads it: its parameters with their bounds, and the flags that it passes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from galaxy.tool_util.parser import get_tool_source
from galaxy.tool_util.parser.interface import InputSource, PageSource, ToolSource

FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


@dataclass(frozen=True)
class WrapperParameter:
    """One parameter of a wrapper's form.

    Attributes
    ----------
    path : tuple of str
        Names of the conditionals, cases, sections and repeats around it, and its own.
    source : InputSource
    """

    path: tuple[str, ...]
    source: InputSource

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def kind(self) -> str:
        """Galaxy's type: integer, float, boolean, text, select or data."""
        return str(self.source.get("type"))

    @property
    def default(self) -> str | None:
        """The value that the form opens with; of a select, its chosen options."""
        if self.kind == "select":
            return ",".join(
                value for _, value, chosen in self.source.parse_static_options() if chosen
            )
        if self.kind == "boolean":
            return str(self.source.get_bool("checked", False))
        value = self.source.get("value")
        return None if value is None else str(value)

    @property
    def options(self) -> list[str]:
        return [value for _, value, _ in self.source.parse_static_options()]

    @property
    def bounds(self) -> dict[str, float]:
        """Bounds by the name that pydantic gives them: ge, gt, le, lt, max_length."""
        found = {"ge": self.source.get("min"), "le": self.source.get("max")}
        for validator in self.source.parse_validators():
            if validator.type == "in_range":
                found["gt" if validator.exclude_min else "ge"] = validator.min
                found["lt" if validator.exclude_max else "le"] = validator.max
            elif validator.type == "length":
                found["max_length"] = validator.max
        bounds = {name: float(value) for name, value in found.items() if value is not None}
        for strict, lax in (("gt", "ge"), ("lt", "le")):
            if strict in bounds and bounds.get(lax) == bounds[strict]:
                del bounds[lax]
        return bounds


@dataclass(frozen=True)
class Wrapper:
    """A tool wrapper with its macros expanded."""

    path: Path
    source: ToolSource

    @classmethod
    def read(cls, path: Path) -> Wrapper:
        return cls(path, get_tool_source(str(path)))

    @property
    def command_name(self) -> str:
        """The command of ``enngene`` that a wrapper of this name wraps."""
        return self.path.stem.removeprefix("enngene_").replace("_", "-")

    @property
    def flags(self) -> set[str]:
        """Flags in the command's template, and those that its booleans stand for."""
        command = self.source.parse_command()
        switches = {
            str(parameter.source.get("truevalue"))
            for parameter in self.parameters
            if parameter.kind == "boolean"
            and re.search(rf"^\s*\$([\w.]+\.)?{parameter.name}\s*$", command, re.MULTILINE)
        }
        return set(FLAG.findall(command)) | switches

    @property
    def parameters(self) -> list[WrapperParameter]:
        (page,) = self.source.parse_input_pages().page_sources
        return list(_parameters(page, ()))

    def arguments(self) -> dict[str, list[WrapperParameter]]:
        """Parameters that say which flag they set, by that flag."""
        found: dict[str, list[WrapperParameter]] = {}
        for parameter in self.parameters:
            if flag := parameter.source.get("argument"):
                found.setdefault(flag, []).append(parameter)
        return found

    def places_of(self, field: str) -> list[WrapperParameter]:
        """Where the form sets a field of the spec: the repeat of its name, or all parameters.

        A parameter that only some cases of a choice use stands in each of them.
        """
        repeats = [p for p in self.parameters if p.path[-2:] == (field, "(repeat)")]
        return repeats or self.arguments().get("--" + field.replace("_", "-"), [])


def _parameters(page: PageSource, path: tuple[str, ...]) -> Iterator[WrapperParameter]:
    for source in page.parse_input_sources():
        here = (*path, source.parse_name())
        kind = source.parse_input_type()
        if kind == "conditional":
            test = source.parse_test_input_source()
            yield WrapperParameter((*here, test.parse_name()), test)
            for case, inside in source.parse_when_input_sources():
                yield from _parameters(inside, (*here, case))
        elif kind in ("section", "repeat"):
            if kind == "repeat":
                yield WrapperParameter((*here, "(repeat)"), source)
            yield from _parameters(source.parse_nested_inputs_source(), here)
        else:
            yield WrapperParameter(here, source)
