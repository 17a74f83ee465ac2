"""The wrappers say what the specs say: names, defaults, bounds, options and help, both ways."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable
from typing import Any

import pytest
from pydantic.fields import FieldInfo

import enngene_core
from enngene_core.cli.app import app
from enngene_core.specs.base import Spec
from enngene_core.specs.branches import BuiltInBranch
from enngene_core.specs.comparison import ComparisonSpec
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.exporting import ExportSpec
from enngene_core.specs.importing import ImportSpec
from enngene_core.specs.interpretation import InterpretationSpec
from enngene_core.specs.members import MembersSpec
from enngene_core.specs.motifs import MotifsSpec
from enngene_core.specs.negatives import NegativesSpec
from enngene_core.specs.network import (
    MAX_LAYERS,
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    NetworkSpec,
    RecurrentLayer,
    ResidualLayer,
)
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.presets import PresetSpec
from enngene_core.specs.scan import ScanSpec
from enngene_core.specs.split import SplitSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.specs.tuning import TuningSpec
from tests.galaxy.checkout import Checkout
from tests.galaxy.form import Wrapper, WrapperParameter

WRAPPERS = {wrapper.command_name: wrapper for wrapper in map(Wrapper.read, Checkout().wrappers)}
SPECS: dict[str, tuple[type[Spec], ...]] = {
    "negatives": (NegativesSpec,),
    "preprocess": (PreprocessSpec,),
    "split": (SplitSpec,),
    "train": (PresetSpec, TrainingSpec, MembersSpec),
    "tune": (TuningSpec,),
    "evaluate": (EvaluationSpec,),
    "compare": (ComparisonSpec,),
    "scan": (ScanSpec,),
    "interpret": (InterpretationSpec,),
    "motifs": (MotifsSpec,),
    "import-model": (ImportSpec,),
    "export-model": (ExportSpec,),
}
# Set by the server for each job, and not by the user.
EXECUTION_FLAGS = {f"--{name}" for name in ExecutionSpec.model_fields}
# Files of classes and models go through configfiles, because the names of datasets are raw text. A
# job of Galaxy that was killed begins in a new folder: checkpoints are for shells. What a server's
# nodes compute should not depend on their kind of processor.
UNUSED_FLAGS = {
    "preprocess": {"--intervals", "--sequences"},
    "evaluate": {"--intervals", "--sequences"},
    "compare": {"--intervals", "--sequences", "--model", "--predictions"},
    "train": {"--checkpoint"},
    "predict": {"--precision"},
    "scan": {"--precision"},
    "interpret": {"--precision"},
}
# What a shell's user writes as one text, and a form takes apart.
FOR_SHELLS = (", each as NAME=NUMBER", ", separated by commas")
LAYERS: dict[str, type[Spec]] = {
    "convolution": ConvolutionLayer,
    "residual": ResidualLayer,
    "gru": RecurrentLayer,
    "lstm": RecurrentLayer,
    "global_pooling": GlobalPoolingLayer,
    "dense": DenseLayer,
}
BOUNDS = ("ge", "gt", "le", "lt", "max_length")
KINDS = {int: "integer", float: "float", bool: "boolean", str: "text"}

SCALARS = [
    pytest.param(command, name, spec.model_fields[name], id=f"{command}-{name}")
    for command, specs in SPECS.items()
    for spec in specs
    for name in spec.model_fields
]


def cli_flags(command: str) -> set[str]:
    """Flags of one ``enngene`` command."""
    arguments = app[command].assemble_argument_collection(default_parameter=app.default_parameter)
    return {flag for argument in arguments for flag in argument.names if flag != "*"}


def options_of(annotation: Any) -> list[str] | None:
    """Values of a choice, or of a tuple of choices; None for any other type."""
    if typing.get_origin(annotation) is tuple:
        annotation = typing.get_args(annotation)[0]
    if typing.get_origin(annotation) is typing.Literal:
        return list(typing.get_args(annotation))
    return None


def bounds_of(field: FieldInfo) -> dict[str, float]:
    """Bounds of a field by pydantic's names."""
    return {
        name: float(getattr(constraint, name))
        for constraint in field.metadata
        for name in BOUNDS
        if getattr(constraint, name, None) is not None
    }


def form_text(value: Any) -> str:
    """A default as the form shows it: ``7:1:1:1``, ``sequence,structure``, nothing for none."""
    if isinstance(value, tuple):
        return (":" if value and isinstance(value[0], int) else ",").join(map(str, value))
    return str(value)


def without_shell(description: str | None) -> str:
    """A help text without the words that only a shell's user needs."""
    text = description or ""
    for words in FOR_SHELLS:
        text = text.replace(words, "")
    return text


def assert_same(parameter: WrapperParameter, field: FieldInfo) -> None:
    """Compare one parameter of a form with its field."""
    if parameter.name == "(repeat)":
        assert field.default == () and not parameter.source.get("min")
        assert parameter.source.parse_help() == without_shell(field.description)
        return
    options, described = options_of(field.annotation), field.description
    if options is None:
        default = parameter.default or ""
        assert parameter.kind == KINDS.get(field.annotation, "text")
    else:
        default = parameter.default or parameter.options[0]
        assert parameter.kind == "select"
        assert parameter.options == options
        assert parameter.source.get_bool("multiple", False) == isinstance(field.default, tuple)
        described = without_shell(described)
    assert default == ("" if field.is_required() else form_text(field.default))
    assert parameter.bounds == bounds_of(field)
    assert parameter.source.parse_help() == described


