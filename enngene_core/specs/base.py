"""The base of all specs, and how a wrong value is told to the user."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from enngene_core.errors import SpecError

_LARGEST_SPEC_FILE = 1 << 20
#: A thousand classes with their checksums have 10,000; each wrong one takes a kilobyte to tell of.
_MOST_VALUES = 50_000


class Spec(BaseModel):
    """A frozen set of parameters that knows its own bounds."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


#: Checksums and versions, each by name, as datasets and bundles keep them.
Provenance = dict[str, dict[str, str]]

AnySpec = TypeVar("AnySpec", bound=Spec)


def describe(error: ValidationError, *, as_flags: bool = False) -> str:
    """First problem of a failed validation as one line: where, what was found, what is expected.

    Parameters
    ----------
    error
        What pydantic raised.
    as_flags
        Whether the place is told as a flag of the command line: ``--batch-size``.
    """
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part)[:40] for part in first["loc"] if part != "[key]")
    if as_flags and first["loc"]:
        where = "--" + str(first["loc"][0]).replace("_", "-")
    message = str(first["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    if first["type"] in ("value_error", "missing"):
        return f"{where}: {message}" if where else message
    found = json.dumps(first["input"], default=str)
    if len(found) > 60:
        found = found[:57] + "..."
    return f"{where}: found {found}; {message}"


def validate(spec_type: type[AnySpec], values: Any, *, source: str) -> AnySpec:
    """Spec from plain values that came from `source`.

    Raises
    ------
    SpecError
        If a value is missing, unknown or out of bounds; the message starts with `source`.
    """
    try:
        return spec_type.model_validate(values)
    except ValidationError as error:
        raise SpecError(f"{source}: {describe(error)}") from error


def parse_json(content: bytes) -> Any:
    """Value of JSON from a stranger, of at most 50,000 values.

    Raises
    ------
    ValueError
        If it is not JSON, or has more values.
    RecursionError
        If it is nested too deep.
    """
    if content.count(b",") > _MOST_VALUES:
        raise ValueError(f"more than {_MOST_VALUES:,} values")
    return json.loads(content.decode())


def read_json(path: Path) -> Any:
    """Value of a small JSON file.

    Raises
    ------
    SpecError
        If the file is missing, larger than 1 MiB, not JSON, or has too many values.
    """
    if not path.is_file():
        raise SpecError(f"{path}: no such file")
    if path.stat().st_size > _LARGEST_SPEC_FILE:
        raise SpecError(f"{path}: larger than 1 MiB; expected a short JSON file")
    try:
        return parse_json(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{path}: not JSON ({error}); expected a JSON file") from error
