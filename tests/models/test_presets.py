from typing import get_args

import keras
import numpy as np
import pytest

from enngene_core.models.network import build_network
from enngene_core.specs.network import Precision
from enngene_core.specs.presets import PRESETS, PresetName

CHANNELS = {"sequence": 4, "structure": 3, "conservation": 1}


@pytest.mark.parametrize("name", get_args(PresetName))
@pytest.mark.parametrize(("window", "precision"), [(3, "float32"), (60, "bfloat16")])
def test_a_preset_is_fitted_to_windows_of_any_width(
    name: PresetName, window: int, precision: Precision
) -> None:
    """Four windows are told apart by heart, once dropout is out of the way."""
    keras.utils.set_random_seed(1)
    network = PRESETS[name].network(CHANNELS, window=window)
    sizes = {"width": window, "channels": CHANNELS, "n_classes": 2}
    model = build_network(network, **sizes, precision=precision)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0
    rng = np.random.default_rng(0)
    inputs = {name: rng.random((4, window, n), dtype=np.float32) for name, n in CHANNELS.items()}
    trainer = keras.Model(model.inputs, model.output["logits"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainer.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss)
    y_true = np.array([0, 1, 0, 1])
    losses = [trainer.train_on_batch(inputs, y_true) for _ in range(40)]
    assert losses[-1] < 0.5 * losses[0]
