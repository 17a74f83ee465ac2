"""Windows of a dataset as training takes them: some batches at a time, as they are coded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.errors import InsufficientMemoryError
from enngene_core.seeding import named_rng
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.augmentation import augmented
from enngene_core.training.batches import shuffled_batches
from enngene_core.training.folds import Division

_VALIDATION_BATCH = 1024
_LARGEST_BUFFER = 1 << 18
# A call of TensorFlow costs as much as a small batch; more at a time gain nothing, and a progress
# bar would jump.
_BATCHES_AT_ONCE = 8
_BYTES_AT_ONCE = 16 << 20

#: Codes or scores of each branch, and labels.
Chunk = tuple[dict[str, np.ndarray], np.ndarray]


class Streams:
    """Training and validation windows of one run.

    Parameters
    ----------
    dataset
        An opened dataset.
    model
        Network as `build_network` makes it: its inputs are the branches that are read.
    spec
        Size of batches, augmentation and seed.
    execution
        Memory that the shuffle buffer must fit into.
    division
        Training and validation windows.

    Attributes
    ----------
    n_batches : int
        Batches of an epoch.

    Raises
    ------
    InsufficientMemoryError
        If a batch does not fit into memory.
    """

    def __init__(
        self,
        dataset: Dataset,
        model: keras.Model,
        spec: TrainingSpec,
        execution: ExecutionSpec,
        division: Division,
    ) -> None:
        self._dataset, self._spec, self._division = dataset, spec, division
        self._branches = tuple(tensor.name for tensor in model.inputs)
        self._flank = min(spec.shift, dataset.spec.flank)
        self._row_bytes = _row_bytes(dataset, self._branches, self._flank)
        self._buffer_rows = _buffer_rows(dataset, self._branches, spec, execution, self._row_bytes)
        n_rows = len(division.training)
        self.n_batches = sum(
            -(-min(self._buffer_rows, n_rows - first) // spec.batch_size)
            for first in range(0, n_rows, self._buffer_rows)
        )

    def training(self, epoch: int) -> Iterator[Chunk]:
        """Shuffled and augmented windows of an epoch, as many as some batches have.

        Each epoch has random numbers of its own, so that a run can be taken up at any. The next
        windows are made ready while the network learns from the last ones.

        Parameters
        ----------
        epoch
            1-based.
        """
        with ThreadPoolExecutor(1) as reader:
            chunks = self._training(epoch)
            coming = reader.submit(next, chunks, None)
            while chunk := coming.result():
                coming = reader.submit(next, chunks, None)
                yield chunk

    def _training(self, epoch: int) -> Iterator[Chunk]:
        spec, encodings = self._spec, self._dataset.spec.encodings
        fitting = _BYTES_AT_ONCE // (self._row_bytes * spec.batch_size)
        chunks = shuffled_batches(
            self._dataset,
            self._division.training,
            branches=self._branches,
            batch_size=spec.batch_size,
            buffer_rows=self._buffer_rows,
            rng=named_rng(spec.seed, f"batches of epoch {epoch}"),
            n_batches=min(max(fitting, 1), _BATCHES_AT_ONCE),
            flank=self._flank,
        )
        if not spec.shift and spec.reverse_complement == "off":
            yield from chunks
            return
        rng = named_rng(spec.seed, f"augmentation of epoch {epoch}")
        for branches, labels in chunks:
            yield augmented(branches, encodings, spec, rng, flank=self._flank), labels

    def validation(self) -> Iterator[Chunk]:
        """All validation windows in the order of the file, a batch at a time."""
        held_out = self._division.validation
        for first in range(0, len(held_out), _VALIDATION_BATCH):
            rows = held_out[first : first + _VALIDATION_BATCH]
            branches = {name: self._dataset.branch(name, rows) for name in self._branches}
            yield branches, self._dataset.label[rows]


def _row_bytes(dataset: Dataset, branches: tuple[str, ...], flank: int) -> int:
    encodings = dataset.spec.encodings
    sizes = [np.dtype(encodings[name].dtype).itemsize for name in branches]
    return (dataset.spec.window + 2 * flank) * sum(sizes)


def _buffer_rows(
    dataset: Dataset,
    branches: tuple[str, ...],
    spec: TrainingSpec,
    execution: ExecutionSpec,
    row_bytes: int,
) -> int:
    if not execution.memory:
        return max(_LARGEST_BUFFER, spec.batch_size)
    encodings = dataset.spec.encodings
    # In a batch every base is float32 channels, and a layer's outputs are larger still.
    channels = sum(encodings[name].channels for name in branches)
    batch = spec.batch_size * dataset.spec.window * 4 * channels
    allowed = execution.memory << 20
    if 8 * batch > allowed:
        raise InsufficientMemoryError(
            f"batches of {spec.batch_size} windows do not fit into {execution.memory} MiB; "
            "use a smaller --batch-size"
        )
    return max(min(_LARGEST_BUFFER, allowed // 8 // row_bytes), spec.batch_size)
