"""Numbers of a comparison in words."""

import math
from typing import TYPE_CHECKING

from enngene_core.report.words import listed

if TYPE_CHECKING:
    from enngene_core.evaluation.comparison import ComparedModel, Comparison, ComparisonResult

#: An adjusted p-value up to this is called clear.
CLEAR = 0.05
#: Names of the numbers, in the order of the report.
WORDS = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "mcc": "Matthews correlation",
    "f1": "F1",
    "log_loss": "log loss",
    "brier_score": "Brier score",
    "expected_calibration_error": "calibration error",
}
MEAN_OF = {metric: ", mean of the classes" for metric in ("auroc", "average_precision", "f1")}
CORRECTIONS = {"holm": "Holm's method", "benjamini-hochberg": "Benjamini and Hochberg's method"}
_MOST_TOLD = 5


def number(model: "ComparedModel", metric: str, *, digits: int = 3) -> str:
    """An overall number with its interval: ``0.852 (0.741 to 0.931)``."""
    value, low, high = model.overall(metric)
    if math.isnan(value):
        return "not defined"
    text = f"{value:z.{digits}f}"
    return text if math.isnan(low) else f"{text} ({low:z.{digits}f} to {high:z.{digits}f})"


def difference(item: "Comparison | None") -> str:
    """A difference with its interval: ``0.045 (-0.012 to 0.102)``."""
    if item is None:
        return "not compared"
    if math.isnan(item.difference):
        return "not defined"
    text = f"{item.difference:z.3f}"
    return text if math.isnan(item.low) else f"{text} ({item.low:z.3f} to {item.high:z.3f})"


def p_value(p: float) -> str:
    """A p-value with two digits."""
    if math.isnan(p):
        return "not defined"
    return "below 0.0001" if p < 0.0001 else f"{p:.2g}"


def is_clear(item: "Comparison | None") -> bool:
    """Whether a difference is more than chance, after the correction."""
    return item is not None and item.p_adjusted <= CLEAR


def verdict(result: "ComparisonResult") -> list[str]:
    """Which model is the best, and how sure that is: a paragraph each."""
    metric = result.main
    best, *others = result.ranked(metric)
    mean = MEAN_OF.get(metric, "")
    found = [
        f"By {WORDS[metric]}{mean}, the best is {listed([best.name])} with {number(best, metric)}."
    ]
    leads = {other.name: _lead(result, metric, best.name, other.name) for other in others}
    clear = [name for name, item in leads.items() if is_clear(item)]
    unclear = [name for name, item in leads.items() if item is not None and not is_clear(item)]
    if clear:
        found.append(f"By more than chance explains, it is better than {_told(clear, leads)}.")
    if unclear:
        found.append(
            f"These windows do not show that it is better than {_told(unclear, leads)}: a lead "
            "like that can be chance."
        )
    missing = len(others) - len(clear) - len(unclear)
    if missing:
        found.append(
            f"It was not compared with {missing} of the others, since every model was compared "
            f"with {listed([result.models[0].name])} alone."
        )
    return [" ".join(found), *_other_leaders(result, best.name)]


def _lead(result: "ComparisonResult", metric: str, best: str, other: str) -> "Comparison | None":
    """Without resamples, accuracy has its exact test alone."""
    found = result.between(metric, best, other)
    return found or result.between(metric, best, other, test="mcnemar")


def _told(names: list[str], leads: "dict[str, Comparison | None]") -> str:
    texts = []
    for name in names[:_MOST_TOLD]:
        item = leads[name]
        p = p_value(item.p_adjusted) if item else ""
        texts.append(f"{listed([name])} (lead {difference(item)}, adjusted p {p})")
    if len(names) > _MOST_TOLD:
        texts.append(f"{len(names) - _MOST_TOLD} more")
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _other_leaders(result: "ComparisonResult", best: str) -> list[str]:
    leaders: dict[str, list[str]] = {}
    for metric in WORDS:
        ranked = result.ranked(metric)
        if ranked and ranked[0].name != best:
            leaders.setdefault(ranked[0].name, []).append(WORDS[metric])
    if not leaders:
        return []
    told = "; ".join(f"{listed([name])} by {listed(by)}" for name, by in leaders.items())
    return [f"Other models lead by other numbers: {told}. The tables say how clearly."]


def how_tested(result: "ComparisonResult") -> str:
    """What the tests mean, for somebody who never met one."""
    n = len(result.models)
    n_pairs = n - 1 if result.spec.against == "first" else n * (n - 1) // 2
    several = (
        f"As {n_pairs} pairs of models were compared, one of them may differ by luck: the p-values "
        f"are adjusted by {CORRECTIONS[result.spec.correction]} for all tests of the same number "
        "(of a class's number, for all classes too). "
        if n_pairs > 1
        else ""
    )
    draws = (
        "Of the other numbers the windows of each class were drawn "
        f"{result.spec.resamples:,} times from themselves, the same ones for all models (a paired "
        "bootstrap). "
        if result.spec.resamples
        else "Without resamples the other numbers are not compared, but for accuracy. "
    )
    return (
        "All models judged the same windows, so that a window that is hard for one is often hard "
        "for the others: a difference is surer than the numbers themselves, and models whose "
        "ranges overlap can still differ clearly. The p-value tells how easily chance makes such a "
        f"difference between models that are equally good. {several}"
        f"AUROC is compared by DeLong's test. {draws}Accuracy is compared by McNemar's exact test, "
        "too. That there are several numbers is not corrected for: decide before you look which of "
        "them matters."
    )
