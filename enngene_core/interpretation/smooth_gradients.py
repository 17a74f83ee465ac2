"""SmoothGrad for every branch of a network."""

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from enngene_core.interpretation.attributions import MOST_ROWS, Attributions, Contrast, Progress
from enngene_core.interpretation.baselines import Baselines, Inputs
from enngene_core.interpretation.gradients import chosen_output, output_differences, times_as_much
from enngene_core.models.inference import rows_at_once
from enngene_core.seeding import named_rng


def smooth_gradients(
    model: keras.Model,
    branches: Mapping[str, np.ndarray],
    target: np.ndarray,
    *,
    samples: int,
    noise: float,
    contrast: Contrast = Contrast(),
    on_progress: Progress | None = None,
) -> Attributions:
    """Mean slope of the output at noisy copies of each window, times its step from the baseline.

    Scores are of the same unit as those of Integrated Gradients, but nothing makes them add up to
    the difference of outputs.

    Parameters
    ----------
    model, branches, target, contrast, on_progress
        As `integrated_gradients` takes them.
    samples
        Noisy copies of each window.
    noise
        Standard deviation of the normal noise, as a share of the range of a window's values in a
        branch: 1 for symbols.

    References
    ----------
    Smilkov et al., SmoothGrad: removing noise by adding noise, 2017, arXiv:1706.03825.
    """
    n, baselines = len(target), Baselines(model, branches, contrast)
    difference = output_differences(model, baselines, target, contrast)
    found = baselines.zeros()
    # Each window has a number of its own, so that batches make no difference.
    seeds = named_rng(contrast.seed, "noise").integers(2**31, size=(n, 2))

    @tf.function(autograph=False, reduce_retracing=True)
    def slopes(inputs: Inputs, of_class: tf.Tensor, seed: tf.Tensor, n_copies: tf.Tensor) -> Inputs:
        noisy = {}
        for number, (name, x) in enumerate(inputs.items()):
            spread = tf.reduce_max(x) - tf.reduce_min(x)
            shape = (n_copies, x.shape[1], x.shape[2])
            drawn = tf.random.stateless_normal(shape, seed + number)
            noisy[name] = x + noise * spread * drawn
        with tf.GradientTape() as tape:
            tape.watch(noisy)
            chosen = chosen_output(model, noisy, tf.repeat(of_class, n_copies), contrast.of)
        gradients = tape.gradient(chosen, noisy)
        return {name: tf.reduce_sum(slope, axis=0) for name, slope in gradients.items()}

    times = times_as_much(model)
    most = -(-rows_at_once(model, most=times * MOST_ROWS) // times)
    for row in range(n):
        of_class = tf.constant(target[row : row + 1], tf.int32)
        slope = {name: np.float32(0) for name in found}
        for first in range(0, samples, most):
            seed = tf.constant(seeds[row] + [0, 1000 * first], tf.int64)
            inputs, _ = next(baselines.of(slice(row, row + 1)))
            of_part = slopes(inputs, of_class, seed, tf.constant(min(most, samples - first)))
            slope = {name: slope[name] + of_part[name].numpy() for name in found}
        for inputs, baseline in baselines.of(slice(row, row + 1)):
            for name in found:
                change = (inputs[name] - baseline[name]).numpy()[0]
                share = (slope[name] * change).sum(axis=1) / (samples * baselines.n_each)
                found[name][row] += share
        if on_progress:
            on_progress(row + 1, n)
    return Attributions(found, difference, np.full(n, samples, dtype=np.int32))
