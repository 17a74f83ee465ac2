from pathlib import Path
from zipfile import ZipFile

import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.network import NetworkSpec
from enngene_core.specs.study import Trial
from enngene_core.specs.tuning import TuningSpec
from enngene_core.training.train import train
from enngene_core.tuning.result import TRIAL_COLUMNS
from enngene_core.tuning.search import prepare
from enngene_core.tuning.space import training_of
from enngene_core.tuning.tune import tune
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused

DATASET = REAL_DATA / "dataset.h5"

#: Small networks that differ in little.
SMALL = TuningSpec(
    n_trials=3,
    epochs=2,
    batch_size=64,
    max_layers=1,
    min_filters=2,
    max_filters=6,
    after_convolutions="flatten",
    min_units=2,
    max_units=6,
    seed=5,
)


class _StoppedError(Exception):
    pass


def stop_after(number: int):
    def stop(trial: Trial, best: Trial | None) -> None:
        if trial.number == number:
            raise _StoppedError

    return stop


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("tuned")
    search = prepare(DATASET, SMALL, study=folder / "study.json")
    result = tune(
        search,
        output=folder / "best.zip",
        best_spec=folder / "best.json",
        table=folder / "trials.tsv",
    )
    return folder, result


def test_the_table_has_a_row_for_each_trial(found) -> None:
    folder, result = found
    header, *rows = (folder / "trials.tsv").read_text().splitlines()
    assert tuple(header.split("\t")) == TRIAL_COLUMNS
    assert [row.split("\t")[0] for row in rows] == ["1", "2", "3"]
    complete = [t for t in result.trials if t.state == "complete"]
    assert result.best is min(complete, key=lambda t: t.losses and min(t.losses))
    assert result.trained.bundle.config.metrics["validation_loss"] == result.best.loss
    assert sorted(p.name for p in folder.iterdir()) == [
        *("best.json", "best.zip", "study.json", "trials.tsv")
    ]


def test_train_makes_the_best_model_again_to_the_byte(found, tmp_path: Path) -> None:
    folder, result = found
    network = validate(NetworkSpec, read_json(folder / "best.json"), source="best.json")
    training = training_of(result.best.values, SMALL)
    train(DATASET, training, network=network, output=tmp_path / "model.zip")
    assert (tmp_path / "model.zip").read_bytes() == (folder / "best.zip").read_bytes()


def test_a_search_that_was_stopped_ends_as_it_would_have_ended(found, tmp_path: Path) -> None:
    folder, result = found
    study = tmp_path / "study.json"
    search = prepare(DATASET, SMALL, study=study)
    with pytest.raises(_StoppedError):
        tune(search, output=tmp_path / "best.zip", on_trial=stop_after(2))
    search = prepare(DATASET, SMALL, study=study)
    assert len(search.trials) == 2
    again = tune(search, output=tmp_path / "best.zip", table=tmp_path / "trials.tsv")
    assert again.trials == result.trials
    assert again.n_earlier == 2
    assert again.other_loss is None
    for name in ("trials.tsv", "study.json", "best.zip"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_trials_that_fail_are_rows(tmp_path: Path) -> None:
    """Dense layers on all positions: with 4,096 filters the cap on activations or weights."""
    spec = TuningSpec(
        n_trials=3,
        epochs=1,
        min_layers=8,
        max_layers=8,
        min_filters=4096,
        max_filters=4096,
        min_pooling=1,
        max_pooling=1,
        min_units=2,
        max_units=4,
        after_convolutions="flatten",
    )
    told: list[Trial] = []
    search = prepare(DATASET, spec, study=tmp_path / "study.json")
    with refused(SpecError, "none of 3 trials gave a model", "the network would have"):
        tune(search, output=tmp_path / "best.zip", on_trial=lambda trial, _: told.append(trial))
    assert [trial.state for trial in told] == ["failed"] * 3
    assert [trial.losses for trial in told] == [()] * 3
    assert not (tmp_path / "best.zip").exists()
    assert len(prepare(DATASET, spec, study=tmp_path / "study.json").trials) == 3


def test_the_first_model_is_finished_whatever_the_limit(tmp_path: Path) -> None:
    hurried = SMALL.model_copy(update={"minutes": 1e-6})
    result = tune(prepare(DATASET, hurried), output=tmp_path / "best.zip")
    assert result.out_of_time
    assert [trial.state for trial in result.trials][-1] == "complete"
    assert sum(trial.state == "complete" for trial in result.trials) == 1
    assert "model.safetensors" in ZipFile(tmp_path / "best.zip").namelist()


def test_a_search_of_steps_that_are_too_large_is_told(tmp_path: Path) -> None:
    """Such networks collapse or fail, each with its reason, or say that they are no better."""
    wild = SMALL.model_copy(
        update={
            "n_trials": 4,
            "epochs": 1,
            "seed": 2,
            "min_learning_rate": 1.0,
            "max_learning_rate": 1.0,
            "batch_normalization": ("off",),
        }
    )
    told: list[Trial] = []
    try:
        tune(
            prepare(DATASET, wild),
            output=tmp_path / "best.zip",
            on_trial=lambda trial, _: told.append(trial),
        )
    except SpecError as error:
        assert "none of 4 trials gave a model; trial 4: " in str(error)
    assert len(told) == 4
    assert all(trial.reason for trial in told if trial.state != "complete")
    assert any(trial.state in ("collapsed", "failed") for trial in told)
