import json
from pathlib import Path

import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.network import NetworkSpec, default_network
from tests.refusal import refused

CONVOLUTION, GRU, LSTM = {"type": "convolution"}, {"type": "gru"}, {"type": "lstm"}
DENSE = {"type": "dense"}


def network(common: list[dict], **branches: list[dict]) -> NetworkSpec:
    values = {"branches": branches or {"sequence": [CONVOLUTION]}, "common": common}
    return validate(NetworkSpec, values, source="network.json")


@pytest.mark.parametrize(
    "common",
    [
        [],
        [DENSE, DENSE],
        [CONVOLUTION, GRU, LSTM, DENSE],
        [LSTM, GRU],
        [CONVOLUTION, DENSE],
    ],
)
def test_layers_in_order(common: list[dict]) -> None:
    assert [layer.type for layer in network(common).common] == [layer["type"] for layer in common]


@pytest.mark.parametrize(
    ("common", "words"),
    [
        ([DENSE, GRU], ("layer 2 (gru)", "follows a dense")),
        ([DENSE, DENSE, CONVOLUTION], ("layer 3 (convolution)", "follows a dense")),
        ([CONVOLUTION, LSTM, CONVOLUTION], ("layer 3 (convolution)", "follows a lstm")),
    ],
)
def test_layers_out_of_order_are_named(common: list[dict], words: tuple[str, ...]) -> None:
    with refused(SpecError, "network.json", "expected convolution layers first", *words):
        network(common)


def test_joined_branches_have_the_same_length() -> None:
    branches = {"sequence": [CONVOLUTION] * 2, "conservation": [CONVOLUTION]}
    assert network([DENSE], **branches)
    assert network([], **branches)
    for first in (GRU, CONVOLUTION):
        with refused(SpecError, "sequence has 2", "conservation has 1", "same number"):
            network([first], **branches)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ("branches",)),
        ({"branches": {}}, ("branches",)),
        ({"branches": {"my genes": []}}, ("branches", "my genes")),
        ({"branches": {"sequence": [{"filters": 0}]}}, ("filters", "found 0")),
        ({"branches": {"sequence": [{"kernel": 1001}]}}, ("kernel", "found 1001")),
        ({"branches": {"sequence": [{"dropout": 1}]}}, ("dropout", "found 1")),
        ({"branches": {"sequence": [{"dropout": float("nan")}]}}, ("dropout",)),
        ({"branches": {"sequence": [{"filter": 3}]}}, ("filter", "not permitted")),
        ({"branches": {"sequence": [DENSE]}}, ("sequence.0",)),
        ({"branches": {"sequence": [{}] * 21}}, ("branches.sequence", "20")),
        ({"branches": {"sequence": []}, "common": [{"type": "lambda"}]}, ("common", "lambda")),
        ({"branches": {"sequence": []}, "common": [{"type": "gru", "units": -1}]}, ("found -1",)),
        ([], ("network.json",)),
        (None, ("network.json",)),
    ],
)
def test_a_bad_network_is_named(values: object, words: tuple[str, ...]) -> None:
    with refused(SpecError, "network.json", *words):
        validate(NetworkSpec, values, source="network.json")


def test_a_network_is_the_same_after_a_journey_through_json() -> None:
    spec = default_network(("sequence", "conservation"))
    assert NetworkSpec.model_validate_json(spec.model_dump_json()) == spec


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'"' + b"x" * (1 << 20) + b'"']
)
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "network.json"
    path.write_bytes(content)
    with refused(SpecError, path, "JSON"):
        read_json(path)


def test_a_json_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text(json.dumps({"branches": {"sequence": []}}))
    assert read_json(path) == {"branches": {"sequence": []}}
    with refused(SpecError, tmp_path / "none.json", "no such file"):
        read_json(tmp_path / "none.json")
