"""The report of a search for a network."""

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from enngene_core.plots.tuning import (
    WORDS,
    ImportancesDisplay,
    SearchHistoryDisplay,
    SlicesDisplay,
    lowest_so_far,
)
from enngene_core.provenance import software
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, dataset_facts, run_again
from enngene_core.report.cautions import FEW_WINDOWS, coarse
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
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.space import LOGARITHMIC, searched

if TYPE_CHECKING:
    from enngene_core.tuning.result import TuningResult

#: Trials that are shown; the table of all is an output.
_MOST_SHOWN = 10
#: Complete trials with fewer of which it is chance what seems to matter.
_FEW_TRIALS = 20
#: A value this near to the end of its range may be better beyond it, as a share of the range.
_NEAR_END = 0.05
#: A range of fewer whole numbers has no middle.
_FEWEST_STEPS = 4
_STATE_WORDS = {"pruned": "given up early", "collapsed": "collapsed", "failed": "failed"}
#: Settings of a search that are no ranges.
_PLAIN_SETTINGS = {
    "n_trials": "trials, at most",
    "minutes": "minutes, at most (0: no limit)",
    "epochs": "epochs of each trial, at most",
    "patience": "patience, epochs",
    "batch_size": "batch size",
    "pruning": "giving up early",
    "seed": "seed of tuning",
}


def tuning_report(result: "TuningResult") -> Report:
    """What was tried and what was found, for a biologist."""
    config = result.trained.bundle.config
    settings = [
        *((words, f"{getattr(result.spec, name)}") for name, words in _PLAIN_SETTINGS.items()),
        *((f"tried: {WORDS[name]}", _range(result.spec, name)) for name in WORDS),
        *dataset_facts(config.dataset),
    ]
    versions = {**config.provenance.get("software", {}), **software("optuna")}
    return Report(
        "Tuning: a search for a good network",
        [
            Section("What was done", _what_was_done(result)),
            Section("How good it is", _how_good(result)),
            Section(CAREFUL, _cautions(result)),
            Section(FIGURES, _figures(result)),
            Section(TABLES, _tables(result)),
            run_again(settings, {**config.provenance, "software": versions}),
        ],
    )


def train_command(result: "TuningResult") -> str:
    """The command that trains the best network again, to the same weights."""
    spec, values = result.spec, result.best.values
    words = [
        *("enngene", "train", "--dataset", "DATASET.h5", "--network", "BEST.json"),
        *("--learning-rate", f"{values.learning_rate:g}", "--epochs", str(spec.epochs)),
        *("--patience", str(spec.patience), "--batch-size", str(spec.batch_size)),
        *("--seed", str(spec.seed), "--output", "MODEL.zip"),
    ]
    return shlex.join(words)


def _range(spec: TuningSpec, name: str) -> str:
    if hasattr(spec, name):
        return ", ".join(getattr(spec, name))
    low, high = getattr(spec, f"min_{name}"), getattr(spec, f"max_{name}")
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _what_was_done(result: "TuningResult") -> list[Block]:
    spec, dataset = result.spec, result.trained.bundle.config.dataset
    states: Counter[str] = Counter(trial.state for trial in result.trials)
    ends = f"{states['complete']:,} ran to the end"
    ends += "".join(f"; {w}: {states[s]:,}" for s, w in _STATE_WORDS.items() if states[s])
    earlier = ""
    if result.n_earlier:
        earlier = f" {count(result.n_earlier, 'trial')} came from the study that was taken up."
    out_of_time = ""
    if result.out_of_time:
        out_of_time = f" The search ended when its {spec.minutes:g} minutes were over."
    return [
        Text(
            f"The search tried {count(len(result.trials), 'network')} that tell "
            f"{count(len(dataset.classes), 'class', 'classes')} apart ({listed(dataset.classes)}) "
            f"from windows of {dataset.window:,} nt: {ends}.{earlier}{out_of_time} Each network "
            f"reads all branches: {listed(list(dataset.encodings))}."
        ),
        Text(
            "Networks are compared by their lowest loss on the validation windows. The first trial "
            "is close to the default network of enngene train, if the ranges hold it; some are "
            "drawn at random; then each new trial is chosen by what did well before. The trials of "
            f"this run took {result.seconds / 60:.3g} minutes."
        ),
    ]


def _how_good(result: "TuningResult") -> list[Block]:
    values = result.best.values.model_dump()
    metrics = result.trained.bundle.config.metrics
    parameters = sum(layer.parameters for layer in result.trained.layers)
    first = result.trials[0]
    compared = []
    if first.state == "complete" and first.number != result.best.number:
        compared = [("validation loss of trial 1", f"{first.loss:.4f}")]
    return [
        Text(f"The best network is that of trial {result.best.number}."),
        Facts(
            [
                ("validation loss", f"{metrics['validation_loss']:.4f}"),
                *compared,
                ("accuracy on validation windows", percent(metrics["validation_accuracy"])),
                ("epoch that was kept", f"{result.trained.fits[0].best_epoch}"),
                ("parameters", f"{parameters:,}"),
                *((WORDS[name], _shown(value)) for name, value in values.items()),
            ]
        ),
        Text(
            "The model is ready to use. To train it again, on this or on another dataset with the "
            f"same branches: {train_command(result)} (in Galaxy, ENNGene train with the layers "
            "from the file of the best network, and these numbers)."
        ),
        Text(
            "The best of many networks was chosen by the validation windows, so its numbers on "
            "them are too good. The test windows were not looked at: how good the model is on "
            "windows that it never saw is what enngene evaluate tells, on the test split."
        ),
    ]


