import json
from pathlib import Path

import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.network import NetworkSpec, with_states
from enngene_core.specs.presets import PRESETS
from tests.refusal import refused

CONVOLUTION, RESIDUAL = {"type": "convolution"}, {"type": "residual"}
GRU, LSTM = {"type": "gru"}, {"type": "lstm"}
POOLING, DENSE = {"type": "global_pooling"}, {"type": "dense"}

IN_ORDER = [
    [],
    [DENSE, DENSE],
    [CONVOLUTION, RESIDUAL, CONVOLUTION],
    [RESIDUAL, GRU, GRU, DENSE],
    [LSTM, LSTM],
    [CONVOLUTION, POOLING, DENSE],
    [POOLING],
    [CONVOLUTION, DENSE],
]
OUT_OF_ORDER = [
    ([DENSE, GRU], 2, "gru", "dense layer;"),
    ([DENSE, DENSE, CONVOLUTION], 3, "convolution", "dense layer;"),
    ([DENSE, RESIDUAL], 2, "residual", "dense layer;"),
    ([DENSE, POOLING], 2, "global_pooling", "dense layer;"),
    ([CONVOLUTION, LSTM, CONVOLUTION], 3, "convolution", "lstm layer;"),
    ([POOLING, CONVOLUTION], 2, "convolution", "global_pooling layer;"),
    ([GRU, LSTM], 2, "lstm", "gru layer, and recurrent layers stack with their own kind only;"),
    ([LSTM, LSTM, GRU], 3, "gru", "lstm layer, and recurrent layers stack with their own kind"),
    ([POOLING, POOLING], 2, "global_pooling", "which leaves no positions to pool;"),
    ([GRU, POOLING], 2, "global_pooling", "gru layer, which leaves no positions to pool;"),
    ([POOLING, GRU], 2, "gru", "global_pooling layer, which leaves no positions to read;"),
]


def network(common: list[dict], **branches: list[dict]) -> NetworkSpec:
    values = {"branches": branches or {"sequence": [CONVOLUTION]}, "common": common}
    return validate(NetworkSpec, values, source="network.json")


@pytest.mark.parametrize("layers", IN_ORDER)
def test_layers_in_order(layers: list[dict]) -> None:
    expected = [layer["type"] for layer in layers]
    assert [layer.type for layer in network(layers).common] == expected
    assert [layer.type for layer in network([], sequence=layers).branches["sequence"]] == expected


@pytest.mark.parametrize(("layers", "number", "kind", "words"), OUT_OF_ORDER)
def test_layers_out_of_order_are_named(
    layers: list[dict], number: int, kind: str, words: str
) -> None:
    place = f"layer {number} ({kind}) follows a "
    expected = "expected convolution and residual layers first"
    with refused(SpecError, "network.json: common " + place, words, expected):
        network(layers)
    with refused(SpecError, "network.json: branch sequence, " + place, words, expected):
        network([DENSE], conservation=[CONVOLUTION], sequence=layers)


@pytest.mark.parametrize("first", [CONVOLUTION, RESIDUAL, GRU, LSTM, POOLING])
def test_branches_that_end_without_positions_are_named(first: dict) -> None:
    whole = {"sequence": [CONVOLUTION], "structure": [], "conservation": [RESIDUAL]}
    assert network([first], **whole)
    for last in (GRU, LSTM, POOLING, DENSE):
        branches = {**whole, "my_track": [CONVOLUTION, last]}
        assert network([DENSE], **branches)
        assert network([], **branches)
        with refused(
            SpecError,
            f"common layer 1 ({first['type']}) reads positions",
            "sequence with positions, after convolution; structure with positions; ",
            f"my_track without, after {last['type']})",
            "expected a dense layer first",
        ):
            network([first], **branches)


def test_the_last_recurrent_layer_gives_its_final_state() -> None:
    layers = network([CONVOLUTION, GRU, GRU, DENSE]).common
    assert [gives_states for _, gives_states in with_states(layers)] == [True, True, False, False]


def test_a_network_has_a_largest_number_of_layers() -> None:
    with refused(SpecError, "501 layers in all", "at most 500"):
        network([DENSE], **{f"track{i}": [CONVOLUTION] * 20 for i in range(25)})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ("branches",)),
        ({"branches": {}}, ("branches",)),
        ({"branches": {"my genes": []}}, ("branches", "my genes")),
        ({"branches": {"sequence": [CONVOLUTION] * 21}}, ("branches.sequence", "20")),
        ({"branches": {"sequence": []}, "common": [DENSE] * 21}, ("common", "20")),
        ([], ("network.json",)),
        (None, ("network.json",)),
    ],
)
def test_a_bad_network_is_named(values: object, words: tuple[str, ...]) -> None:
    with refused(SpecError, "network.json", *words):
        validate(NetworkSpec, values, source="network.json")


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({**CONVOLUTION, "filters": 0}, ("filters", "found 0")),
        ({**CONVOLUTION, "filters": 10**9}, ("filters", "found 1000000000", "4096")),
        ({**CONVOLUTION, "kernel": 0}, ("kernel", "found 0")),
        ({**CONVOLUTION, "kernel": 1001}, ("kernel", "found 1001")),
        ({**CONVOLUTION, "dilation": 0}, ("dilation", "found 0")),
        ({**CONVOLUTION, "dilation": 1025}, ("dilation", "found 1025", "1024")),
        ({**CONVOLUTION, "pooling": 0}, ("pooling", "found 0")),
        ({**CONVOLUTION, "pooling": 17}, ("pooling", "found 17", "16")),
        ({**CONVOLUTION, "dropout": 1}, ("dropout", "found 1")),
        ({**CONVOLUTION, "dropout": float("nan")}, ("dropout",)),
        ({**CONVOLUTION, "filter": 3}, ("filter", "not permitted")),
        ({**RESIDUAL, "pooling": 2}, ("residual.pooling", "not permitted")),
        ({**RESIDUAL, "filters": 5000}, ("residual.filters", "found 5000")),
        ({**GRU, "units": -1}, ("gru.units", "found -1")),
        ({**POOLING, "kind": "min"}, ("global_pooling.kind", 'found "min"', "'both'")),
        ({**POOLING, "dropout": 0.1}, ("dropout", "not permitted")),
        ({**DENSE, "units": 65_537}, ("dense.units", "found 65537")),
        ({"type": "lambda"}, ("found a layer of type 'lambda'", "one of convolution, residual")),
        ({"type": ["gru"]}, ("found a layer of type", "expected one of convolution")),
        ({"filters": 3}, ("found no layer with a type", "expected one of convolution")),
        (3, ("found no layer with a type", "expected one of convolution")),
    ],
)
def test_a_bad_layer_is_named(layer: object, words: tuple[str, ...]) -> None:
    values = {"branches": {"sequence": [CONVOLUTION, layer]}}
    with refused(SpecError, "network.json: branches.sequence.1", *words):
        validate(NetworkSpec, values, source="network.json")
    values = {"branches": {"sequence": []}, "common": [layer]}
    with refused(SpecError, "network.json: common.0", *words):
        validate(NetworkSpec, values, source="network.json")


def test_a_network_is_the_same_after_a_journey_through_json() -> None:
    spec = PRESETS["residual"].network(("sequence", "conservation"))
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
