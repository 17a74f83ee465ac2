"""What methods that follow gradients share."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from enngene_core.interpretation.attributions import MOST_ROWS, Contrast
from enngene_core.interpretation.baselines import Baselines, Inputs
from enngene_core.models.ensemble import layers_of
from enngene_core.models.inference import rows_at_once
from enngene_core.models.inputs import batch_signature
from enngene_core.specs.interpretation import Output


def chosen_output(
    model: keras.Model, inputs: Inputs | list[tf.Tensor], of_class: tf.Tensor, of: Output
) -> Any:
    """Logit or probability of each row's class, shape (n_rows,)."""
    return tf.gather(model(inputs, training=False)[of], of_class, axis=1, batch_dims=1)


def output_differences(
    model: keras.Model, baselines: Baselines, target: np.ndarray, contrast: Contrast
) -> np.ndarray:
    """Output of each window less the mean of its baselines, shape (n_windows,)."""

    @tf.function(
        input_signature=(batch_signature(model), tf.TensorSpec((None,), tf.int32)),
        autograph=False,
    )
    def output(inputs: Inputs, of_class: tf.Tensor) -> tf.Tensor:
        return chosen_output(model, inputs, of_class, contrast.of)

    batch = rows_at_once(model, most=MOST_ROWS)
    parts = [np.zeros(0, np.float32)]
    for first in range(0, len(target), batch):
        rows = slice(first, first + batch)
        of_class = tf.constant(target[rows], tf.int32)
        at_baselines: list[np.ndarray] = []
        for inputs, baseline in baselines.of(rows):
            if not at_baselines:
                at_window = output(inputs, of_class).numpy()
            at_baselines.append(output(baseline, of_class).numpy())
        parts.append(at_window - np.mean(at_baselines, axis=0, dtype=np.float32))
    return np.concatenate(parts)


def times_as_much(model: keras.Model) -> int:
    """What a gradient holds in memory, as multiples of what the layers hand on."""
    recurrent = keras.layers.RNN | keras.layers.Bidirectional
    # That of a recurrent layer is worked out from all its gates at all positions.
    return 8 if any(isinstance(layer, recurrent) for layer in layers_of(model)) else 2
