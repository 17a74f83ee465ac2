import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.base import validate
from enngene_core.specs.training import TrainingSpec
from tests.refusal import refused


@pytest.mark.parametrize(
    "values",
    [
        {"epochs": 0},
        {"optimizer": "lion"},
        {"schedule": "linear"},
        {"learning_rate": float("nan")},
        {"learning_rate": 0},
        {"weight_decay": -1, "optimizer": "adamw"},
        {"min_delta": float("inf")},
        {"min_delta": -0.1},
        {"focal_gamma": float("nan"), "loss": "focal"},
        {"label_smoothing": 1},
        {"class_weights": "some"},
        {"shift": -1},
        {"shift": 10**9},
        {"reverse_complement": "yes"},
        {"deterministic": 1},
        {"warmup": -0.1},
        {"warmup": 0.95},
        {"precision": "float16"},
    ],
)
def test_what_is_out_of_bounds_is_named(values: dict[str, object]) -> None:
    with refused(SpecError, f"here: {next(iter(values))}", "found"):
        validate(TrainingSpec, values, source="here")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"weight_decay": 0.1, "optimizer": "sgd"}, ("--weight-decay", "adamw", "sgd")),
        ({"focal_gamma": 1}, ("--focal-gamma", "--loss focal", "cross-entropy")),
    ],
)
def test_what_would_not_act_is_refused(values: dict[str, object], words: tuple[str, ...]) -> None:
    with refused(SpecError, *words):
        validate(TrainingSpec, values, source="here")
