"""The model card: a bundle's README that a person can read."""

import re

from enngene_core.models.bundle import BundleConfig
from enngene_core.specs.calibration import Calibration, Temperature

_OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}
_CALIBRATION = "## Calibration"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~$-])")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def model_card(config: BundleConfig) -> str:
    """Markdown that says what a model is for, what it was made from and how good it is."""
    dataset, training = config.dataset, config.training
    classes = ", ".join(escaped(name) for name in dataset.classes)
    branches = "\n".join(f"- {name}: {config.encodings[name]}" for name in config.network.branches)
    metrics = "\n".join(
        f"- {name.replace('_', ' ')}: {value:.4f}" for name, value in config.metrics.items()
    )
    inputs = "\n".join(
        f"- {escaped(name)}: `{digest}`"
        for name, digest in config.provenance["inputs_sha256"].items()
    )
    software = ", ".join(
        f"{name} {number}" for name, number in config.provenance["software"].items()
    )
    several = f" {_several(config)}" if config.n_members > 1 else ""
    kept = "kept epochs" if several else "kept epoch"
    return f"""# ENNGene model: {classes}

{_what(config)} that tells {len(dataset.classes)} classes of genomic windows apart: {classes}.
It reads windows of {dataset.window} nucleotides ({dataset.placement} placement) in these branches:

{branches}

## Training
{_OPTIMIZERS[training.optimizer]}, {training.schedule} learning rate of {training.learning_rate:g},
at most {training.epochs} epochs of batches of {training.batch_size}, early stopping after
{training.patience} epochs without a lower validation loss, seed {training.seed}.{several}
`history.tsv` has every epoch, `config.json` every setting.

## Metrics of the {kept}
{metrics}

These are numbers on the training and validation data, by which the epoch was chosen. How good the
model is on data that it never saw is what `enngene evaluate` tells.

## Limits
The model knows only the kinds of windows that it was trained on: any other window gets one of the
classes above too. A window of another genome, placement or strand convention is such a window.

## Inputs (SHA-256)
{inputs}

Made with {software}.
"""


def calibrated_card(card: str, calibration: Calibration) -> str:
    """A card, of any model, that tells of a calibration at its end, in the place of an earlier one.

    Parameters
    ----------
    card
        Markdown that came with the model.
    calibration
        What the model's bundle keeps.
    """
    if isinstance(calibration, Temperature):
        how = (
            f"the logarithms of all probabilities are divided by a temperature of "
            f"{calibration.temperature:.4g}, which never\nchanges which class is the highest"
        )
    else:
        how = (
            "the probability of each class goes through a rising curve of its own (isotonic\n"
            "regression), and what the curves give is divided by its sum"
        )
    return f"""{card.split(_CALIBRATION)[0].rstrip()}

{_CALIBRATION}
The probabilities that this model gives are calibrated, so that they are as often right as they say:
{how}.
That was fitted to {calibration.windows:,} validation windows of the dataset with the SHA-256
`{calibration.fitted_on}`. Losses among the
metrics above are those of probabilities without it.
"""


def _what(config: BundleConfig) -> str:
    if config.n_members == 1:
        return "A neural network"
    return f"An ensemble of {config.n_members} networks"


def _several(config: BundleConfig) -> str:
    """How the members of an ensemble differ."""
    if config.ensemble.kind == "fold":
        how = (
            "Each of the networks was trained on all but one of as many folds of the training and "
            "validation windows, and tried on that one"
        )
    else:
        how = "The networks differ by their seeds, which follow one another"
    return (
        f"{how}. The model gives the mean of their probabilities. Losses and accuracies below are "
        "means over the networks, unless they are said to be of the ensemble."
    )
