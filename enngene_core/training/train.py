"""Training: a dataset and a network spec become a model bundle."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.dataset.typical import typical_of
from enngene_core.errors import SpecError
from enngene_core.formats.text.table import table_text
from enngene_core.models.bundle import Bundle, BundleConfig, write_bundle
from enngene_core.models.card import model_card
from enngene_core.provenance import sha256, software
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.members import MembersSpec, check_size
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.presets import PresetSpec
from enngene_core.specs.shapes import LayerShape
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.checks import plan_of
from enngene_core.training.cross_validation import CrossValidation, judged, write_folds
from enngene_core.training.fitted import Fitted, history_table, mean_of_kept
from enngene_core.training.folds import Division, fold_divisions, own_division
from enngene_core.training.members import Run, Trained, train_each
from enngene_core.training.recorder import OnProgress


@dataclass(frozen=True)
class TrainingResult:
    """A trained model, and how it came about.

    Attributes
    ----------
    bundle : Bundle
    fits : tuple of Fitted
        The training of each member of the model.
    layers : list of LayerShape
        Of each member.
    counts : ndarray of int, shape (n_classes, n_splits)
        Windows by class and split.
    unused_branches : tuple of str
        Branches of the dataset that the network does not read.
    cross_validation : CrossValidation or None
        If there was one; its networks are the members where the folds are the ensemble.
    """

    bundle: Bundle
    fits: tuple[Fitted, ...]
    layers: list[LayerShape]
    counts: np.ndarray
    unused_branches: tuple[str, ...]
    cross_validation: CrossValidation | None = None

    @property
    def networks(self) -> list[tuple[str, Fitted]]:
        """Every network that was trained, by what it is: ``member 2``, or ``network`` alone."""
        kind = self.bundle.config.ensemble.kind
        found = _named(kind, self.fits) if len(self.fits) > 1 else [("network", self.fits[0])]
        if self.cross_validation is not None and kind == "member":
            found += _named("fold", self.cross_validation.fits)
        return found

    @property
    def history(self) -> tuple[tuple[str, ...], list[tuple[float, ...]]]:
        """Columns and rows of the table of the members' epochs."""
        config = self.bundle.config
        return history_table(self.fits, config.training, config.ensemble.kind)


def _named(kind: str, fits: Sequence[Fitted]) -> list[tuple[str, Fitted]]:
    return [(f"{kind} {number}", fitted) for number, fitted in enumerate(fits, start=1)]


def train(
    dataset: Path,
    spec: TrainingSpec,
    *,
    network: NetworkSpec | PresetSpec = PresetSpec(),
    members: MembersSpec = MembersSpec(),
    output: Path,
    history: Path | None = None,
    folds_table: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    checkpoint: Path | None = None,
    on_progress: OnProgress | None = None,
    each_batch: bool = False,
) -> TrainingResult:
    """Fit networks, stop early, and write the weights of their best epochs.

    The same dataset, specs and seed give the same weights, to the bit, on the same machine and
    number of threads.

    Parameters
    ----------
    dataset
        File that preprocessing wrote; its train and validation splits are used.
    spec
        Epochs, batches, optimizer, loss, augmentation and seed.
    network
        Layers, or a preset, which gets all branches of the dataset.
    members
        How many networks, and cross-validation.
    output
        Bundle to write.
    history
        Table of epochs to write.
    folds_table
        Table of the folds of a cross-validation to write.
    execution
        Memory that the shuffle buffer must fit into.
    checkpoint
        Folder that keeps the state after each epoch, in a folder of its own for each of several
        networks; a run with the same arguments goes on from
        it, and ends as it would have ended at once.
    on_progress
        Called after each epoch.
    each_batch
        Whether it is called after batches too.

    Raises
    ------
    DatasetError
        If the file is no dataset, or its train or validation split is empty.
    SpecError
        If the network or the augmentation does not fit the dataset, the loss is not finite in the
        first epoch, the checkpoint is of another run, the members together are too large, or the
        folds cannot be made.
    BundleError
        If the checkpoint is damaged.
    InsufficientMemoryError
        If a batch does not fit into memory.
    """
    if folds_table is not None and not members.folds:
        raise SpecError("--folds-table needs --folds")
    with Dataset(dataset) as opened:
        plan = plan_of(opened, spec, network)
        check_size(members, sum(layer.parameters for layer in plan.layers))
        folds = fold_divisions(opened, members.folds, seed=spec.seed) if members.folds else []
        provenance = _provenance(dataset, opened.provenance, spec)
        run = Run(
            opened,
            plan.network,
            plan.spec,
            execution,
            {"dataset": provenance["inputs_sha256"]["dataset"]},
            checkpoint,
            on_progress,
            each_batch,
        )
        found, cross_validation = _trained(run, members, folds)
        dataset_spec = opened.spec
        y_true = opened.label[found[0].division.validation]
        typical = typical_of(opened, tuple(plan.network.branches))

    fits = tuple(trained.fitted for trained in found)
    metrics = mean_of_kept(fits)
    if members.n_members == 1:
        metrics = {"epoch": fits[0].best_epoch, **metrics}
    elif members.kind == "member":
        together = np.mean([trained.probabilities for trained in found], axis=0)
        metrics["ensemble_validation_accuracy"] = float((together.argmax(axis=1) == y_true).mean())
    if cross_validation is not None:
        metrics |= cross_validation.metrics
    branches = plan.network.branches
    config = BundleConfig(
        network=plan.network,
        dataset=dataset_spec,
        encodings={name: dataset_spec.encodings[name].text for name in branches},
        training=plan.spec,
        ensemble=members,
        metrics=metrics,
        provenance=provenance,
    )
    result = TrainingResult(
        bundle=Bundle(config, tuple(trained.model for trained in found), typical),
        fits=fits,
        layers=plan.layers,
        counts=plan.counts,
        unused_branches=tuple(name for name in dataset_spec.encodings if name not in branches),
        cross_validation=cross_validation,
    )
    history_text = table_text(*result.history)
    write_bundle(output, result.bundle, card=model_card(config), history=history_text)
    if history is not None:
        history.write_text(history_text, encoding="utf-8")
    if folds_table is not None and cross_validation is not None:
        write_folds(folds_table, cross_validation)
    return result


def _trained(
    run: Run, members: MembersSpec, folds: list[Division]
) -> tuple[list[Trained], CrossValidation | None]:
    """Members of the model, and the cross-validation if there is one."""
    judges, of_model = [], []
    for trained in train_each(run, "fold", folds):
        y_true = run.dataset.label[trained.division.validation]
        scores = judged(y_true, trained.probabilities, trained.fitted)
        judges.append((trained.fitted, len(y_true), scores))
        if members.kind == "fold":
            of_model.append(trained)
    if members.kind == "member":
        own = own_division(run.dataset)
        of_model = list(train_each(run, "member", [own] * members.members))
    if not judges:
        return of_model, None
    fits, n_windows, scores = zip(*judges, strict=True)
    return of_model, CrossValidation(fits, n_windows, np.array(scores))


def _provenance(dataset: Path, of_dataset: dict[str, Any], spec: TrainingSpec) -> dict[str, Any]:
    provenance = {
        "inputs_sha256": {"dataset": sha256(dataset), **of_dataset.get("inputs_sha256", {})},
        "software": {
            **of_dataset.get("software", {}),
            **software("tensorflow", "keras", "numpy", "safetensors"),
        },
    }
    if spec.deterministic == "off":
        provenance["repeatable"] = {"weights": "no: trained with --deterministic off"}
    return provenance
