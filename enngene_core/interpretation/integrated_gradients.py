"""Integrated Gradients for every branch of a network."""

from collections.abc import Callable, Mapping

import keras
import numpy as np
import tensorflow as tf

from enngene_core.interpretation.attributions import MOST_ROWS, Attributions, Contrast, Progress
from enngene_core.interpretation.baselines import Baselines, Inputs
from enngene_core.interpretation.gradients import chosen_output, output_differences, times_as_much
from enngene_core.models.inference import rows_at_once

#: Points that all windows begin with. Of 4 to 18 all need about as many in all, on trained networks
#: with and without residual layers (29 to 37, and 81 to 112); with few, a sum is right by chance.
FIRST_STEPS = 12


def integrated_gradients(
    model: keras.Model,
    branches: Mapping[str, np.ndarray],
    target: np.ndarray,
    *,
    steps: int,
    tolerance: float | None = None,
    contrast: Contrast = Contrast(),
    on_progress: Progress | None = None,
) -> Attributions:
    """Contribution of each position to the output of each window's target class.

    The path integral from the baseline to the window is summed at the middles of equal steps. With
    several baselines of a window, contributions and differences are means over them.

    Layers that rectify and pool make slopes jump along the path, and where they do nobody knows:
    equal steps then miss less than Gauss-Legendre points, a third with a uniform baseline, and
    three times as many of them contain those before.

    Parameters
    ----------
    model
        Network as `build_network` or `averaged` makes it.
    branches
        Codes or scores of the network's branches, each of shape (n_windows, width).
    target : ndarray of int, shape (n_windows,)
        Class that is explained.
    steps
        Points on the path; with `tolerance` the most of them.
    tolerance
        Completeness error from which a window is done with. Windows begin with `FIRST_STEPS`
        points; those above the tolerance get three times as many, as often as `steps` allows.
    contrast
        Output that is explained, and baseline.
    on_progress
        Called with the number of finished and of all windows.

    References
    ----------
    Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
    """
    n, baselines = len(target), Baselines(model, branches, contrast)
    difference = output_differences(model, baselines, target, contrast)
    found = baselines.zeros()
    used = np.zeros(n, dtype=np.int32)
    is_done = np.zeros(n, dtype=bool)
    attribute = _compiled(model, contrast)
    n_points = steps if tolerance is None else min(FIRST_STEPS, steps)
    places, n_before = _middles(n_points), 0
    waiting = np.arange(n)
    while len(waiting):
        batch, parts = _batches(model, places)
        is_last = tolerance is None or 3 * n_points > steps
        for first in range(0, len(waiting), batch):
            rows = waiting[first : first + batch]
            of_class = tf.constant(target[rows], tf.int32)
            sums = {name: n_before * scores[rows] for name, scores in found.items()}
            for inputs, baseline in baselines.of(rows):
                for part in parts:
                    scores = attribute(inputs, baseline, of_class, part)
                    for name in sums:
                        sums[name] += scores[name].numpy() / baselines.n_each
            for name in sums:
                found[name][rows] = sums[name] / n_points
            now = Attributions({name: found[name][rows] for name in found}, difference[rows])
            used[rows] = n_points
            is_done[rows] = is_last | (now.completeness_error <= (tolerance or 0))
            if on_progress:
                on_progress(int(np.count_nonzero(is_done)), n)
        waiting = np.flatnonzero(~is_done)
        n_before, n_points = n_points, 3 * n_points
        # The middles of three times as many steps are the ones before, and two thirds new ones.
        places = _middles(n_points)[np.arange(n_points) % 3 != 1]
    return Attributions(found, difference, used)


def _middles(n_steps: int) -> np.ndarray:
    return (np.arange(n_steps) + 0.5) / n_steps


def _batches(model: keras.Model, places: np.ndarray) -> tuple[int, list[tf.Tensor]]:
    """Windows of a batch; and places on the path from 0 to 1, as many as fit at once."""
    times = times_as_much(model)
    n_rows = -(-rows_at_once(model, most=times * MOST_ROWS) // times)
    # The points of a single window may be too many for a large network.
    parts = range(0, len(places), n_rows)
    return max(1, n_rows // len(places)), [
        tf.constant(places[first : first + n_rows], tf.float32) for first in parts
    ]


def _compiled(model: keras.Model, contrast: Contrast) -> Callable[..., Inputs]:
    @tf.function(autograph=False, reduce_retracing=True)
    def attribute(
        inputs: Inputs,
        baseline: Inputs,
        of_class: tf.Tensor,
        points: tf.Tensor,
    ) -> Inputs:
        n, n_points = tf.shape(of_class)[0], tf.shape(points)[0]
        change = {name: x - baseline[name] for name, x in inputs.items()}
        on_path = {
            name: tf.reshape(
                baseline[name] + points[:, None, None, None] * x, (-1, x.shape[1], x.shape[2])
            )
            for name, x in change.items()
        }
        with tf.GradientTape() as tape:
            tape.watch(on_path)
            chosen = chosen_output(model, on_path, tf.tile(of_class, [n_points]), contrast.of)
        gradients = tape.gradient(chosen, on_path)
        scores = {}
        for name, x in change.items():
            along = tf.reshape(gradients[name], (n_points, n, x.shape[1], x.shape[2]))
            scores[name] = tf.reduce_sum(tf.reduce_sum(along, axis=0) * x, axis=-1)
        return scores

    return attribute
