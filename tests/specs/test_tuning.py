import pytest
from pydantic import ValidationError

from enngene_core.errors import SpecError
from enngene_core.specs.base import validate
from enngene_core.specs.tuning import TuningSpec
from tests.refusal import refused


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"min_layers": 3, "max_layers": 2}, ["--min-layers 3 and --max-layers 2"]),
        ({"min_learning_rate": 0.1}, ["--min-learning-rate 0.1 and --max-learning-rate 0.01"]),
        ({"n_trials": 0}, ["n_trials: found 0"]),
        ({"n_trials": 10**9}, ["less than or equal to 1000"]),
        ({"max_filters": 10**9}, ["max_filters: found 1000000000"]),
        ({"max_dropout": 1}, ["max_dropout: found 1", "less than 1"]),
        ({"max_learning_rate": float("nan")}, ["max_learning_rate: found NaN"]),
        ({"minutes": float("inf")}, ["minutes: found Infinity"]),
        ({"after_convolutions": "transformer"}, ["'residual', 'flatten'"]),
        ({"after_convolutions": ""}, ["after_convolutions"]),
        ({"batch_normalization": "on,on"}, ["expected different choices"]),
    ],
)
def test_wrong_values_are_refused_in_one_line(values: dict[str, object], words: list[str]) -> None:
    with refused(SpecError, "search.json", *words):
        validate(TuningSpec, values, source="search.json")


def test_choices_are_separated_by_commas() -> None:
    assert TuningSpec(after_convolutions="gru,lstm").after_convolutions == ("gru", "lstm")


def test_equal_ends_fix_a_value() -> None:
    TuningSpec(min_kernel=8, max_kernel=8)
    with pytest.raises(ValidationError):
        TuningSpec(min_kernel=9, max_kernel=8)
