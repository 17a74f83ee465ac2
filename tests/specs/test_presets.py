from typing import get_args

import pytest

from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.presets import PRESETS, PresetName, PresetSpec
from enngene_core.specs.shapes import layer_shapes

CHANNELS = {"sequence": 4, "structure": 3, "conservation": 1, "my_track": 1}


def test_the_names_are_those_that_can_be_asked_for() -> None:
    assert tuple(PRESETS) == get_args(PresetName)
    assert PresetSpec().preset == next(iter(PRESETS))


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("width", [3, 60, 200, 1000])
def test_a_preset_suits_any_branches_and_windows(name: PresetName, width: int) -> None:
    for n_branches in range(1, len(CHANNELS) + 1):
        branches = tuple(CHANNELS)[:n_branches]
        network = PRESETS[name].network(branches)
        assert tuple(network.branches) == branches
        assert NetworkSpec.model_validate_json(network.model_dump_json()) == network
        layer_shapes(network, width=width, channels=CHANNELS, n_classes=3)
