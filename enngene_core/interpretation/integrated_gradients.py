"""Integrated Gradients for every branch of a network."""

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from enngene_core.interpretation.attributions import MOST_ROWS, Attributions, Contrast, Progress
from enngene_core.interpretation.baselines import Baselines
from enngene_core.interpretation.gradients import output_differences, times_as_much
from enngene_core.interpretation.straight_path import StraightPath
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

    The path integral from the baseline to the window is summed at the middles of equal steps, which
    are the longer the farther from a baseline of zeros. With several baselines of a window,
    contributions and differences are means over them.

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
    path = StraightPath(model, contrast.of)
    n_points = steps if tolerance is None else min(FIRST_STEPS, steps)
    middles, total_before = _middles(n_points), 0.0
    waiting = np.arange(n)
    while len(waiting):
        points, weights = _on_path(middles, contrast)
        total = total_before + weights.sum()
        batch, parts = _batches(model, points, weights)
        is_last = tolerance is None or 3 * n_points > steps
        for first in range(0, len(waiting), batch):
            rows = waiting[first : first + batch]
            of_class = tf.constant(target[rows], tf.int32)
            sums = {name: total_before * scores[rows] for name, scores in found.items()}
            for inputs, baseline in baselines.of(rows):
                for part in parts:
                    scores = path(inputs, baseline, of_class, *part)
                    for name in sums:
                        sums[name] += scores[name].numpy() / baselines.n_each
            for name in sums:
                found[name][rows] = sums[name] / total
            now = Attributions({name: found[name][rows] for name in found}, difference[rows])
            used[rows] = n_points
            is_done[rows] = is_last | (now.completeness_error <= (tolerance or 0))
            if on_progress:
                on_progress(int(np.count_nonzero(is_done)), n)
        waiting = np.flatnonzero(~is_done)
        total_before, n_points = total, 3 * n_points
        # The middles of three times as many steps are the ones before, and two thirds new ones.
        middles = _middles(n_points)[np.arange(n_points) % 3 != 1]
    return Attributions(found, difference, used)


def _middles(n_steps: int) -> np.ndarray:
    return (np.arange(n_steps) + 0.5) / n_steps


def _on_path(middles: np.ndarray, contrast: Contrast) -> tuple[np.ndarray, np.ndarray]:
    """Places on the path, and what each counts.

    At a baseline of zeros all filters give their small bias alone, and soon after it most begin to
    rectify: steps that grow with the distance from it miss a fifth less than equal ones.
    """
    if contrast.baseline == "zero":
        return middles**1.5, middles**0.5
    return middles, np.ones_like(middles)


def _batches(
    model: keras.Model, points: np.ndarray, weights: np.ndarray
) -> tuple[int, list[tuple[tf.Tensor, tf.Tensor]]]:
    """Windows of a batch; and points with their weights, as many as fit at once."""
    times = times_as_much(model)
    n_rows = -(-rows_at_once(model, most=times * MOST_ROWS) // times)
    # The points of a single window may be too many for a large network.
    parts = [slice(first, first + n_rows) for first in range(0, len(points), n_rows)]
    return max(1, n_rows // len(points)), [
        (tf.constant(points[part], tf.float32), tf.constant(weights[part], tf.float32))
        for part in parts
    ]
