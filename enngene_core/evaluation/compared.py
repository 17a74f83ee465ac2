"""The comparison itself: numbers of all models, and tests of their differences."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from enngene_core.errors import InsufficientMemoryError
from enngene_core.evaluation.bootstrap import ends_of
from enngene_core.evaluation.comparison import (
    BY_CLASS,
    OVERALL,
    ComparedModel,
    Comparison,
    ComparisonResult,
    Estimate,
    Judged,
)
from enngene_core.evaluation.delong import PairedTest, areas_of_classes
from enngene_core.evaluation.measures import Measures
from enngene_core.evaluation.multiplicity import adjusted
from enngene_core.evaluation.paired import bootstrap_tests, mcnemar_test, resampled_together
from enngene_core.models.metrics import curves_by_class
from enngene_core.specs.comparison import ComparisonSpec
from enngene_core.specs.execution import ExecutionSpec

_NOTHING = PairedTest(*[float("nan")] * 4)
_BIASED = "expected_calibration_error"

#: Indices of the reference and of the model that is compared with it.
_Pair = tuple[int, int]
#: What was found of each pair, by metric, class (None of an overall number) and test.
_Found = dict[tuple[str, str | None, str], list[PairedTest]]


def compared(
    models: Sequence[Judged],
    y_true: np.ndarray,
    classes: tuple[str, ...],
    spec: ComparisonSpec = ComparisonSpec(),
    *,
    split: str | None = None,
    n_left_out: int = 0,
    inputs: Mapping[str, str] | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
) -> ComparisonResult:
    """All numbers of all models, and the tests of their differences.

    AUROC is compared by DeLong's test and all other numbers by the paired stratified bootstrap;
    accuracy by McNemar's exact test, too. P-values are adjusted for all tests of one number by one
    test: for its overall value over the pairs of models, for its values of classes over pairs and
    classes.

    Parameters
    ----------
    models
        At least two, of which names differ.
    y_true : ndarray of int, shape (n_windows,)
    classes
        Names in the order of the probabilities' columns.
    spec
        What is compared with what, and how sure.
    split, n_left_out, inputs
        For the result.
    execution
        Cores, and memory that the draws must fit into.

    Raises
    ------
    InsufficientMemoryError
        If they would not.
    """
    measures = [Measures(y_true, model.probabilities, classes) for model in models]
    names = measures[0].names
    _check_memory(len(models), len(names), spec, execution)
    values = np.concatenate([of_model.values() for of_model in measures])
    drawn = np.empty((len(models), 0, len(names)))
    if spec.resamples:
        drawn = resampled_together(
            measures, resamples=spec.resamples, seed=spec.seed, n_threads=execution.n_threads
        )
    found = []
    for judged, of_model, own, draws in zip(models, measures, values, drawn, strict=True):
        ends = np.full((len(names), 2), np.nan)
        if spec.resamples:
            ends = ends_of(of_model, draws)
        numbers = dict(zip(names, map(_estimate, own, ends), strict=True))
        curves = curves_by_class(y_true, judged.probabilities, classes)
        found.append(ComparedModel(judged, numbers, curves))
    pairs = list(combinations(range(len(models)), 2))
    if spec.against == "first":
        pairs = [pair for pair in pairs if pair[0] == 0]
    tests = _by_delong(models, y_true, classes, pairs) | _by_mcnemar(models, y_true, pairs)
    if spec.resamples:
        tests |= _by_bootstrap(values, drawn, names, classes, pairs)
    named = [(models[reference].name, models[model].name) for reference, model in pairs]
    comparisons = _rows(tests, classes, named, spec.correction)
    return ComparisonResult(
        spec, split, classes, y_true, found, comparisons, n_left_out, inputs or {}
    )


def _estimate(value: np.ndarray, ends: np.ndarray) -> Estimate:
    return Estimate(float(value), *ends.tolist())


def _check_memory(
    n_models: int, n_numbers: int, spec: ComparisonSpec, execution: ExecutionSpec
) -> None:
    # All draws of all models, and once more while they are put together.
    needed = 16 * n_models * spec.resamples * n_numbers
    if execution.memory and needed > execution.memory << 20:
        raise InsufficientMemoryError(
            f"{spec.resamples:,} resamples of {n_models} models need {needed >> 20} MiB, but "
            f"{execution.memory} MiB are allowed; use fewer --resamples or fewer models"
        )


def _by_delong(
    models: Sequence[Judged], y_true: np.ndarray, classes: tuple[str, ...], pairs: list[_Pair]
) -> _Found:
    # Of two classes both have the same area, which is the mean's.
    names = (*classes, None) if len(classes) > 2 else (None,)
    found: _Found = {("auroc", name, "delong"): [_NOTHING] * len(pairs) for name in names}
    for label, areas in areas_of_classes(y_true, [model.probabilities for model in models]):
        key = ("auroc", None if label is None else classes[label], "delong")
        if key in found:
            found[key] = [areas.compared(model, reference) for reference, model in pairs]
    return found


def _by_mcnemar(models: Sequence[Judged], y_true: np.ndarray, pairs: list[_Pair]) -> _Found:
    is_right = [model.probabilities.argmax(axis=1) == y_true for model in models]
    tests = [mcnemar_test(is_right[model], is_right[reference]) for reference, model in pairs]
    return {("accuracy", None, "mcnemar"): tests}


def _by_bootstrap(
    values: np.ndarray,
    drawn: np.ndarray,
    names: list[tuple[str, str]],
    classes: tuple[str, ...],
    pairs: list[_Pair],
) -> _Found:
    wanted: dict[tuple[str, str | None], int] = {
        (metric, None): names.index((metric, of_class))
        for metric, of_class in OVERALL.items()
        if metric != "auroc"
    }
    for metric in BY_CLASS:
        if metric != "auroc":
            wanted |= {(metric, name): names.index((metric, name)) for name in classes}
    columns = list(wanted.values())
    is_biased = np.array([metric == _BIASED for metric, _ in wanted])
    found: _Found = {(*key, "bootstrap"): [] for key in wanted}
    for reference, model in pairs:
        tests = bootstrap_tests(
            values[model, columns] - values[reference, columns],
            drawn[model][:, columns] - drawn[reference][:, columns],
            is_biased,
        )
        for key, test in zip(found, tests, strict=True):
            found[key].append(test)
    return found


def _rows(
    tests: _Found, classes: tuple[str, ...], pairs: list[tuple[str, str]], correction: str
) -> list[Comparison]:
    """All rows in the order of `OVERALL`, with p-values adjusted in each family."""
    rows = []
    for metric, overall in OVERALL.items():
        for is_overall in (True, False):
            for test in ("delong", "bootstrap", "mcnemar"):
                keys = (
                    [(metric, None, test)]
                    if is_overall
                    else [(metric, name, test) for name in classes]
                )
                family = [
                    (overall if key[1] is None else key[1], pair, item)
                    for key in keys
                    for pair, item in zip(pairs, tests.get(key, ()), strict=False)
                ]
                p_values = np.array([item.p_value for _, _, item in family])
                n_tests = int((~np.isnan(p_values)).sum())
                for (of_class, (reference, model), item), p in zip(
                    family, adjusted(p_values, correction=correction).tolist(), strict=True
                ):
                    numbers = (item.difference, item.low, item.high, item.p_value, p)
                    rows.append(
                        Comparison(metric, of_class, model, reference, *numbers, test, n_tests)
                    )
    return rows
