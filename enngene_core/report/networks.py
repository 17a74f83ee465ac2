"""What the report of training says of its networks: one, members of an ensemble, or folds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from enngene_core.plots.learning_curves import LearningCurvesDisplay
from enngene_core.report.description import Block, Figure, Section, Table, Text
from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.specs.members import MembersSpec
    from enngene_core.training.fitted import Fitted
    from enngene_core.training.train import TrainingResult

_CURVES = (
    "Loss (lower is better) and accuracy (higher is better) after each epoch, on training and on "
    "validation windows. {marks} Training numbers are means over the epoch, with dropout at work, "
    "and can be worse than validation numbers."
)
_MARKS = "The dotted line and the rings mark the epoch whose weights were kept."
_MARKS_OF_SEVERAL = "A thin line for each {kind}; a ring marks its epoch whose weights were kept."


def settings(ensemble: "MembersSpec") -> list[tuple[str, str]]:
    """Settings that are named only where they are not the default."""
    found = [("members", str(ensemble.members))] if ensemble.members > 1 else []
    if ensemble.folds:
        found.append(("folds of the cross-validation", str(ensemble.folds)))
        found.append(("their networks are the model", ensemble.folds_ensemble))
    return found


def model_words(result: "TrainingResult") -> str:
    """What the model is, at the start of a sentence."""
    n = len(result.fits)
    return "A network" if n == 1 else f"An ensemble of {n} networks"


def windows_used(result: "TrainingResult", n_training: int, n_validation: int) -> str:
    """On which windows the model's networks were trained and tried."""
    n_folds = result.bundle.config.ensemble.folds
    if result.bundle.config.ensemble.kind == "fold":
        return (
            f"All {count(n_training + n_validation, 'training and validation window')} were "
            f"divided into {n_folds} folds. Each network learned from all folds but one, and after "
            "each epoch (a pass over its windows) it was tried on that one."
        )
    each = "it" if len(result.fits) == 1 else "each network"
    return (
        f"There were {count(n_training, 'training window')}. After each epoch (a pass over all of "
        f"them) {each} was tried on {count(n_validation, 'validation window')}."
    )


def course(result: "TrainingResult") -> str:
    """How long training took, why it ended and what was kept."""
    config, fits = result.bundle.config, result.fits
    # The first epoch builds the computation too.
    seconds = [time for fitted in fits for time in fitted.seconds]
    took = f" An epoch took {float(np.median(seconds)):.3g} seconds." if seconds else ""
    patience = count(config.training.patience, "epoch")
    if len(fits) == 1:
        (fitted,) = fits
        n_epochs = count(len(fitted.history), "epoch")
        if fitted.not_finite:
            end = (
                f"Training ended in epoch {fitted.not_finite}, in which the loss was no longer a "
                "finite number"
            )
        elif fitted.stopped_early:
            end = (
                f"Training stopped early, after {n_epochs}, since the validation loss had not "
                f"fallen for {patience}"
            )
        else:
            end = f"Training ran for all {n_epochs} that it was given"
        return (
            f"{end}. The model keeps the weights of epoch {fitted.best_epoch}, where the "
            f"validation loss was lowest.{took}"
        )
    n_early = sum(fitted.stopped_early for fitted in fits)
    lengths, kept_epochs = zip(*((len(f.history), f.best_epoch) for f in fits), strict=True)
    early = (
        f"; {n_early} of {len(fits)} stopped early, since the validation loss had not fallen for "
        f"{patience}"
    )
    return (
        f"Training took {_range(lengths)} {'epoch' if max(lengths) == 1 else 'epochs'}"
        f"{early if n_early else ''}. Each network keeps the weights of the epoch with the lowest "
        f"validation loss ({'epoch' if len(set(kept_epochs)) == 1 else 'epochs'} "
        f"{_range(kept_epochs)}). The model gives the mean of their probabilities.{took}"
    )


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def failures(result: "TrainingResult") -> list[str]:
    """What makes a network useless, and what to try; it stands above all else."""
    found = []
    rate = result.bundle.config.training.learning_rate
    for name, fitted in result.networks:
        is_only = name == "network"
        if fitted.only_class is not None:
            so = ", so the model is of no use" if is_only else ""
            found.append(
                f"{_subject(name)} has collapsed: it gives every validation window the class "
                f"{listed([fitted.only_class])}{so}. Try a smaller learning "
                f"rate (now {rate:g}), batch normalisation, another seed or a smaller network; if "
                "one class is much larger than the others, balanced class weights."
            )
        if fitted.not_finite:
            where = "" if is_only else f"{_subject(name)}: "
            found.append(
                f"{where}In epoch {fitted.not_finite} the loss was no longer a finite number, and "
                f"training ended. What is kept is epoch {fitted.best_epoch}. Try a smaller "
                f"learning rate (now {rate:g}), a warm-up of some epochs or batch normalisation, "
                "and look for extreme scores in the dataset."
            )
    return found


