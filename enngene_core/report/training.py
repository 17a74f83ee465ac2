"""The report of training."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.plots.architecture import ArchitectureDisplay
from enngene_core.report import networks
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
    "min_delta": "smallest fall of the loss",
    "loss": "loss",
    "class_weights": "class weights",
    "reverse_complement": "reverse complement",
    "precision": "precision",
    "deterministic": "deterministic",
}


def training_report(result: "TrainingResult") -> Report:
    """How the network was fitted, for a biologist."""
    config = result.bundle.config
    training = config.training
    settings = [
        ("seed of training", str(training.seed)),
        *networks.settings(config.ensemble),
        ("epochs, at most", f"{training.epochs:,}"),
        ("batch size", f"{training.batch_size:,}"),
        ("optimizer", _optimizer(training)),
        ("learning rate", f"{training.learning_rate:g}"),
        ("learning rate's schedule", training.schedule),
        ("warm-up, share of all updates", f"{training.warmup:g}"),
        ("label smoothing", f"{training.label_smoothing:g}"),
        ("shift of windows, nt, up to", str(training.shift)),
        ("patience", count(training.patience, "epoch")),
        *_rare_settings(training),
        *dataset_facts(config.dataset),
    ]
    return Report(
        "Training: a network for your classes",
        [
            Section("What was done", _what_was_done(result)),
            Section("How good it is", _how_good(result)),
            *networks.cross_validation(result),
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
    return [
        *(Warning(text) for text in networks.failures(result)),
        Text(
            f"{networks.model_words(result)} of {count(parameters, 'parameter')} learned to tell "
            f"{count(len(config.dataset.classes), 'class', 'classes')} apart "
            f"({listed(config.dataset.classes)}) in windows of {config.dataset.window:,} nt. "
            f"What is read of them: {listed(list(config.network.branches))}."
        ),
        Text(networks.windows_used(result, n_training, n_validation)),
        Text(networks.course(result)),
    ]


def _how_good(result: "TrainingResult") -> list[Block]:
    loss, accuracy, val_loss, val_accuracy = networks.kept(result)
    return [
        Facts(
            [
                *networks.together(result),
                ("accuracy on validation windows", percent(val_accuracy)),
                ("accuracy of always naming the most frequent class", percent(_majority(result))),
                ("accuracy on training windows", percent(accuracy)),
                ("loss on validation windows", f"{val_loss:.4f}"),
                ("loss on training windows", f"{loss:.4f}"),
            ]
        ),
        *networks.means_note(result),
        Text(
            "The epoch was chosen by the validation windows, so these numbers are somewhat too "
            "good. The test windows were not looked at: how good the model is on windows that it "
            "never saw is what enngene evaluate tells, on the test split."
        ),
    ]


def _cautions(result: "TrainingResult") -> list[Block]:
    _, accuracy, val_loss, val_accuracy = networks.kept(result)
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
    found += networks.wrong_lengths(result)
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
        *networks.curves(result),
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
