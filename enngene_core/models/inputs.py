"""Compact branches to what the network reads."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from enngene_core.specs.branches import SYMBOLS


def network_inputs(branches: Mapping[str, np.ndarray]) -> dict[str, tf.Tensor]:
    """Branches of a batch, one-hot where they are coded.

    Parameters
    ----------
    branches
        Codes or scores, each of shape (n_windows, width).

    Returns
    -------
    dict of str to Tensor of float32, each of shape (n_windows, width, channels)
        A code beyond a branch's symbols, such as an unknown base, becomes a row of zeros.
    """
    return {
        name: tf.one_hot(values, len(SYMBOLS[name]), dtype=tf.float32)
        if name in SYMBOLS
        else tf.convert_to_tensor(values, tf.float32)[..., None]
        for name, values in branches.items()
    }
