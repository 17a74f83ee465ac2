"""Several models on the same windows: their numbers, and how these differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from enngene_core.evaluation.measures import ALL, MACRO
from enngene_core.formats.text.table import write_table
from enngene_core.models.metrics import ClassCurves
from enngene_core.specs.comparison import ComparisonSpec

if TYPE_CHECKING:
    from enngene_core.models.bundle import BundleConfig

#: Numbers of all classes together that are compared, the more telling first.
OVERALL = {
    "auroc": MACRO,
    "average_precision": MACRO,
    "accuracy": ALL,
    "balanced_accuracy": ALL,
    "mcc": ALL,
    "f1": MACRO,
    "log_loss": ALL,
    "brier_score": ALL,
    "expected_calibration_error": ALL,
}
#: Numbers of each class that are compared.
BY_CLASS = ("auroc", "average_precision", "f1")
#: Of these, less is better.
LOSSES = ("log_loss", "brier_score", "expected_calibration_error")
NUMBER_COLUMNS = ("model", "metric", "class", "value", "low", "high")
COMPARISON_COLUMNS = (
    "metric", "class", "model", "reference", "difference", "low", "high", "p_value", "p_adjusted",
    "test", "tests_corrected_for",
)  # fmt: skip


class Estimate(NamedTuple):
    """A number with the ends of its 95 % interval; NaN where there is none."""

    value: float
    low: float = float("nan")
    high: float = float("nan")


class Comparison(NamedTuple):
    """Two models by one number; a row of the table of comparisons.

    Attributes
    ----------
    metric, of_class : str
        The class of an overall number is ``all``; averages have their own.
    model, reference : str
        Names.
    difference, low, high : float
        The model's number minus that of the reference, with the ends of its 95 % interval.
    p_value, p_adjusted : float
        Two-sided; before and after the correction.
    test : str
        ``delong``, ``bootstrap`` or ``mcnemar``.
    n_tests : int
        Tests that the correction counts: those of this number by this test, of all pairs; if it is
        a class's number, of all classes, too.
    """

    metric: str
    of_class: str
    model: str
    reference: str
    difference: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    test: str
    n_tests: int


@dataclass(frozen=True)
class Judged:
    """A model's predictions for the windows.

    Attributes
    ----------
    name : str
    probabilities : ndarray of float, shape (n_windows, n_classes)
    config : BundleConfig or None
        None if only the predictions are known.
    is_own_dataset : bool
        Whether the windows are of the very file that it was trained on.
    n_rejected : int
        Rows of files that it could not use.
    """

    name: str
    probabilities: np.ndarray
    config: "BundleConfig | None" = None
    is_own_dataset: bool = False
    n_rejected: int = 0


@dataclass(frozen=True)
class ComparedModel:
    """A model with its numbers and curves.

    Attributes
    ----------
    judged : Judged
    numbers : mapping of (metric, class) to Estimate
    curves : dict of str to ClassCurves
        By class; a class without positives or negatives is left out.
    """

    judged: Judged
    numbers: Mapping[tuple[str, str], Estimate]
    curves: dict[str, ClassCurves]

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.judged.name

    def overall(self, metric: str) -> Estimate:
        """Its number of all classes together."""
        return self.numbers[metric, OVERALL[metric]]


@dataclass(frozen=True)
class ComparisonResult:
    """Several models on the same windows.

    Attributes
    ----------
    spec : ComparisonSpec
    split : str or None
        Of the dataset; None for windows of files.
    classes : tuple of str
    y_true : ndarray of int, shape (n_windows,)
    models : list of ComparedModel
        In the user's order.
    comparisons : list of Comparison
    n_left_out : int
        Items that some models could use and others could not.
    inputs : mapping of str to str
        SHA-256 of the files, by what they are.
    """

    spec: ComparisonSpec
    split: str | None
    classes: tuple[str, ...]
    y_true: np.ndarray
    models: list[ComparedModel]
    comparisons: list[Comparison]
    n_left_out: int
    inputs: Mapping[str, str]

    @property
    def main(self) -> str:
        """The number that says which model is the best: AUROC, or accuracy where there is none."""
        return "auroc" if self.ranked("auroc") else "accuracy"

    def ranked(self, metric: str) -> list[ComparedModel]:
        """Models by one overall number, the best first; those without it are left out.

        Of equals the one that was given first comes first.
        """
        sign = 1 if metric in LOSSES else -1
        found = [model for model in self.models if not np.isnan(model.overall(metric).value)]
        return sorted(found, key=lambda model: sign * model.overall(metric).value)

    def between(
        self,
        metric: str,
        model: str,
        reference: str,
        of_class: str | None = None,
        *,
        test: str | None = None,
    ) -> Comparison | None:
        """Comparison of two models, in that direction; None if they were not compared.

        Parameters
        ----------
        metric, model, reference
            Names.
        of_class
            The class; None for the overall number.
        test
            The test; None for that which gives an interval.
        """
        wanted = (metric, of_class or OVERALL[metric])
        for item in self.comparisons:
            if (
                item[:2] == wanted
                and {item.model, item.reference} == {model, reference}
                and (item.test == test if test else item.test != "mcnemar")
            ):
                return item if item.model == model else _turned(item)
        return None


def _turned(item: Comparison) -> Comparison:
    return item._replace(
        model=item.reference,
        reference=item.model,
        difference=-item.difference,
        low=-item.high,
        high=-item.low,
    )


def write_tables(
    result: ComparisonResult, *, output: Path | None, comparisons: Path | None
) -> None:
    """Write the numbers of every model, and the comparisons, as far as they are asked for."""
    if output is not None:
        windows = {("windows", ALL): Estimate(float(len(result.y_true)))}
        rows = [
            (model.name, *key, *estimate)
            for model in result.models
            for key, estimate in (windows | dict(model.numbers)).items()
        ]
        write_table(output, NUMBER_COLUMNS, rows)
    if comparisons is not None:
        write_table(comparisons, COMPARISON_COLUMNS, result.comparisons)