def _shown(value: object) -> str:
    return str(value).replace("_", " ") if isinstance(value, str) else f"{value:g}"


def _cautions(result: "TuningResult") -> list[Block]:
    states: Counter[str] = Counter(trial.state for trial in result.trials)
    found = []
    if result.other_loss is not None:
        found.append(
            f"The study keeps no weights, so the best network was trained again, and came to a "
            f"loss of {result.other_loss:.4f} in place of {result.best.loss:.4f}: the study is of "
            "another machine, number of cores or version."
        )
    if n_useless := states["failed"] + states["collapsed"]:
        last = next(t for t in reversed(result.trials) if t.state in ("failed", "collapsed"))
        found.append(
            f"{count(n_useless, 'trial')} of {len(result.trials):,} failed or collapsed; trial "
            f"{last.number}: {last.reason}. The table of trials has each one's reason."
        )
    if states["complete"] < _FEW_TRIALS:
        found.append(
            f"Only {count(states['complete'], 'network')} ran to the end. What seems to matter may "
            "be chance; more trials can be added by taking up the study."
        )
    if near := _near_end(result):
        found.append(
            f"The best value lies at the end of what was tried: {listed(near)}. A wider range may "
            "hold a better one."
        )
    is_last = result.trained.fits[0].best_epoch == result.spec.epochs
    if is_last and not result.trained.bundle.config.training.ends_at_rest:
        found.append(
            "The validation loss of the best network was still falling at its last epoch: with "
            "more epochs it, or another one, may be better."
        )
    n_validation = int(result.trained.counts[:, SPLITS.index("validation")].sum())
    if n_validation < FEW_WINDOWS:
        found.append(
            f"Only {count(n_validation, 'validation window')}: {coarse(n_validation)}, and the "
            "choice among networks is partly chance."
        )
    return [Warning(text) for text in found] or [Text("Nothing stood out.")]


def _near_end(result: "TuningResult") -> list[str]:
    found = []
    for name in searched(result.spec):
        if hasattr(result.spec, name):
            continue
        low, high = getattr(result.spec, f"min_{name}"), getattr(result.spec, f"max_{name}")
        value = getattr(result.best.values, name)
        if name in LOGARITHMIC:
            margin = (high / low) ** _NEAR_END
            is_near = value <= low * margin or value * margin >= high
        else:
            is_near = not _NEAR_END <= (value - low) / (high - low) <= 1 - _NEAR_END
        # Of few whole numbers most are an end; below no dropout there is nothing.
        is_few = isinstance(value, int) and high - low < _FEWEST_STEPS
        if is_near and not is_few and (name, low) != ("dropout", value):
            found.append(f"{WORDS[name]} {value:g}")
    return found


def _figures(result: "TuningResult") -> list[Block]:
    spec, trials, best = result.spec, result.trials, result.best
    blocks: list[Block] = [
        Figure(
            "history",
            "The lowest validation loss of each trial (lower is better), in the order of trying, "
            "and the lowest one of complete trials so far. The best trial is ringed. A loss far "
            "above the others, or none, stands at the upper end.",
            lambda: SearchHistoryDisplay(trials, best).plot().figure,
            Table(
                "history",
                "Loss of each trial, and the lowest so far.",
                ("trial", "state", "validation_loss", "lowest_so_far"),
                [
                    (t.number, t.state, _loss(t.loss), lowest)
                    for t, lowest in zip(trials, lowest_so_far(trials), strict=True)
                ],
            ),
        )
    ]
    if result.importances:
        blocks.append(
            Figure(
                "importances",
                "How much of the differences in loss between the trials each choice explains, "
                "alone and together with others (functional analysis of variance). What matters "
                "little can be left as it is.",
                lambda: ImportancesDisplay(result.importances).plot().figure,
                Table(
                    "importances",
                    "Share of the differences in loss.",
                    ("parameter", "share"),
                    list(result.importances.items()),
                ),
            )
        )
    else:
        blocks.append(Text("Too few networks ran to the end to tell which choices mattered."))
    if names := searched(spec):
        blocks.append(
            Figure(
                "slices",
                "Each trial's lowest validation loss (lower is better) against each value that was "
                "tried. Where the lowest points lie together, that value does well. The best trial "
                "is ringed. A loss far above the others, or none, stands at the upper end.",
                lambda: SlicesDisplay(trials, best, names, LOGARITHMIC).plot().figure,
                Table(
                    "slices",
                    "What was tried, and its loss.",
                    ("trial", "state", "validation_loss", *names),
                    [
                        (t.number, t.state, _loss(t.loss), *(getattr(t.values, n) for n in names))
                        for t in trials
                    ],
                ),
            )
        )
    return blocks


def _loss(loss: float | None) -> float:
    return float("nan") if loss is None else loss


def _tables(result: "TuningResult") -> list[Block]:
    names = searched(result.spec)
    complete = [trial for trial in result.trials if trial.state == "complete"]
    complete.sort(key=lambda trial: (trial.loss, trial.number))
    shown = complete[:_MOST_SHOWN]
    return [
        Table(
            "best_trials",
            f"The best {len(shown)} of {count(len(result.trials), 'trial')}; the output trials "
            "has all, with reasons.",
            ("trial", "validation loss", "epochs", *(WORDS[name] for name in names)),
            [
                (t.number, _loss(t.loss), len(t.losses), *(getattr(t.values, n) for n in names))
                for t in shown
            ],
        )
    ]
