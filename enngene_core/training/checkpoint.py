"""A run that was killed goes on: all that it needs, in one file, written after each epoch."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors
import safetensors.numpy

from enngene_core.errors import BundleError, SpecError

if TYPE_CHECKING:
    import keras

    from enngene_core.training.trainer import Trainer

FILE = "checkpoint.safetensors"
FORMAT = "enngene-checkpoint-1"
# Names and shapes of tensors, the specs, and a history of 10,000 epochs.
_LARGEST_HEADER = 16 << 20
_EXPECTED = "expected the folder of a run of 'enngene train' that was cut short, or a new one"


_UNREADABLE = (ValueError, KeyError, TypeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Progress:
    """Finished epochs of a run.

    Attributes
    ----------
    epochs : sequence of Epoch
    seconds : sequence of float
    best_epoch : int
        1-based.
    best_weights : list of ndarray
    """

    epochs: Sequence[Sequence[float]]
    seconds: Sequence[float]
    best_epoch: int
    best_weights: list[np.ndarray]


class Checkpoint:
    """The state of a run, in a folder.

    Batches and augmentation have random numbers by epoch, and dropout keeps its own among the
    network's variables, so weights, the optimizer's state and the epochs are all that there is.

    Parameters
    ----------
    folder
        Made if it does not exist.
    made_from
        All that the weights depend on, by what it is: ``dataset``, ``network``, ...; a run is
        taken up only if each is the same.

    Raises
    ------
    SpecError
        If the folder cannot be made, or its checkpoint is of another run.
    """

    def __init__(self, folder: Path, made_from: Mapping[str, Any]) -> None:
        self._path = folder / FILE
        self._made_from = {key: json.loads(json.dumps(value)) for key, value in made_from.items()}
        check_checkpoint(folder, made_from)
        folder.mkdir(exist_ok=True)

    def save(self, trainer: "Trainer", progress: Progress) -> None:
        """Replace the checkpoint by a newer one, at once."""
        tensors = {
            **_named("state", [np.asarray(variable) for variable in _state(trainer)]),
            **_named("best", progress.best_weights),
        }
        metadata = {
            "format": FORMAT,
            "made_from": json.dumps(self._made_from),
            "epochs": json.dumps([list(row) for row in progress.epochs]),
            "seconds": json.dumps(list(progress.seconds)),
            "best_epoch": str(progress.best_epoch),
        }
        partial = self._path.with_suffix(".partial")
        with open(partial, "wb") as file:
            file.write(safetensors.numpy.save(tensors, metadata))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)

    def restore(self, trainer: "Trainer") -> Progress | None:
        """Give a network and its optimizer the checkpoint's state.

        Returns
        -------
        Progress or None
            None if there is no checkpoint yet.

        Raises
        ------
        BundleError
            If the file is damaged, or its tensors are not those of the network.
        """
        if not self._path.exists():
            return None
        state = _state(trainer)
        wanted = _named("state", [np.asarray(variable) for variable in state])
        wanted |= _named("best", trainer.model.get_weights())
        largest = sum(array.nbytes for array in wanted.values()) + _LARGEST_HEADER
        if self._path.stat().st_size > largest:
            raise BundleError(f"{self._path}: larger than this network's state; {_EXPECTED}")
        metadata = _metadata(self._path)
        try:
            found = safetensors.numpy.load_file(self._path)
            progress = Progress(
                json.loads(metadata["epochs"]),
                json.loads(metadata["seconds"]),
                int(metadata["best_epoch"]),
                [found.get(name, array) for name, array in wanted.items() if name[:4] == "best"],
            )
            _check_progress(progress)
        except (*_UNREADABLE, safetensors.SafetensorError) as error:
            raise BundleError(f"{self._path}: damaged; {_EXPECTED}") from error
        layout = {name: (array.shape, array.dtype) for name, array in wanted.items()}
        if layout != {name: (array.shape, array.dtype) for name, array in found.items()}:
            raise BundleError(f"{self._path}: not the state of this network; {_EXPECTED}")
        for variable, name in zip(state, wanted, strict=False):
            variable.assign(found[name])
        return progress


def check_checkpoint(folder: Path, made_from: Mapping[str, Any]) -> None:
    """Refuse a folder that cannot be one, and the checkpoint of another run.

    Parameters
    ----------
    folder
        It need not exist.
    made_from
        As of `Checkpoint`, or a part of it.

    Raises
    ------
    SpecError
        If the folder cannot be made, or its checkpoint is of another run.
    BundleError
        If the file is damaged.
    """
    if not folder.parent.is_dir():
        raise SpecError(f"--checkpoint {folder}: its parent folder does not exist")
    if folder.exists() and not folder.is_dir():
        raise SpecError(f"--checkpoint {folder}: a file; expected a folder")
    path = folder / FILE
    if not path.exists():
        return
    metadata = _metadata(path)
    try:
        found = dict(json.loads(metadata["made_from"]))
    except _UNREADABLE as error:
        raise BundleError(f"{path}: damaged; {_EXPECTED}") from error
    for key, value in made_from.items():
        wanted = json.loads(json.dumps(value))
        if found.get(key) != wanted:
            raise SpecError(
                f"{path}: of a run with {_difference(key, found.get(key), wanted)}; give "
                "the same dataset and settings, or another folder"
            )


def _metadata(path: Path) -> dict[str, str]:
    try:
        with safetensors.safe_open(path, "numpy") as file:
            metadata: dict[str, str] = file.metadata() or {}
    except (safetensors.SafetensorError, OSError) as error:
        raise BundleError(f"{path}: damaged; {_EXPECTED}") from error
    if metadata.get("format") != FORMAT:
        raise BundleError(f"{path}: not a checkpoint; {_EXPECTED}")
    return metadata


def _check_progress(progress: Progress) -> None:
    numbers = [number for number, *values in progress.epochs if np.isfinite(values).all()]
    is_whole = (
        numbers == list(range(1, len(progress.epochs) + 1))
        and {len(row) for row in progress.epochs} == {5}
        and len(progress.seconds) == len(numbers)
        and np.isfinite(progress.seconds).all()
        and 1 <= progress.best_epoch <= len(numbers)
    )
    if not is_whole:
        raise ValueError("epochs are missing")


def _difference(key: str, found: Any, wanted: Any) -> str:
    """Where two values differ, for a message."""
    if not (isinstance(found, dict) and isinstance(wanted, dict)) or key == "network":
        return f"another {key}"
    part = next(name for name in wanted if found.get(name) != wanted[name])
    return f"{part} {str(found.get(part))[:40]} (now {wanted[part]})"


def _state(trainer: "Trainer") -> "list[keras.Variable]":
    return [*trainer.model.variables, *trainer.optimizer.variables]


def _named(kind: str, arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{kind}/{number:05}": np.asarray(a, order="C") for number, a in enumerate(arrays)}
