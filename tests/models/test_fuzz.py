"""Any damage to a model file is refused in one line, or does not matter."""

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.errors import BundleError
from enngene_core.models.bundle import check_bundle
from enngene_core.models.keras_model import read_keras_model
from enngene_core.specs.importing import ImportSpec
from tests.core_fixtures import REAL_DATA
from tests.models.bundles import members, pack
from tests.models.keras_models import MODELS
from tests.models.test_importing_layers import JSON, places

BUNDLE = REAL_DATA / "model_sequences.zip"
SPEC = ImportSpec(classes=("a", "b", "c"))
CONTENT = BUNDLE.read_bytes()
MEMBERS = members(BUNDLE)
FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])

#: Places and bytes; most of what a zip file says of itself stands at its end.
damages = st.lists(
    st.tuples(st.integers(0, 600) | st.integers(0, 1 << 20), st.binary(max_size=4)),
    min_size=1,
    max_size=4,
)


def damaged(content: bytes, where: list[tuple[int, bytes]]) -> bytes:
    found = bytearray(content)
    for from_end, new in where:
        at = max(0, len(found) - from_end)
        found[at : at + len(new)] = new
    return bytes(found)


def check(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.zip")
        path.write_bytes(content)
        try:
            check_bundle(path)
        except BundleError as error:
            assert str(error).startswith(f"{path}: ") and len(str(error).splitlines()) == 1
        assert list(Path(folder).iterdir()) == [path]


def packed(contents: dict[str, bytes]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return pack(Path(folder, "packed"), contents.items()).read_bytes()


@FEW
@given(damages)
def test_a_damaged_bundle_is_refused_or_whole(where: list[tuple[int, bytes]]) -> None:
    check(damaged(CONTENT, where))


@FEW
@given(st.sampled_from(sorted(MEMBERS)), damages)
def test_a_bundle_of_damaged_members_is_refused_or_whole(
    name: str, where: list[tuple[int, bytes]]
) -> None:
    # Of tensors the start is damaged too: it says what they are.
    content = MEMBERS[name][::-1] if name.endswith("safetensors") else MEMBERS[name]
    content = damaged(content, where)
    content = content[::-1] if name.endswith("safetensors") else content
    check(packed(MEMBERS | {name: content}))


@FEW
@given(st.data())
def test_any_value_in_a_config_is_refused_or_means_the_same_weights(data: st.DataObject) -> None:
    config: Any = json.loads(MEMBERS["config.json"])
    found = list(places(config))
    container, key = found[data.draw(st.integers(0, len(found) - 1))]
    container[key] = data.draw(JSON)
    check(packed(MEMBERS | {"config.json": json.dumps(config).encode()}))


@pytest.fixture(scope="module", params=["h5", "keras"])
def keras_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("keras") / f"model.{request.param}"
    MODELS["plain"]().save(path)
    return path.read_bytes()


@FEW
@given(where=damages)
def test_a_damaged_keras_file_is_refused_or_read(
    keras_file: bytes, where: list[tuple[int, bytes]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model")
        path.write_bytes(damaged(keras_file, where))
        try:
            read_keras_model(path, SPEC)
        except BundleError as error:
            assert str(path) in str(error) and len(str(error).splitlines()) == 1
        assert list(Path(folder).iterdir()) == [path]


def test_the_good_bundle_is_one() -> None:
    assert zipfile.is_zipfile(BUNDLE)
    assert check_bundle(BUNDLE).n_members == 2
