"""What the report of an evaluation says of calibration."""

from typing import TYPE_CHECKING

from enngene_core.report.description import Table
from enngene_core.report.evaluation_tables import with_interval
from enngene_core.report.words import count
from enngene_core.specs.calibration import MAX_TEMPERATURE, MIN_TEMPERATURE, Temperature

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

#: Fewer validation windows than this make a calibration uncertain.
_FEW = {"temperature": 200, "isotonic": 1000}
_NAMES = {
    "log_loss": "log loss",
    "brier_score": "Brier score",
    "expected_calibration_error": "expected calibration error",
}


def how_calibrated(result: "EvaluationResult") -> list[str]:
    """How the model's probabilities were calibrated, if they were."""
    fitted = result.config.calibration
    if fitted is None:
        return []
    how = "isotonic regression: a rising curve for each class"
    if isinstance(fitted, Temperature):
        much = "less" if fitted.temperature > 1 else "more"
        how = (
            f"a temperature of {fitted.temperature:.3f}, which makes the model {much} sure and "
            "changes no prediction"
        )
    return [
        "All numbers here are of calibrated probabilities, which are meant to be as often right as "
        f"they say. They come from the networks' own by {how}; that was fitted to "
        f"{count(fitted.windows, 'validation window')}."
    ]


def calibration_cautions(result: "EvaluationResult") -> list[str]:
    """What speaks against the calibration."""
    fitted = result.config.calibration
    if fitted is None:
        return []
    found = []
    if fitted.windows < _FEW[fitted.method]:
        found.append(
            f"The calibration was fitted to {count(fitted.windows, 'validation window')} only "
            f"({fitted.method} wants {_FEW[fitted.method]:,} or more): it can make probabilities "
            "worse. The table 'calibration' tells whether it did."
        )
    if result.split == "validation":
        found.append(
            "The calibration was fitted to validation windows: its numbers on them are too good."
        )
    if fitted.fitted_on != result.config.trained_on:
        found.append(
            "The calibration was fitted to the validation windows of a dataset that is not the one "
            "of training. If the network was trained on some of them, it stays too sure."
        )
    is_bound = isinstance(fitted, Temperature) and not (
        1.01 * MIN_TEMPERATURE < fitted.temperature < 0.99 * MAX_TEMPERATURE
    )
    if is_bound:
        found.append(
            "The temperature lies at the end of what is tried: the validation windows are all told "
            "right, or not at all, and say little about probabilities."
        )
    return found


def calibration_tables(result: "EvaluationResult") -> list[Table]:
    """Numbers before and after, if the model is calibrated."""
    if result.uncalibrated is None:
        return []
    rows = [
        (text, with_interval(result, name, "uncalibrated"), with_interval(result, name))
        for name, text in _NAMES.items()
    ]
    caption = "Probabilities before and after calibration, on the same windows; 0 is best."
    return [Table("calibration", caption, ("number", "uncalibrated", "calibrated"), rows)]
