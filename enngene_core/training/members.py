"""Networks that are trained alike, one after another: members of an ensemble, or folds."""

import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from enngene_core.dataset.file import Dataset
from enngene_core.models.network import build_network
from enngene_core.models.runtime import seed_everything
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.checkpoint import Checkpoint, check_checkpoint
from enngene_core.training.checks import made_from
from enngene_core.training.fit import fit
from enngene_core.training.fitted import Fitted
from enngene_core.training.folds import Division
from enngene_core.training.recorder import OnProgress, Recorder, Watch

_LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Run:
    """All that the networks of a run have in common.

    Attributes
    ----------
    dataset : Dataset
        Opened.
    network : NetworkSpec
    spec : TrainingSpec
        Its seed is that of the first network; those of the others follow.
    execution : ExecutionSpec
    inputs : mapping
        What the weights depend on beside the specs, for the checkpoints.
    checkpoint : Path or None
        Folder of the only network's state; of several, a folder in it for each.
    on_progress : callable or None
    each_batch : bool
    """

    dataset: Dataset
    network: NetworkSpec
    spec: TrainingSpec
    execution: ExecutionSpec
    inputs: Mapping[str, Any]
    checkpoint: Path | None = None
    on_progress: OnProgress | None = None
    each_batch: bool = False


@dataclass(frozen=True)
class Trained:
    """One network of a run.

    Attributes
    ----------
    model : keras.Model
    fitted : Fitted
    division : Division
        Windows that it was trained on, and those by which its epoch was chosen.
    probabilities : ndarray of float32, shape (n_validation_windows, n_classes)
        What it gives the latter.
    """

    model: keras.Model
    fitted: Fitted
    division: Division
    probabilities: np.ndarray


def train_each(
    run: Run, kind: Literal["member", "fold"], divisions: Sequence[Division]
) -> Iterator[Trained]:
    """Train a network on each division, with a seed of its own.

    A member is to the bit the network that a run with its seed alone gives.

    Parameters
    ----------
    run
        What they have in common.
    kind
        What they are, for progress and checkpoints.
    divisions
        Training and validation windows of each.

    Raises
    ------
    SpecError
        If a loss is not finite in the first epoch, or a checkpoint is of another run.
    BundleError
        If a checkpoint is damaged.
    """
    n = len(divisions)
    # Each network is traced anew, which TensorFlow takes for a mistake.
    tf.get_logger().setLevel(logging.ERROR)
    for number, division in enumerate(divisions, start=1):
        # The seed after the largest one is 0.
        seed = (run.spec.seed + number - 1) % (_LARGEST_SEED + 1)
        spec = run.spec.model_copy(update={"seed": seed})
        is_only = kind == "member" and n == 1
        state = None
        if run.checkpoint is not None:
            inputs = {**run.inputs, **made_from(run.network, spec)}
            inputs |= {"fold": f"{number} of {n}"} if kind == "fold" else {}
            state = Checkpoint(
                _folder(run.checkpoint, "" if is_only else f"{kind}_{number}"), inputs
            )
        part = "" if is_only else f"{kind} {number} of {n}"
        watch = Watch(run.on_progress, run.each_batch, state, part)
        seed_everything(seed, deterministic=spec.deterministic == "on")
        sizes = run.dataset.spec.sizes
        assert spec.precision != "auto"  # `Plan` settles it
        build = functools.partial(build_network, run.network, **sizes)
        learning, model = build(precision=spec.precision, for_training=True), build()
        recorder, found = fit(
            learning, run.dataset, spec, run.execution, watch, division=division, handed_on=model
        )
        fitted = _fitted(recorder, spec, found, run.dataset.spec.classes)
        yield Trained(model, fitted, division, found)


def _folder(checkpoint: Path, part: str) -> Path:
    if not part:
        return checkpoint
    check_checkpoint(checkpoint, {})
    checkpoint.mkdir(exist_ok=True)
    return checkpoint / part


def _fitted(
    recorder: Recorder, spec: TrainingSpec, probabilities: np.ndarray, classes: tuple[str, ...]
) -> Fitted:
    given = np.unique(probabilities.argmax(axis=1))
    return Fitted(
        history=recorder.epochs,
        best_epoch=recorder.best_epoch,
        stopped_early=len(recorder.epochs) < spec.epochs and not recorder.not_finite,
        learning_rates=tuple(recorder.learning_rates),
        seconds=tuple(recorder.seconds),
        not_finite=recorder.not_finite,
        only_class=classes[int(given[0])] if len(given) == 1 else None,
    )