def _subject(name: str) -> str:
    return "The network" if name == "network" else f"The network of {name}"


def kept(result: "TrainingResult") -> tuple[float, float, float, float]:
    """Loss and accuracy on training, then on validation windows: means over the members."""
    metrics = result.bundle.config.metrics
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    return tuple(metrics[name] for name in names)  # type: ignore[return-value]


def means_note(result: "TrainingResult") -> list[Block]:
    """That the numbers are means, where they are."""
    if len(result.fits) == 1:
        return []
    own = ", each with its own fold as validation windows" if _is_of_folds(result) else ""
    losses = "Losses and accuracies" if _is_of_folds(result) else "The losses and other accuracies"
    return [Text(f"{losses} are means over the {len(result.fits)} networks{own}.")]


def together(result: "TrainingResult") -> list[tuple[str, str]]:
    """Accuracy of all members together."""
    accuracy = result.bundle.config.metrics.get("ensemble_validation_accuracy")
    name = "accuracy of all members together on validation windows"
    return [(name, percent(accuracy))] if accuracy is not None else []


def _is_of_folds(result: "TrainingResult") -> bool:
    return result.bundle.config.ensemble.kind == "fold"


def wrong_lengths(result: "TrainingResult") -> list[str]:
    """Networks that were trained for too few epochs, or too fast."""
    fits, found = result.fits, []
    which = "" if len(fits) == 1 else " in {} of {} networks"
    n_falling = sum(
        fitted.best_epoch == len(fitted.history) and not (fitted.stopped_early or fitted.not_finite)
        for fitted in fits
    )
    n_first = sum(fitted.best_epoch == 1 and len(fitted.history) > 1 for fitted in fits)
    if n_falling and not result.bundle.config.training.ends_at_rest:
        found.append(
            f"The validation loss was still falling at the last epoch"
            f"{which.format(n_falling, len(fits))}: more epochs would probably give a better model."
        )
    if n_first:
        found.append(
            f"The first epoch was the best one{which.format(n_first, len(fits))}. A smaller "
            "learning rate may learn more before the network overfits."
        )
    return found


def cross_validation(result: "TrainingResult") -> list[Section]:
    """Section of the folds, if there are any."""
    folds = result.cross_validation
    if folds is None:
        return []
    from enngene_core.training.cross_validation import FOLD_COLUMNS

    n_folds = len(folds.fits)
    of_model = (
        "These networks together are the model."
        if _is_of_folds(result)
        else "The model is none of these networks: it was trained on the dataset's own training "
        "windows, with the same settings."
    )
    numbers = ", ".join(
        f"{name} {mean:.3f} ± {deviation:.3f}"
        for name, mean, deviation in zip(
            ("loss", "accuracy", "AUROC", "average precision"),
            folds.mean.tolist(),
            folds.deviation.tolist(),
            strict=True,
        )
    )
    return [
        Section(
            "Cross-validation",
            [
                Text(
                    f"Training and validation windows were divided into {n_folds} folds; windows "
                    "that the dataset keeps together stayed together. For each fold a network was "
                    f"trained on all others and judged on this one. {of_model}"
                ),
                Text(
                    f"Mean ± standard deviation over the folds: {numbers}. AUROC and average "
                    "precision are means over the classes. The epoch of each network was chosen "
                    "by its own fold, so the numbers are somewhat too good; test windows took no "
                    "part."
                ),
                Table("folds", "Each fold.", FOLD_COLUMNS, folds.rows),
            ],
        )
    ]


def curves(result: "TrainingResult") -> list[Figure]:
    """Learning curves of the model's networks, and of the folds if those are others."""
    config, folds = result.bundle.config, result.cross_validation
    found = [_curves_of(result, "learning_curves", result.fits, config.ensemble.kind)]
    if folds is not None and not _is_of_folds(result):
        found.append(_curves_of(result, "fold_curves", folds.fits, "fold"))
    return found


def _curves_of(result: "TrainingResult", name: str, fits: "Sequence[Fitted]", kind: str) -> Figure:
    from enngene_core.training.fitted import history_table

    spec = result.bundle.config.training
    marks = _MARKS if len(fits) == 1 else _MARKS_OF_SEVERAL.format(kind=kind)
    return Figure(
        name,
        _CURVES.format(marks=marks),
        lambda: LearningCurvesDisplay(fits, spec).plot().figure,
        Table(name, "Every epoch.", *history_table(fits, spec, kind)),
    )
