"""The report of evaluation."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from enngene_core.report.again import CAREFUL, FIGURES, TABLES, model_facts, run_again
from enngene_core.report.calibration import (
    calibration_cautions,
    calibration_tables,
    how_calibrated,
)
from enngene_core.report.cautions import FEW_WINDOWS, coarse, rare_classes
from enngene_core.report.description import (
    Block,
    Facts,
    Report,
    Section,
    Text,
    Warning,
)
from enngene_core.report.evaluation_figures import evaluation_figures
from enngene_core.report.evaluation_tables import (
    MACRO,
    accuracy_interval,
    beside,
    evaluation_tables,
    how_sure,
    with_interval,
)
from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

_FEW_OF_CLASS = 10
_CHOSEN_BY = {
    "train": "The network was fitted to these windows: the numbers tell how well it remembers, "
    "not how well it predicts.",
    "validation": "The epoch was chosen by these windows: the numbers are somewhat too good. Use "
    "the test split to judge the model.",
}


def evaluation_report(result: "EvaluationResult") -> Report:
    """How good a model is, for a biologist."""
    config = result.config
    settings = [
        ("evaluated on", _windows(result)),
        ("resamples", f"{result.spec.resamples:,}, seed {result.spec.seed}"),
        *model_facts(config),
    ]
    return Report(
        f"Evaluation: how good the model is on {result.split or 'new'} windows",
        [
            Section("What was done", _what_was_done(result)),
            Section("How good it is", _how_good(result)),
            Section(CAREFUL, _cautions(result)),
            Section(FIGURES, evaluation_figures(result)),
            Section(TABLES, [*evaluation_tables(result), *calibration_tables(result)]),
            run_again(settings, config.provenance),
        ],
    )


def _windows(result: "EvaluationResult") -> str:
    return f"the {result.split} split" if result.split else "files of its classes"


def _totals(result: "EvaluationResult") -> np.ndarray:
    return result.confusion.sum(axis=1)


def _what_was_done(result: "EvaluationResult") -> list[Block]:
    dataset = result.config.dataset
    text = (
        f"The model gave each of {count(len(result.y_true), 'window')} of {_windows(result)} a "
        f"probability for each of {count(len(dataset.classes), 'class', 'classes')} "
        f"({listed(dataset.classes)}). The class with the highest probability is its prediction; "
        "it is compared with the class of the window's interval."
    )
    unseen = (
        "They are of the dataset that the model was trained on, whose training split holds none of "
        "these windows; the epoch was chosen on its validation split."
    )
    is_unseen = result.is_own_dataset and result.split not in _CHOSEN_BY
    made = (
        "The windows were made as those of its training data. "
        f"{count(len(result.rejections), 'row')} of the files became no window."
    )
    return [
        Text(text),
        *([Text(unseen)] if is_unseen else []),
        *([Text(made)] if result.split is None else []),
        *map(Text, how_calibrated(result)),
    ]


def _how_good(result: "EvaluationResult") -> list[Block]:
    n, right = len(result.y_true), int(np.trace(result.confusion))
    totals = _totals(result)
    frequent = result.config.dataset.classes[int(totals.argmax())]
    n_present = int((totals > 0).sum())
    low, high = accuracy_interval(result)
    facts = [
        (
            "accuracy",
            f"{percent(right / n)} ({right:,} of {n:,} windows; 95 % interval {percent(low)} to "
            f"{percent(high)})",
        ),
        (
            "always naming the most frequent class",
            f"{percent(totals.max() / n)} ({listed([frequent])})",
        ),
        (
            "balanced accuracy, mean of the classes' recall",
            beside(result, "balanced_accuracy", guessing=f"{1 / n_present:.3f}"),
        ),
        (
            "Matthews correlation of true and predicted classes",
            beside(result, "mcc", guessing="0"),
        ),
    ]
    if result.curves:
        facts += [
            (
                "AUROC, mean of the classes",
                beside(result, "auroc", MACRO, guessing="0.5"),
            ),
            (
                "average precision, mean of the classes",
                beside(result, "average_precision", MACRO, guessing=f"{_guessing(result):.3f}"),
            ),
        ]
    blocks: list[Block] = [Facts(facts)]
    if result.spec.resamples:
        blocks.append(Text(how_sure(result)))
    if result.curves:
        blocks.append(
            Text(
                "AUROC is the probability that a window of a class scores higher for it than one "
                "of another class."
            )
        )
    if len(result.curves) > 2:  # of two, each is told apart as well as the other
        order = sorted(result.curves, key=lambda name: -result.curves[name].auroc)
        best, worst = order[0], order[-1]
        blocks.append(
            Text(
                f"The class told apart best is {listed([best])}, with an AUROC of "
                f"{with_interval(result, 'auroc', best)}; the one told apart worst is "
                f"{listed([worst])}, with {with_interval(result, 'auroc', worst)}."
            )
        )
    return blocks


def _guessing(result: "EvaluationResult") -> float:
    return float(np.mean([curve.prevalence for curve in result.curves.values()]))


def _cautions(result: "EvaluationResult") -> list[Block]:
    classes, totals = result.config.dataset.classes, _totals(result)
    n, right = len(result.y_true), int(np.trace(result.confusion))
    found = [_CHOSEN_BY[result.split]] if result.split in _CHOSEN_BY else []
    if len(result.rejections):
        found.append(
            f"{count(len(result.rejections), 'row')} of the files became no window; most often: "
            f"{Counter(result.rejections.kind.tolist()).most_common(1)[0][0]}."
        )
    found += calibration_cautions(result)
    if n < FEW_WINDOWS:
        low, high = accuracy_interval(result)
        found.append(
            f"Only {count(n, 'window')} were evaluated, so the numbers are coarse: {coarse(n)}, "
            f"and its 95 % interval reaches from {percent(low)} to {percent(high)}."
        )
    if right <= totals.max():
        found.append(
            f"Accuracy ({percent(right / n)}) is no better than always naming the most frequent "
            f"class ({percent(totals.max() / n)})."
        )
    absent = [name for name, total in zip(classes, totals, strict=True) if total == 0]
    if absent:
        found.append(
            f"There is no window of {listed(absent)} among these: nothing can be said about "
            f"{'it' if len(absent) == 1 else 'them'}."
        )
    few = [
        f"{name} ({total})"
        for name, total in zip(classes, totals, strict=True)
        if 0 < total < _FEW_OF_CLASS
    ]
    if few:
        found.append(
            f"Fewer than {_FEW_OF_CLASS} windows stand behind the numbers of {listed(few)}."
        )
    named = result.confusion.sum(axis=0)
    never = [c for c, k, total in zip(classes, named, totals, strict=True) if total and not k]
    if never:
        found.append(f"No window at all was predicted to be {listed(never)}.")
    found += rare_classes(classes, totals)
    if not result.is_own_dataset:
        found.append(
            "These windows are not of the dataset that the model was trained on. If the network "
            "learned from some of them, or from the like, these numbers are too good."
        )
    elif result.config.dataset.split == "random":
        found.append(
            "The dataset was divided at random: windows of one gene or repeat can stand in "
            "training and here, and these numbers can be too good for new genes."
        )
    if result.split not in _CHOSEN_BY:
        found.append(
            "Whoever compares several models by these numbers and keeps the best has chosen by "
            "them: judge the model that was kept on another split, once."
        )
    return [Warning(text) for text in found]
