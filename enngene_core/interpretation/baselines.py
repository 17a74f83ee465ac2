"""What windows are compared with."""

from collections.abc import Iterator, Mapping

import keras
import numpy as np
import tensorflow as tf

from enngene_core.interpretation.attributions import Contrast
from enngene_core.intervals.shuffle import shuffle
from enngene_core.models.inputs import network_inputs
from enngene_core.seeding import named_rng
from enngene_core.specs.branches import SEQUENCE

Inputs = dict[str, tf.Tensor]


class Baselines:
    """One or more baselines of each window.

    A position without a symbol (an unknown base, padding) has none in its baseline either, so that
    it contributes nothing.

    Parameters
    ----------
    model
        Network that reads the branches.
    branches
        Codes or scores, each of shape (n_windows, width).
    contrast
        Kind of baseline; shuffled, only if the network reads the sequence.
    """

    def __init__(
        self, model: keras.Model, branches: Mapping[str, np.ndarray], contrast: Contrast
    ) -> None:
        self._model = model
        read = {tensor.name for tensor in model.inputs}
        self._branches = {name: values for name, values in branches.items() if name in read}
        self._is_zero = contrast.baseline == "zero"
        self._shuffled: list[np.ndarray] = []
        if contrast.baseline == "shuffled":
            rng = named_rng(contrast.seed, "shuffled baselines")
            codes = self._branches["sequence"]
            self._shuffled = [shuffled(codes, rng) for _ in range(contrast.shuffles)]
        self.n_each = max(1, len(self._shuffled))

    def zeros(self) -> dict[str, np.ndarray]:
        """Room for a score of each position, each of shape (n_windows, width)."""
        return {name: np.zeros(x.shape, np.float32) for name, x in self._branches.items()}

    def of(self, rows: np.ndarray | slice) -> Iterator[tuple[Inputs, Inputs]]:
        """Inputs of the network for some windows, with each of their baselines."""
        codes = {name: values[rows] for name, values in self._branches.items()}
        inputs = network_inputs(codes, self._model)
        if not self._shuffled:
            yield inputs, self._plain(codes, inputs)
        for bases in self._shuffled:
            of_sequence = network_inputs({"sequence": bases[rows]}, self._model)
            yield inputs, self._plain(codes, inputs) | of_sequence

    def _plain(self, codes: Mapping[str, np.ndarray], inputs: Inputs) -> Inputs:
        return {
            name: tf.zeros_like(x)
            if self._is_zero or codes[name].dtype != np.uint8
            else tf.repeat(tf.reduce_mean(x, axis=2, keepdims=True), x.shape[2], axis=2)
            for name, x in inputs.items()
        }


def shuffled(codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each window's bases in another order, with as many of each pair of neighbours.

    Unknown bases at a window's ends, where it is padded, stay there.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_windows, width)
    rng
        Source of the order.
    """
    width = codes.shape[1]
    known = codes != SEQUENCE.no_symbol
    first = known.argmax(axis=1)
    stop = np.where(known.any(axis=1), width - known[:, ::-1].argmax(axis=1), first)
    position = np.arange(width)
    inner = (position >= first[:, None]) & (position < stop[:, None])
    offsets = np.concatenate([[0], np.cumsum(stop - first)])
    result = codes.copy()
    result[inner] = shuffle(codes[inner], offsets, 2, rng)
    return result