def test_each_command_has_its_wrapper() -> None:
    commands = {name for name in app if not name.startswith("-")}
    assert set(WRAPPERS) == commands
    for wrapper in WRAPPERS.values():
        assert wrapper.source.parse_id() == wrapper.path.stem
        assert wrapper.source.parse_command().split()[:2] == ["enngene", wrapper.command_name]


@pytest.mark.parametrize("command", WRAPPERS)
def test_wrapper_needs_this_version_of_the_core(command: str) -> None:
    source = WRAPPERS[command].source
    requirements, *_ = source.parse_requirements()
    assert [(r.name, r.version) for r in requirements] == [
        ("enngene-core", enngene_core.__version__)
    ]
    version = str(source.parse_version())
    assert version.split("+galaxy")[0] == enngene_core.__version__


@pytest.mark.parametrize(("command", "name", "field"), SCALARS)
def test_parameter_is_as_its_spec_says(command: str, name: str, field: FieldInfo) -> None:
    places = WRAPPERS[command].places_of(name)
    assert places, "a field of the spec is nowhere in the form"
    for parameter in places:
        assert parameter.name in (name, "(repeat)")
        assert_same(parameter, field)


@pytest.mark.parametrize("command", WRAPPERS)
def test_every_flag_has_its_place(command: str) -> None:
    wrapper, flags = WRAPPERS[command], cli_flags(command)
    assert wrapper.flags <= flags, "the wrapper passes a flag that the command lacks"
    assert set(wrapper.arguments()) <= flags, "a parameter names a flag that the command lacks"
    assert flags - wrapper.flags == UNUSED_FLAGS.get(command, set())
    assert wrapper.flags >= EXECUTION_FLAGS & flags


def _layer_parameters(*path: str) -> dict[str, WrapperParameter]:
    """Parameters of one layer by name, from their place in the form that builds a network."""
    n = len(path)
    found = (p for p in WRAPPERS["train"].parameters if p.path[:n] == path and len(p.path) == n + 1)
    return {p.name: p for p in found if p.name != "(repeat)"}


def _assert_same_layer(parameters: dict[str, WrapperParameter], layer: type[Spec]) -> None:
    fields = {name: field for name, field in layer.model_fields.items() if name != "type"}
    assert list(parameters) == list(fields)
    for name, parameter in parameters.items():
        assert_same(parameter, fields[name])


#: Where the form builds the layers of a part of the network, and the type that it opens with.
PARTS = {
    **{(name, "yes", "layers"): "convolution" for name in typing.get_args(BuiltInBranch)},
    ("tracks", "layers"): "convolution",
    ("common",): "dense",
}


@pytest.mark.parametrize("layer_type", LAYERS)
@pytest.mark.parametrize("part", PARTS)
def test_layers_are_as_their_spec_says(part: tuple[str, ...], layer_type: str) -> None:
    place = ("layers", "build", *part, "layer", layer_type)
    _assert_same_layer(_layer_parameters(*place), LAYERS[layer_type])


@pytest.mark.parametrize("part", PARTS)
def test_a_part_has_the_layers_that_its_spec_allows(part: tuple[str, ...]) -> None:
    found = {p.path: p for p in WRAPPERS["train"].parameters}
    repeat = found["layers", "build", *part, "(repeat)"].source
    field = NetworkSpec.model_fields["common" if part == ("common",) else "branches"]
    assert repeat.parse_help() == field.description
    assert repeat.get("max") == str(MAX_LAYERS)
    kind = found["layers", "build", *part, "layer", "type"]
    assert kind.options == list(LAYERS)
    assert kind.default == PARTS[part]


def test_a_network_has_as_many_layers_as_its_spec_allows() -> None:
    assert _longest(NetworkSpec.model_fields["common"].metadata) == MAX_LAYERS


def _longest(metadata: Iterable[Any]) -> int | None:
    return next((m.max_length for m in metadata if hasattr(m, "max_length")), None)


@pytest.mark.parametrize("command", WRAPPERS)
def test_text_of_users_is_checked_before_it_is_used(command: str) -> None:
    for parameter in WRAPPERS[command].parameters:
        if parameter.kind == "text":
            assert parameter.source.parse_sanitizer_elem() is not None, parameter.path
            assert parameter.source.parse_validators(), parameter.path


@pytest.mark.parametrize("command", WRAPPERS)
def test_text_that_is_not_cleaned_is_quoted_for_the_shell(command: str) -> None:
    lines = WRAPPERS[command].source.parse_command().splitlines()
    for parameter in WRAPPERS[command].parameters:
        if parameter.kind != "text":
            continue
        if parameter.source.parse_sanitizer_elem().get("sanitize") == "false":
            used = re.compile(rf"\$[\w.]*\b{parameter.name}\b")
            assert all("shlex.quote(" in line for line in lines if used.search(line))
