"""Compact branches to what the network reads."""

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf


def batch_signature(model: keras.Model) -> dict[str, tf.TensorSpec]:
    """What `network_inputs` gives, of any number of windows: for a function compiled once."""
    return {tensor.name: tf.TensorSpec((None, *tensor.shape[1:])) for tensor in model.inputs}


def network_inputs(branches: Mapping[str, np.ndarray], model: keras.Model) -> dict[str, tf.Tensor]:
    """Branches of a batch, one-hot where they are coded.

    Parameters
    ----------
    branches
        Codes (uint8) or scores (float32), each of shape (n_windows, width).
    model
        Network that reads them.

    Returns
    -------
    dict of str to Tensor of float32, each of shape (n_windows, width, channels)
        A code beyond a branch's symbols, such as an unknown base, becomes a row of zeros.
    """
    channels = {tensor.name: tensor.shape[-1] for tensor in model.inputs}
    return {
        name: tf.one_hot(values, channels[name], dtype=tf.float32)
        if values.dtype == np.uint8
        else tf.convert_to_tensor(values, tf.float32)[..., None]
        for name, values in branches.items()
    }
