"""What to be careful about when models were compared."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.report.cautions import FEW_WINDOWS, coarse, rare_classes
from enngene_core.report.comparison_words import CLEAR, is_clear
from enngene_core.report.words import count, listed

if TYPE_CHECKING:
    from enngene_core.evaluation.comparison import Comparison, ComparisonResult

_FEW_OF_CLASS = 10
_CHOSEN_BY = {
    "train": "The networks were fitted to these windows: the one that looks best may be the one "
    "that remembers best, not the one that predicts best.",
    "validation": "The epochs were chosen by these windows: the numbers are somewhat too good, and "
    "most so for models of many epochs. Use the test split to compare.",
}


def cautions(result: "ComparisonResult") -> list[str]:
    """A sentence or two each, the gravest first."""
    counts = np.bincount(result.y_true, minlength=len(result.classes))
    n = len(result.y_true)
    found = [_CHOSEN_BY[result.split]] if result.split in _CHOSEN_BY else []
    found += _of_training(result)
    if result.n_left_out:
        found.append(
            f"{count(result.n_left_out, 'interval or sequence', 'intervals or sequences')} that "
            "some models could use and others could not "
            f"{'was' if result.n_left_out == 1 else 'were'} left out for all."
        )
    if n < FEW_WINDOWS:
        found.append(
            f"Only {count(n, 'window')} were judged: {coarse(n)}. That no difference is clear does "
            "not mean that there is none."
        )
    found += _of_classes(result, counts)
    found.append(
        "The tests take the windows for independent of each other. Windows that overlap, lie in "
        "one gene or are copies of each other are not: with many such the intervals are too narrow "
        f"and the p-values too small.{_dividing(result)}"
    )
    found += _of_perfection(result)
    found += _of_resamples(result)
    found.append(
        "These are tests of trained networks, not of kinds of networks: the same network trained "
        "from another seed can be as far away. To compare designs, train each several times."
    )
    if len(result.models) > 2 and not is_clear(_best_two(result)):
        found.append(
            "The best of several models looks better than it is, because luck helped to choose it: "
            "judge the one that you keep on another split, once."
        )
    return found


def _best_two(result: "ComparisonResult") -> "Comparison | None":
    first, second, *_ = result.ranked(result.main)
    return result.between(result.main, first.name, second.name)


def _of_training(result: "ComparisonResult") -> list[str]:
    if any(model.judged.config is None for model in result.models):
        return [
            "Only predictions were compared. If a model was trained on some of these windows, or "
            "on the like, its numbers are too good, and it has an advantage over the others."
        ]
    others = [model.name for model in result.models if not model.judged.is_own_dataset]
    if not others:
        return []
    if len(others) == len(result.models):
        return [
            "These windows are not of the dataset that any of the models was trained on. A model "
            "that learned from some of them, or from the like, has an advantage over the others."
        ]
    return [
        f"These windows are not of the dataset that {listed(others)} "
        f"{'was' if len(others) == 1 else 'were'} trained on, but of that of the other models. "
        "Whoever learned from some of them, or from the like, has an advantage over the others."
    ]


def _of_classes(result: "ComparisonResult", counts: np.ndarray) -> list[str]:
    found = []
    absent = [name for name, n in zip(result.classes, counts, strict=True) if not n]
    if absent:
        found.append(
            f"There is no window of {listed(absent)} among these: nothing can be said about "
            f"{'it' if len(absent) == 1 else 'them'}."
        )
    few = [
        f"{name} ({n})"
        for name, n in zip(result.classes, counts, strict=True)
        if 0 < n < _FEW_OF_CLASS
    ]
    if few:
        found.append(
            f"Fewer than {_FEW_OF_CLASS} windows stand behind the numbers of {listed(few)}."
        )
    return found + rare_classes(result.classes, counts)


def _dividing(result: "ComparisonResult") -> str:
    configs = [model.judged.config for model in result.models if model.judged.is_own_dataset]
    if any(config is not None and config.dataset.split == "random" for config in configs):
        return (
            " This dataset was divided at random, so that training windows can be like these, too; "
            "a split by chromosome or by homology avoids that."
        )
    return ""


def _of_perfection(result: "ComparisonResult") -> list[str]:
    perfect = [
        model.name
        for model in result.models
        if any(
            low == high == 1 for _, low, high in (model.overall("auroc"), model.overall("accuracy"))
        )
    ]
    if not perfect:
        return []
    return [
        f"An interval without width, as of {listed(perfect)}, does not mean that the number is "
        "sure: windows that are drawn again from right ones are right. Ask whether something in "
        "the windows or branches gives the classes away."
    ]


def _of_resamples(result: "ComparisonResult") -> list[str]:
    n_tests = max(
        (item.n_tests for item in result.comparisons if item.test == "bootstrap"), default=0
    )
    smallest = 2 / (result.spec.resamples + 1)
    if smallest * n_tests <= CLEAR:
        return []
    return [
        f"With {result.spec.resamples:,} resamples the bootstrap gives no p-value below "
        f"{smallest:.2g}, which after the correction for up to {n_tests} tests can be no clear "
        "find: take more --resamples or compare fewer models."
    ]
