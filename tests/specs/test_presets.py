from typing import get_args

import pytest

from enngene_core.specs.network import NetworkSpec, ResidualLayer, default_network
from enngene_core.specs.preprocess import MAX_WINDOW
from enngene_core.specs.presets import PRESETS, PresetName
from enngene_core.specs.shapes import layer_shapes
from enngene_core.specs.training import TrainingSpec

CHANNELS = {"sequence": 4, "structure": 5, "conservation": 1, "my_track": 1}

every_preset = pytest.mark.parametrize("name", get_args(PresetName))


def residual_dilations(network: NetworkSpec) -> list[int]:
    return [layer.dilation for layer in network.common if isinstance(layer, ResidualLayer)]


def test_every_name_has_its_preset() -> None:
    assert tuple(PRESETS) == get_args(PresetName)
    assert all(name == preset.name for name, preset in PRESETS.items())


@every_preset
@pytest.mark.parametrize("n_branches", [1, 3, 4])
@pytest.mark.parametrize("window", [3, 4, 7, 50, 200, 1001, MAX_WINDOW])
def test_a_preset_fits_every_window(name: PresetName, n_branches: int, window: int) -> None:
    channels = dict(list(CHANNELS.items())[:n_branches])
    network = PRESETS[name].network(channels, window=window)
    assert list(network.branches) == list(channels)
    rows = layer_shapes(network, width=window, channels=channels, n_classes=2)
    assert all(size >= 1 for row in rows for size in row.shape)


@every_preset
def test_a_preset_says_what_it_is_for_and_how_it_is_trained(name: PresetName) -> None:
    preset = PRESETS[name]
    assert preset.purpose.endswith(".")
    assert "\n" not in preset.purpose
    spec = TrainingSpec.model_validate(dict(preset.training))
    assert {field: getattr(spec, field) for field in preset.training} == preset.training


def test_cnn_gru_is_what_is_trained_without_a_choice() -> None:
    assert PRESETS["cnn-gru"].network(("sequence",), window=9) == default_network(("sequence",))


@pytest.mark.parametrize(
    ("window", "dilations"),
    [
        (3, [1]),
        (17, [1, 2]),  # 9 positions: the second looks at 0, 2, 4, 6 and 8
        (16, [1]),
        (200, [1, 2, 4, 8, 16]),
        (10_000, [1, 2, 4, 8, 16, 32]),
    ],
)
def test_residual_layers_span_the_window_and_no_more(window: int, dilations: list[int]) -> None:
    network = PRESETS["residual"].network(("sequence",), window=window)
    assert residual_dilations(network) == dilations
