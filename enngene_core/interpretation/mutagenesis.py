"""In-silico mutagenesis: what every substitution in the sequence does to a network's output."""

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from enngene_core.interpretation.attributions import Attributions, Progress
from enngene_core.interpretation.reach import plan_of
from enngene_core.interpretation.substitutions import Substitutions
from enngene_core.models.ensemble import members_of
from enngene_core.models.inference import rows_at_once
from enngene_core.models.inputs import batch_signature, network_inputs
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.interpretation import Output
from enngene_core.specs.network import NetworkSpec

#: Substitutions that are computed together, if the network is not too large.
_MOST_ROWS = 4800


def mutagenesis(
    model: keras.Model,
    network: NetworkSpec,
    branches: Mapping[str, np.ndarray],
    target: np.ndarray,
    *,
    of: Output = "logits",
    on_progress: Progress | None = None,
) -> np.ndarray:
    """Change of the output of each window's class by each substitution in its sequence.

    The other branches stay as they are. They are computed once for a window, and of the layers
    that read the sequence only what a substitution reaches (`plan_of`).

    Parameters
    ----------
    model
        Network as `build_network`, `build_imported` or `averaged` makes it.
    network
        What it, or each of its members, was made of.
    branches
        Codes or scores of the network's branches, each of shape (n_windows, width); the sequence
        is one of them.
    target : ndarray of int, shape (n_windows,)
        Class that is explained.
    of
        Output that is explained.
    on_progress
        Called with the number of finished and of all windows.

    Returns
    -------
    ndarray of float32, shape (n_windows, width, 4)
        Output with A, C, G or T there less that of the window itself; 0 for the window's own base,
        NaN where that is unknown.
    """
    names = [tensor.name for tensor in model.inputs]
    width, channels = branches["sequence"].shape[1], {x.name: x.shape[2] for x in model.inputs}
    most = rows_at_once(model, most=_MOST_ROWS)
    plan = plan_of(network, width=width, channels=channels, most=most)
    members = [Substitutions(member, plan) for member in members_of(model)]

    numbers = tf.TensorSpec((None,), tf.int32)

    @tf.function(input_signature=(batch_signature(model), numbers, numbers), autograph=False)
    def change(inputs: dict[str, tf.Tensor], blocks: tf.Tensor, of_class: tf.Tensor) -> tf.Tensor:
        found = [member.outputs(inputs, blocks, of) for member in members]
        changed = tf.add_n(found) / len(found)
        own = model(inputs, training=False)[of]
        difference = changed - own[:, None, None, None]
        of_classes = tf.transpose(difference, (0, 4, 1, 2, 3))
        return tf.gather(of_classes, of_class, axis=1, batch_dims=1)

    n, n_blocks, of_block = len(target), members[0].n_blocks, 3 * plan.block
    blocks_at_once = max(1, min(n_blocks, most // of_block))
    batch = max(1, most // (blocks_at_once * of_block))
    effects = np.empty((n, width, SEQUENCE.channels), dtype=np.float32)
    for first in range(0, n, batch):
        rows = slice(first, first + batch)
        inputs = network_inputs({name: branches[name][rows] for name in names}, model)
        of_class = tf.constant(target[rows], tf.int32)
        parts = []
        for block in range(0, n_blocks, blocks_at_once):
            blocks = tf.range(block, min(block + blocks_at_once, n_blocks))
            parts.append(change(inputs, blocks, of_class).numpy())
        found = np.concatenate(parts, axis=1).reshape(len(of_class), -1, 3)[:, :width]
        effects[rows] = _by_base(found, branches["sequence"][rows])
        if on_progress:
            on_progress(min(first + batch, n), n)
    return effects


def _by_base(found: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Effects of the bases that follow the own one, as effects of A, C, G and T."""
    n_bases = SEQUENCE.channels
    own = np.minimum(codes, n_bases - 1)[..., None]
    effects = np.zeros((*codes.shape, n_bases), dtype=np.float32)
    np.put_along_axis(effects, (own + np.arange(1, n_bases, dtype=np.uint8)) % n_bases, found, 2)
    effects[codes == SEQUENCE.no_symbol] = np.nan
    return effects


def as_attributions(effects: np.ndarray) -> Attributions:
    """A score for each position: how much its substitution lowers the output, on average.

    Parameters
    ----------
    effects : ndarray of float32, shape (n_windows, width, 4)
        From `mutagenesis`. A position without a base has a score of 0.
    """
    scores = -np.nan_to_num(effects).sum(axis=2) / (SEQUENCE.channels - 1)
    return Attributions({"sequence": scores}, None)
