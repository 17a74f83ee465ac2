"""The report of training."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.plots.architecture import ArchitectureDisplay
from enngene_core.plots.learning_curves import LearningCurvesDisplay
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, dataset_facts, run_again
from enngene_core.report.cautions import FEW_WINDOWS, coarse, rare_classes
from enngene_core.report.description import (
    Block,
    Facts,
    Figure,
    Report,
    Section,
    Table,
    Text,
    Warning,
)
from enngene_core.report.words import count, listed, percent
from enngene_core.specs.splitting import SPLITS
from enngene_core.specs.training import TrainingSpec

if TYPE_CHECKING:
    from enngene_core.training.train import TrainingResult

#: Accuracy on training data above that on validation data by more than this is overfitting.
_LARGE_GAP = 0.15
#: Settings that are named only where they are not the default.
_RARE_SETTINGS = {
    "schedule": "learning rate's schedule",
    "warmup": "epochs of warm-up",
    "min_delta": "smallest fall of the loss",
    "loss": "loss",
    "label_smoothing": "label smoothing",
    "class_weights": "class weights",
    "shift": "shift of windows, nt, up to",
    "reverse_complement": "reverse complement",
    "deterministic": "deterministic",
}


def training_report(result: "TrainingResult") -> Report:
    """How the network was fitted, for a biologist."""
    config = result.bundle.config
    training = config.training
    settings = [
        ("seed of training", str(training.seed)),
        ("epochs, at most", f"{training.epochs:,}"),
        ("batch size", f"{training.batch_size:,}"),
        ("optimizer", _optimizer(training)),
        ("learning rate", f"{training.learning_rate:g}"),
        ("patience", count(training.patience, "epoch")),
        *_rare_settings(training),
        *dataset_facts(config.dataset),
    ]
    return Report(
        "Training: a network for your classes",
        [
            Section("What was done", _what_was_done(result)),
            Section("How good it is", _how_good(result)),
            Section(CAREFUL, _cautions(result)),
            Section(FIGURES, _figures(result)),
            Section(TABLES, _tables(result)),
            run_again(settings, config.provenance),
        ],
    )


def _optimizer(training: TrainingSpec) -> str:
    decay = f", weight decay {training.weight_decay:g}" if training.optimizer == "adamw" else ""
    return training.optimizer + decay


def _rare_settings(training: TrainingSpec) -> list[tuple[str, str]]:
    fields = type(training).model_fields
    chosen = [
        (words, f"{getattr(training, name)}")
        for name, words in _RARE_SETTINGS.items()
        if getattr(training, name) != fields[name].default
    ]
    if training.loss == "focal":
        chosen.append(("gamma of the focal loss", f"{training.focal_gamma:g}"))
    return chosen


def _in_split(result: "TrainingResult", split: str) -> np.ndarray:
    return result.counts[:, SPLITS.index(split)]


def _majority(result: "TrainingResult") -> float:
    """Accuracy on validation data of always naming the class most frequent there."""
    counts = _in_split(result, "validation")
    return float(counts.max() / max(counts.sum(), 1))


def _what_was_done(result: "TrainingResult") -> list[Block]:
    config = result.bundle.config
    parameters = sum(layer.parameters for layer in result.layers)
    n_training = int(_in_split(result, "train").sum())
    n_validation = int(_in_split(result, "validation").sum())
    if result.not_finite:
        end = (
            f"Training ended in epoch {result.not_finite}, in which the loss was no longer a "
            "finite number"
        )
    elif result.stopped_early:
        end = (
            f"Training stopped early, after {count(len(result.history), 'epoch')}, since the "
            f"validation loss had not fallen for {count(config.training.patience, 'epoch')}"
        )
    else:
        end = f"Training ran for all {count(len(result.history), 'epoch')} that it was given"
    return [
        *(Warning(text) for text in _failures(result)),
        Text(
            f"A network of {count(parameters, 'parameter')} learned to tell "
            f"{count(len(config.dataset.classes), 'class', 'classes')} apart "
            f"({listed(config.dataset.classes)}) from {count(n_training, 'training window')} of "
            f"{config.dataset.window:,} nt. It reads: {listed(list(config.network.branches))}."
        ),
        Text(
            f"After each epoch (a pass over all training windows) it was tried on "
            f"{count(n_validation, 'validation window')}. {end}. The model keeps the weights of "
            f"epoch {result.best_epoch}, where the validation loss was lowest.{_time(result)}"
        ),
    ]


def _time(result: "TrainingResult") -> str:
    if not result.seconds:
        return ""
    # The first epoch builds the computation too.
    return f" An epoch took {float(np.median(result.seconds)):.3g} seconds."


def _failures(result: "TrainingResult") -> list[str]:
    """What makes a model useless, and what to try; it stands above all else."""
    found = []
    rate = result.bundle.config.training.learning_rate
    if result.only_class is not None:
        found.append(
            f"The network has collapsed: it gives every validation window the class "
            f"{listed([result.only_class])}, so the model is of no use. Try a smaller learning "
            f"rate (now {rate:g}), batch normalisation, another seed or a smaller network; if one "
            "class is much larger than the others, balanced class weights."
        )
    if result.not_finite:
        found.append(
            f"In epoch {result.not_finite} the loss was no longer a finite number, and training "
            f"ended. The model is that of epoch {result.best_epoch}. Try a smaller learning rate "
            f"(now {rate:g}), a warm-up of some epochs or batch normalisation, and look for "
            "extreme scores in the dataset."
        )
    return found


def _how_good(result: "TrainingResult") -> list[Block]:
    _, loss, accuracy, val_loss, val_accuracy = result.history[result.best_epoch - 1]
    return [
        Facts(
            [
                ("accuracy on validation windows", percent(val_accuracy)),
                ("accuracy of always naming the most frequent class", percent(_majority(result))),
                ("accuracy on training windows", percent(accuracy)),
                ("loss on validation windows", f"{val_loss:.4f}"),
                ("loss on training windows", f"{loss:.4f}"),
            ]
        ),
        Text(
            "The epoch was chosen by the validation windows, so these numbers are somewhat too "
            "good. The test windows were not looked at: how good the model is on windows that it "
            "never saw is what enngene evaluate tells, on the test split."
        ),
    ]


def _cautions(result: "TrainingResult") -> list[Block]:
    _, _, accuracy, val_loss, val_accuracy = result.history[result.best_epoch - 1]
    found = []
    if val_accuracy <= _majority(result):
        found.append(
            f"Accuracy on validation windows ({percent(val_accuracy)}) is no better than always "
            f"naming the most frequent class ({percent(_majority(result))}). The network has not "
            "learned to tell the classes apart; it needs more windows, other branches or layers, "
            "or the classes don't differ in what it sees."
        )
    elif _is_plain(result) and val_loss >= _entropy(result):
        found.append(
            f"The validation loss ({val_loss:.3f}) is no lower than that of naming each class with "
            f"its share ({_entropy(result):.3f}): the probabilities carry little information."
        )
    n_epochs = len(result.history)
    if result.best_epoch == n_epochs and not (result.stopped_early or result.not_finite):
        found.append(
            "The validation loss was still falling at the last epoch: more epochs would probably "
            "give a better model."
        )
    elif result.best_epoch == 1 and n_epochs > 1:
        found.append(
            "The first epoch was the best one. A smaller learning rate may learn more before the "
            "network overfits."
        )
    if accuracy - val_accuracy > _LARGE_GAP:
        found.append(
            f"The network is much better on training windows ({percent(accuracy)}) than on "
            f"validation windows ({percent(val_accuracy)}): it overfits. More windows, more "
            "dropout or a smaller network help."
        )
    n_validation = int(_in_split(result, "validation").sum())
    if n_validation < FEW_WINDOWS:
        found.append(
            f"Only {count(n_validation, 'validation window')}: {coarse(n_validation)}, and the "
            "choice of the epoch is partly chance."
        )
    found += _rare_classes(result)
    if result.unused_branches:
        found.append(
            f"The dataset has {listed(result.unused_branches)} too, which the network doesn't read."
        )
    return [Warning(text) for text in found] or [Text("Nothing stood out.")]


def _rare_classes(result: "TrainingResult") -> list[str]:
    found = rare_classes(result.bundle.config.dataset.classes, _in_split(result, "train"))
    training = result.bundle.config.training
    if training.class_weights == "none" and training.loss == "cross-entropy":
        found = [f"{text} Balanced class weights or the focal loss may help." for text in found]
    return found


def _is_plain(result: "TrainingResult") -> bool:
    """Whether the loss is the cross-entropy of the windows as they are."""
    training = result.bundle.config.training
    return (
        training.loss == "cross-entropy"
        and not training.label_smoothing
        and training.class_weights == "none"
    )


def _entropy(result: "TrainingResult") -> float:
    """Loss on validation data of naming each class with its share there."""
    counts = _in_split(result, "validation")
    shares = counts[counts > 0] / max(counts.sum(), 1)
    return float(-(shares * np.log(shares)).sum())


def _figures(result: "TrainingResult") -> list[Block]:
    layers = [
        (layer.part, layer.label, " x ".join(map(str, layer.shape)), layer.parameters)
        for layer in result.layers
    ]
    return [
        Figure(
            "learning_curves",
            "Loss (lower is better) and accuracy (higher is better) after each epoch, on training "
            "and on validation windows. The dotted line and the rings mark the epoch whose weights "
            "were kept. Training numbers are means over the epoch, with dropout at work, and can "
            "be worse than validation numbers.",
            lambda: LearningCurvesDisplay(result).plot().figure,
            Table("learning_curves", "Every epoch.", result.history_columns, result.history_rows),
        ),
        Figure(
            "architecture",
            "The network, from the inputs (top) to a probability for each class (bottom). Each box "
            "is a layer with its output for one window and its number of parameters.",
            lambda: ArchitectureDisplay(result.layers).plot().figure,
            Table(
                "architecture",
                "Layers, their output for one window, and their parameters.",
                ("part", "layer", "output", "parameters"),
                layers,
            ),
        ),
    ]


def _tables(result: "TrainingResult") -> list[Block]:
    rows = [
        (name, *map(int, of_class))
        for name, of_class in zip(result.bundle.config.dataset.classes, result.counts, strict=True)
    ]
    return [Table("classes", "Windows by class and split.", ("class", *SPLITS), rows)]
