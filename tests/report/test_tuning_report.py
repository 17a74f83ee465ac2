from dataclasses import replace

from enngene_core.models.bundle import Bundle
from enngene_core.report.markdown import LARGEST, markdown
from enngene_core.report.tuning import train_command, tuning_report
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.importance import importances
from enngene_core.tuning.result import TRIAL_COLUMNS, TuningResult
from tests.plots.results import HOSTILE, training_result, with_fit
from tests.report.reading import table_of, text_of, warnings_of
from tests.tuning.trials import searched_trials, trial

SPEC = TuningSpec(epochs=8, n_trials=6)


def result(*trials, spec: TuningSpec = SPEC, classes=("a", "b")) -> TuningResult:
    trained = training_result(classes)
    metrics = {"validation_loss": 0.4, "validation_accuracy": 0.8}
    config = trained.bundle.config.model_copy(update={"metrics": metrics})
    trials = trials or (
        trial(1, 0.6, 0.5),
        trial(2, 0.9, state="pruned"),
        trial(3, state="failed"),
        trial(4, 0.69, state="collapsed"),
        trial(5, 0.7, 0.4),
    )
    complete = [t for t in trials if t.state == "complete"]
    return TuningResult(
        spec=spec,
        trials=trials,
        best=min(complete, key=lambda t: min(t.losses)),
        trained=replace(trained, bundle=Bundle(config, ())),
        importances=importances(spec, trials),
        seconds=90,
    )


def test_the_report_tells_what_was_tried_and_found() -> None:
    report = tuning_report(result())
    text = text_of(report)
    assert "The search tried 5 networks" in text
    assert "2 ran to the end; given up early: 1; collapsed: 1; failed: 1." in text
    assert "took 1.5 minutes" in text
    assert "The best network is that of trial 5." in text
    assert "validation loss: 0.4000" in text
    assert "validation loss of trial 1: 0.5000" in text
    assert "learning rate: 0.002" in text
    assert "after the convolutions: flatten" in text
    assert "The test windows were not looked at" in text
    assert "Too few networks ran to the end" in text
    assert [row[0] for row in table_of(report, "best_trials").rows] == [5, 1]
    history = table_of(report, "history").rows
    assert [row[3] for row in history] == [0.5, 0.5, 0.5, 0.5, 0.4]
    assert history[2][2] != history[2][2]  # a failed trial has no loss


def test_the_command_trains_the_best_network() -> None:
    assert train_command(result()) == (
        "enngene train --dataset DATASET.h5 --network BEST.json --learning-rate 0.002 --epochs 8 "
        "--patience 4 --batch-size 64 --seed 1 --output MODEL.zip"
    )


def test_the_report_warns() -> None:
    warnings = warnings_of(tuning_report(result()))
    assert "2 trials of 5 failed or collapsed; trial 4: why trial 4 is collapsed" in warnings
    assert "Only 2 networks ran to the end" in warnings
    assert "lies at the end" not in warnings
    assert "trained again" not in warnings
    other = replace(result(), other_loss=0.45)
    assert "a loss of 0.4500 in place of 0.4000" in warnings_of(tuning_report(other))
    at_end = result(trial(1, 0.5, learning_rate=0.0098, filters=128, pooling=4, dropout=0.0))
    warnings = warnings_of(tuning_report(at_end))
    assert "what was tried: filters of a convolution 128 and learning rate 0.0098." in warnings
    last = replace(result(), trained=with_fit(result().trained, best_epoch=3))
    last = replace(last, spec=SPEC.model_copy(update={"epochs": 3}))
    assert "still falling at its last epoch" in warnings_of(tuning_report(last))


def test_a_search_that_went_on_or_ended_early_says_so() -> None:
    went_on = replace(result(), n_earlier=2, out_of_time=True)
    went_on = replace(went_on, spec=SPEC.model_copy(update={"minutes": 2.5}))
    text = text_of(tuning_report(went_on))
    assert "2 trials came from the study that was taken up." in text
    assert "The search ended when its 2.5 minutes were over." in text


def test_what_mattered_is_told_where_it_can_be() -> None:
    spec = TuningSpec(after_convolutions="flatten")
    searched = result(*searched_trials(spec, 12), spec=spec)
    report = tuning_report(searched)
    rows = table_of(report, "importances").rows
    assert abs(sum(share for _, share in rows) - 1) < 1e-9
    assert "after_convolutions" not in table_of(report, "slices").columns
    assert len(searched.rows[0]) == len(TRIAL_COLUMNS)


def test_the_page_fits_into_galaxy_whatever_the_names() -> None:
    spec = TuningSpec(after_convolutions="flatten")
    page = markdown(tuning_report(result(*searched_trials(spec, 30), spec=spec, classes=HOSTILE)))
    assert len(page.encode()) <= LARGEST
    assert "The rest did not fit" not in page
