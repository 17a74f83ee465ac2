"""Models as others build them with Keras, and ways to spoil their files."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from keras import layers

WIDTH = 24
#: Small: each model is built in a moment.
CODES = np.random.default_rng(7).integers(0, 4, (12, WIDTH), dtype=np.uint8)
ONE_HOT = np.eye(4, dtype=np.float32)[CODES]


def sequential(*stack: keras.Layer, channels: int = 4) -> keras.Model:
    return with_weights(keras.Sequential([keras.Input((WIDTH, channels)), *stack]))


def with_weights(model: keras.Model) -> keras.Model:
    rng = np.random.default_rng(1)
    for variable in model.weights:
        if "seed" not in variable.path:
            low = 0.1 if "variance" in variable.path else -0.5
            variable.assign(rng.uniform(low, 0.5, variable.shape))
    return model


def _plain() -> keras.Model:
    return sequential(
        layers.Conv1D(5, 4, activation="relu", name="forward_conv"),
        layers.MaxPooling1D(3),
        layers.Dropout(0.4),
        layers.Flatten(),
        layers.Dense(6, activation="tanh"),
        layers.Dense(3, activation="softmax"),
    )


def _functional() -> keras.Model:
    start = keras.Input((WIDTH, 4), name="dna")
    # Conv1D layers in another order than their names'.
    wide = layers.Conv1D(4, 7, padding="same", name="b")(start)
    narrow = layers.Conv1D(4, 3, padding="causal", dilation_rate=2, use_bias=False, name="a")(start)
    narrow = layers.BatchNormalization(scale=False)(narrow)
    x = layers.Add()([wide, narrow])
    x = layers.Concatenate()([x, wide, layers.Multiply()([wide, narrow])])
    x = layers.Concatenate(axis=1)(
        [x, layers.Average()([x, layers.Subtract()([x, layers.ReLU()(x)])])]
    )
    x = layers.Activation("swish")(x)
    x = layers.Conv1D(3, 1, strides=2)(x)
    x = layers.LeakyReLU(negative_slope=0.13, name="leaky")(x)
    both = [layers.GlobalMaxPooling1D()(x), layers.GlobalAveragePooling1D()(x)]
    x = layers.ELU(alpha=0.7)(layers.Concatenate()(both))
    x = layers.Dense(2)(x)
    return with_weights(keras.Model(start, layers.Softmax()(x)))


def _edges() -> keras.Model:
    return sequential(
        layers.ZeroPadding1D((3, 1)),
        layers.Conv1D(4, 5, strides=2, padding="same"),
        layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2),
        layers.Cropping1D((1, 2)),
        layers.AveragePooling1D(2, strides=1, padding="same"),
        layers.BatchNormalization(epsilon=0.01),
        layers.SpatialDropout1D(0.2),
        layers.GaussianNoise(0.1),
        layers.Flatten(),
        layers.Reshape((11, 4)),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1),
        layers.Activation("sigmoid"),
    )


def _recurrent() -> keras.Model:
    return sequential(
        layers.Bidirectional(layers.GRU(3, return_sequences=True)),
        layers.Bidirectional(
            layers.LSTM(3, return_sequences=True, use_bias=False), merge_mode="sum"
        ),
        layers.GRU(
            4, reset_after=False, return_sequences=True, recurrent_activation="hard_sigmoid"
        ),
        layers.LSTM(5, dropout=0.3, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    )


MODELS: dict[str, Callable[[], keras.Model]] = {
    "plain": _plain,
    "functional": _functional,
    "edges": _edges,
    "recurrent": _recurrent,
}


def in_memory(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def with_config(path: Path, change: Callable[[Any], Any]) -> Path:
    """An `.h5` file with another config."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        changed = change(config)
        file.attrs["model_config"] = json.dumps(config if changed is None else changed)
    return path
