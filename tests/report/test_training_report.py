"""What the report of training says of settings and failures."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from enngene_core.models.bundle import Bundle
from enngene_core.plots.learning_curves import LearningCurvesDisplay
from enngene_core.report.description import Warning
from enngene_core.report.training import training_report
from enngene_core.report.write import write_report
from enngene_core.specs.members import MembersSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.cross_validation import CrossValidation
from enngene_core.training.fitted import mean_of_kept
from enngene_core.training.train import TrainingResult
from tests.plots.results import training_result, with_fit
from tests.report.reading import table_of, text_of, warnings_of


def with_spec(**values: Any) -> TrainingResult:
    result = training_result()
    spec = TrainingSpec(**{"epochs": 3, **values})
    config = result.bundle.config.model_copy(update={"training": spec})
    return replace(result, bundle=Bundle(config, ()))


def on_top(result: TrainingResult) -> str:
    """The warnings before anything else is said."""
    blocks = training_report(result).sections[0].blocks
    n_first = next(i for i, block in enumerate(blocks) if not isinstance(block, Warning))
    return " ".join(block.text for block in blocks[:n_first])


def test_a_good_run_has_nothing_on_top() -> None:
    assert on_top(training_result()) == ""


def test_failures_stand_on_top_with_what_to_try() -> None:
    result = with_fit(training_result(), only_class="b", not_finite=4)
    told = on_top(result)
    assert "every validation window the class b" in told and "In epoch 4 the loss" in told
    assert told.count("Try a smaller learning rate (now 0.002)") == 2
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
    assert "optimizer: adam" in text and "gamma" not in text
    result = with_spec(optimizer="adamw", shift=5, loss="focal", focal_gamma=1.5, warmup=0.5)
    text = text_of(training_report(result))
    for words in (
        "optimizer: adamw, weight decay 0.01",
        "shift of windows, nt, up to: 5",
        "gamma of the focal loss: 1.5",
        "warm-up, share of all updates: 0.5",
    ):
        assert words in text


def test_the_time_of_an_epoch_is_told() -> None:
    result = with_fit(training_result(), seconds=(9.0, 2.5, 2.0))
    assert "An epoch took 2.5 seconds" in text_of(training_report(result))


def test_a_learning_rate_that_changes_is_in_the_table() -> None:
    table = table_of(training_report(training_result()), "learning_curves")
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
    display = LearningCurvesDisplay(
        training_result().fits, TrainingSpec(**{"label_smoothing": 0, **values})
    ).plot()
    assert display.ax[0].get_ylabel() == words
    for panel, expected in zip(display.ax, (0.5, 0.8), strict=True):
        rings = [line for line in panel.lines if line.get_markerfacecolor() == "none"]
        assert [(*ring.get_xdata(), *ring.get_ydata()) for ring in rings] == [(2, expected)]


def several(n_networks: int, **ensemble: Any) -> TrainingResult:
    """Networks whose losses differ; the second of several has collapsed."""
    result, spec = training_result(), MembersSpec(**ensemble)
    fits = tuple(
        replace(
            result.fits[0],
            history=[(n, 0.9 - 0.1 * n + k / 50, 0.5, 0.8 - 0.1 * n + k / 50, 0.6) for n in (1, 2)],
            only_class="a" if k == 1 else None,
        )
        for k in range(n_networks)
    )
    n_folds = spec.folds
    scores = np.linspace(0.5, 0.9, 4 * n_folds).reshape(n_folds, 4)
    folds = CrossValidation(fits[:n_folds], (20,) * n_folds, scores) if n_folds else None
    fits = fits[: spec.n_members]
    changes = {"ensemble": spec, "metrics": mean_of_kept(fits)}
    config = result.bundle.config.model_copy(update=changes)
    return replace(result, bundle=Bundle(config, ()), fits=fits, cross_validation=folds)


def test_an_ensemble_is_told_as_one_with_its_members() -> None:
    report = training_report(several(3, members=3))
    text = text_of(report)
    assert "An ensemble of 3 networks" in text
    assert "Training took 2 epochs. Each network keeps" in text
    assert "mean of their probabilities" in text and "means over the 3 networks" in text
    assert "loss on validation windows: 0.6200" in text
    assert "members: 3" in text and "folds" not in text
    assert "The network of member 2 has collapsed" in warnings_of(report)
    assert "still falling at the last epoch in 3 of 3 networks" in warnings_of(report)
    assert table_of(report, "learning_curves").columns[0] == "member"


def test_a_cross_validation_is_a_section_with_its_table() -> None:
    report = training_report(several(4, folds=4))
    text = text_of(report)
    assert [s.heading for s in report.sections][2] == "Cross-validation"
    assert "A network of" in text and "The model is none of these networks" in text
    assert "divided into 4 folds" in text and "AUROC 0.713 ± 0.138" in text
    assert "The network of fold 2 has collapsed" in warnings_of(report)
    assert len(table_of(report, "folds").rows) == 6
    assert table_of(report, "fold_curves").columns[0] == "fold"

    report = training_report(several(4, folds=4, folds_ensemble="on"))
    text = text_of(report)
    assert "These networks together are the model" in text
    assert "Each network learned from all folds but one" in text
    assert table_of(report, "learning_curves").columns[0] == "fold"


def test_curves_of_many_networks_have_one_entry_for_each_kind_of_line() -> None:
    fits = several(20, members=20).fits
    display = LearningCurvesDisplay(fits, TrainingSpec()).plot()
    legend = display.ax[0].get_legend()
    assert legend is not None
    shown = [text.get_text() for text in legend.get_texts()]
    assert shown == ["training", "validation", "kept epochs"]
    assert len(display.ax[0].lines) == 60
    found = [line.get_ydata()[0] for line in display.ax[0].lines if line.get_marker() == "o"]
    assert found == [fitted.kept[3] for fitted in fits]


def test_the_report_of_the_largest_ensemble_fits_into_galaxy(tmp_path: Path) -> None:
    markdown = tmp_path / "report.md"
    report = training_report(several(20, members=20, folds=20))
    write_report(report, html=None, markdown=markdown, figures=tmp_path / "figures")
    assert markdown.stat().st_size < 10 << 10
