"""Training windows as other samples of the same sites would show them."""

from collections.abc import Mapping

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.errors import SpecError
from enngene_core.specs.branches import Encoding
from enngene_core.specs.training import TrainingSpec


def check_augmentation(spec: TrainingSpec, dataset: Dataset, branches: tuple[str, ...]) -> None:
    """Refuse what would make windows that don't occur.

    Raises
    ------
    SpecError
        If windows would be shifted by their whole width, or the reverse complement was asked for
        where windows have a strand or the network reads the structure.
    """
    if spec.shift >= dataset.spec.window:
        raise SpecError(
            f"--shift {spec.shift}: the windows of {dataset.path} are {dataset.spec.window} nt "
            "wide; expected a smaller shift"
        )
    if spec.reverse_complement == "off":
        return
    if "structure" in branches:
        raise SpecError(
            "--reverse-complement on: the network reads the structure branch, and the other "
            "strand folds in another way; expected a network without it"
        )
    if dataset.spec.strand == "apply" and _has_strand(dataset):
        raise SpecError(
            f"--reverse-complement on: the windows of {dataset.path} are read in the direction of "
            "their strand, so the reverse complement is something else; expected a dataset that "
            "was preprocessed with --strand ignore"
        )


def _has_strand(dataset: Dataset) -> bool:
    # A ready sequence is read as it was given, as that of an RNA is.
    on_genome = dataset.spec.on_genome(dataset.label)
    strand = dataset.windows(np.arange(dataset.n_windows)).strand
    return bool((~on_genome | (strand != b".")).any())


def augmented(
    branches: Mapping[str, np.ndarray],
    encodings: Mapping[str, Encoding],
    spec: TrainingSpec,
    rng: np.random.Generator,
    *,
    flank: int = 0,
) -> dict[str, np.ndarray]:
    """Windows, each shifted and reversed by chance; all branches of a window alike.

    Parameters
    ----------
    branches
        Codes or scores, each of shape (n_windows, width + 2 * flank).
    encodings
        Encoding of each branch.
    spec
        Largest shift, and whether half of the windows are reversed.
    rng
        Source of shifts and directions.
    flank
        Positions on each side of the windows, onto which they are shifted.

    Returns
    -------
    dict of str to ndarray, each of shape (n_windows, width)
        An end that lies beyond the flank holds the code of no symbol, or scores of 0.
    """
    n_windows, kept_width = next(iter(branches.values())).shape
    width = kept_width - 2 * flank
    positions = np.broadcast_to(np.arange(flank, flank + width), (n_windows, width))
    is_reversed = np.zeros(n_windows, dtype=bool)
    if spec.shift:
        positions = positions + rng.integers(-spec.shift, spec.shift, (n_windows, 1), endpoint=True)
    if spec.reverse_complement == "on":
        is_reversed = np.less(rng.random(n_windows), 0.5)
        positions = np.where(is_reversed[:, None], kept_width - 1 - positions, positions)
    is_free = (positions < 0) | (positions >= kept_width)
    positions = np.where(is_free, 0, positions)
    shown = {}
    for name, values in branches.items():
        encoding = encodings[name]
        moved = np.take_along_axis(values, positions, axis=1)
        moved[is_free] = encoding.no_symbol if encoding.is_coded else 0
        if name == "sequence":
            complement = np.array([3, 2, 1, 0, 4], dtype=values.dtype)
            moved[is_reversed] = complement[moved[is_reversed]]
        shown[name] = moved
    return shown
