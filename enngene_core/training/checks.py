"""What is wrong with a run, as far as its spec and its dataset tell: TensorFlow is not loaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.dataset.summary import count_windows
from enngene_core.errors import DatasetError, SpecError
from enngene_core.provenance import software
from enngene_core.specs.network import NetworkSpec, Precision
from enngene_core.specs.presets import PRESETS, PresetSpec
from enngene_core.specs.shapes import LayerShape, layer_shapes
from enngene_core.specs.splitting import SPLITS
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.augmentation import check_augmentation
from enngene_core.training.checkpoint import check_checkpoint


@dataclass(frozen=True)
class Plan:
    """A run that fits its dataset.

    Attributes
    ----------
    spec : TrainingSpec
        With the precision that this machine's processor is given.
    network : NetworkSpec
        The user's, or that of a preset.
    layers : list of LayerShape
    classes : tuple of str
    counts : ndarray of int, shape (n_classes, n_splits)
        Windows by class and split.
    """

    spec: TrainingSpec
    network: NetworkSpec
    layers: list[LayerShape]
    classes: tuple[str, ...]
    counts: np.ndarray

    @property
    def n_training(self) -> np.ndarray:
        """Training windows of each class, shape (n_classes,)."""
        return np.asarray(self.counts[:, SPLITS.index("train")])


def check_run(
    dataset: Path, spec: TrainingSpec, network: NetworkSpec | PresetSpec, checkpoint: Path | None
) -> Plan:
    """Refuse what `train` would refuse, before TensorFlow is loaded for it.

    Branches are not read, so that a wrong code or score shows in the first epoch only; neither is
    the dataset's checksum taken.

    Raises
    ------
    DatasetError
        If the file is no dataset, or lacks training windows of a class, or validation windows.
    SpecError
        If the network or the augmentation does not fit the dataset, or the checkpoint is of
        another run.
    BundleError
        If the checkpoint is damaged.
    """
    with Dataset(dataset) as opened:
        plan = plan_of(opened, spec, network)
    if checkpoint is not None:
        check_checkpoint(checkpoint, made_from(plan.network, plan.spec))
        # Of several networks each has a folder of its own, and the first one has the run's seed.
        for first in (checkpoint / "member_1", checkpoint / "fold_1"):
            if first.exists():
                check_checkpoint(first, made_from(plan.network, plan.spec))
    return plan


def plan_of(dataset: Dataset, spec: TrainingSpec, network: NetworkSpec | PresetSpec) -> Plan:
    """The run on an opened dataset.

    Raises
    ------
    DatasetError, SpecError
        As of `check_run`.
    """
    if isinstance(network, PresetSpec):
        network = PRESETS[network.preset].network(dataset.spec.encodings)
    _check_branches(network, dataset)
    layers = layer_shapes(network, **dataset.spec.sizes)
    classes = dataset.spec.classes
    counts = count_windows(dataset.label, dataset.split, n_classes=len(classes))
    if spec.precision == "auto":
        spec = spec.model_copy(update={"precision": _fastest_precision()})
    plan = Plan(spec, network, layers, classes, counts)
    _check_splits(plan, dataset)
    check_augmentation(spec, dataset, tuple(network.branches))
    return plan


def made_from(network: NetworkSpec, spec: TrainingSpec) -> dict[str, Any]:
    """All that the weights depend on beside the dataset, as a checkpoint keeps it."""
    return {
        "network": network.model_dump(mode="json"),
        "training": spec.model_dump(mode="json"),
        "software": software("tensorflow", "keras", "numpy"),
    }


def _fastest_precision() -> Precision:
    try:
        about = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:  # another system than Linux
        return "float32"
    return "bfloat16" if {"avx512_bf16", "amx_bf16"} & set(about.split()) else "float32"


def _check_branches(network: NetworkSpec, dataset: Dataset) -> None:
    for name in network.branches:
        if name not in dataset.spec.encodings:
            raise SpecError(
                f"the network reads the branch {name}, which {dataset.path} lacks (found "
                f"{', '.join(dataset.spec.encodings)})"
            )


def _check_splits(plan: Plan, dataset: Dataset) -> None:
    dataset.rows("validation")
    dataset.rows("train")
    for name, n_windows in zip(plan.classes, plan.n_training, strict=True):
        if not n_windows:
            raise DatasetError(f"{dataset.path}: class {name!r} has no training windows")
