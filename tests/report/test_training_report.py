"""What the report of training says of settings and failures."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from enngene_core.models.bundle import Bundle
from enngene_core.plots.learning_curves import LearningCurvesDisplay
from enngene_core.report.description import Warning
from enngene_core.report.training import training_report
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.train import TrainingResult
from tests.plots.results import training_result
from tests.report.reading import table_of, text_of, warnings_of


def with_spec(**values: Any) -> TrainingResult:
    result = training_result()
    spec = TrainingSpec(**{"epochs": 3, **values})
    config = result.bundle.config.model_copy(update={"training": spec})
    return replace(result, bundle=Bundle(config, None))


def on_top(result: TrainingResult) -> str:
    """The warnings before anything else is said."""
    blocks = training_report(result).sections[0].blocks
    n_first = next(i for i, block in enumerate(blocks) if not isinstance(block, Warning))
    return " ".join(block.text for block in blocks[:n_first])


def test_a_good_run_has_nothing_on_top() -> None:
    assert on_top(training_result()) == ""


def test_failures_stand_on_top_with_what_to_try() -> None:
    result = replace(training_result(), only_class="b", not_finite=4)
    told = on_top(result)
    assert "every validation window the class b" in told and "In epoch 4 the loss" in told
    assert told.count("Try a smaller learning rate (now 0.001)") == 2
    assert "Training ended in epoch 4" in text_of(training_report(result))
    assert "still falling" not in warnings_of(training_report(result))


def test_rare_classes_are_told_with_what_may_help() -> None:
    counts = np.array([[960, 60, 0, 0], [40, 40, 0, 0]])
    for result, expected in (
        (with_spec(), True),
        (with_spec(class_weights="balanced"), False),
        (with_spec(loss="focal"), False),
    ):
        warnings = warnings_of(training_report(replace(result, counts=counts)))
        assert "b (4.0 %)" in warnings
        assert ("Balanced class weights or the focal loss" in warnings) == expected


def test_settings_beyond_the_default_are_told() -> None:
    text = text_of(training_report(with_spec()))
    assert "optimizer: adam" in text and "shift of windows" not in text
    result = with_spec(optimizer="adamw", shift=5, loss="focal", focal_gamma=1.5, warmup=1)
    text = text_of(training_report(result))
    for words in (
        "optimizer: adamw, weight decay 0.01",
        "shift of windows, nt, up to: 5",
        "gamma of the focal loss: 1.5",
        "epochs of warm-up: 1",
    ):
        assert words in text


def test_the_time_of_an_epoch_is_told() -> None:
    result = replace(training_result(), seconds=(9.0, 2.5, 2.0))
    assert "An epoch took 2.5 seconds" in text_of(training_report(result))


def test_a_learning_rate_that_changes_is_in_the_table() -> None:
    result = replace(training_result(), learning_rates=(0.1, 0.05, 0.02))
    table = table_of(training_report(result), "learning_curves")
    assert table.columns[-1] == "learning_rate"
    assert [row[-1] for row in table.rows] == [0.1, 0.05, 0.02]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "loss (cross-entropy, nats)"),
        ({"loss": "focal"}, "loss (focal)"),
        ({"label_smoothing": 0.1}, "loss (cross-entropy, nats, smoothed labels)"),
        ({"class_weights": "balanced"}, "loss (cross-entropy, nats, weighted classes)"),
    ],
)
def test_the_loss_is_named_and_the_kept_epoch_ringed(values: dict[str, Any], words: str) -> None:
    display = LearningCurvesDisplay(with_spec(**values)).plot()
    assert display.ax[0].get_ylabel() == words
    for panel, expected in zip(display.ax, (0.5, 0.8), strict=True):
        rings = [line for line in panel.lines if line.get_markerfacecolor() == "none"]
        assert [(*ring.get_xdata(), *ring.get_ydata()) for ring in rings] == [(2, expected)]
