"""Ensembles and cross-validation, trained on real data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.file import Dataset
from enngene_core.errors import SpecError
from enngene_core.evaluation.evaluate import evaluate
from enngene_core.models.bundle import Bundle, read_bundle, weights
from enngene_core.models.inference import predict_probabilities
from enngene_core.report.training import training_report
from enngene_core.report.write import write_report
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.members import MembersSpec
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.checkpoint import FILE
from enngene_core.training.cross_validation import FOLD_COLUMNS
from enngene_core.training.folds import fold_divisions
from enngene_core.training.recorder import TrainingProgress
from enngene_core.training.train import TrainingResult, train
from tests.core_fixtures import RealDataset
from tests.refusal import refused
from tests.report.reading import table_of, text_of

NETWORK = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=2, kernel=3, dropout=0.2),)})
SPEC = TrainingSpec(
    epochs=2, batch_size=64, seed=5, schedule="constant", warmup=0, label_smoothing=0
)
BOTH = MembersSpec(members=2, folds=2)

Run = Callable[..., TrainingResult]


@pytest.fixture
def run(real_dataset: RealDataset, tmp_path: Path) -> Run:
    def run(members: MembersSpec, spec: TrainingSpec = SPEC, **options: object) -> TrainingResult:
        options.setdefault("output", tmp_path / "model.zip")
        return train(real_dataset.path, spec, network=NETWORK, members=members, **options)

    return run


def assert_same_weights(found: Bundle, number: int, expected: Bundle) -> None:
    first, second = weights(found.members[number]), weights(expected.members[0])
    assert list(first) == list(second)
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])


def test_a_member_is_the_model_of_its_own_seed(run: Run) -> None:
    result = run(MembersSpec(members=3))
    assert result.bundle.config.n_members == 3
    for number, seed in enumerate((5, 6, 7)):
        single = run(MembersSpec(), SPEC.model_copy(update={"seed": seed}))
        assert_same_weights(result.bundle, number, single.bundle)
        assert result.fits[number].history == single.fits[0].history


def test_an_ensemble_and_its_folds_are_told_and_judged_together(
    run: Run, real_dataset: RealDataset, tmp_path: Path
) -> None:
    told: list[TrainingProgress] = []
    history, table, output = tmp_path / "history.tsv", tmp_path / "folds.tsv", tmp_path / "m.zip"
    result = run(BOTH, output=output, history=history, folds_table=table, on_progress=told.append)
    parts = ["fold 1 of 2", "fold 2 of 2", "member 1 of 2", "member 2 of 2"]
    assert [p.part for p in told] == [part for part in parts for _ in range(2)]
    header, *rows = [line.split("\t") for line in history.read_text().splitlines()]
    assert header[:2] == ["member", "epoch"]
    assert [row[:2] for row in rows] == [["1", "1"], ["1", "2"], ["2", "1"], ["2", "2"]]

    header, *rows = [line.split("\t") for line in table.read_text().splitlines()]
    assert tuple(header) == FOLD_COLUMNS
    assert [row[0] for row in rows] == ["1", "2", "mean", "standard deviation"]
    numbers = np.array([row[3:] for row in rows], dtype=float)
    np.testing.assert_allclose(numbers[2], numbers[:2].mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(numbers[3], numbers[:2].std(axis=0, ddof=1), atol=1e-5)

    metrics = read_bundle(output).config.metrics
    assert metrics["folds_auroc_mean"] == pytest.approx(numbers[2, 2], rel=1e-5)
    losses = [fitted.kept[3] for fitted in result.fits]
    assert metrics["validation_loss"] == pytest.approx(np.mean(losses))
    found = evaluate(output, real_dataset.path, EvaluationSpec(split="validation"))
    assert metrics["ensemble_validation_accuracy"] == pytest.approx(found.metric("accuracy"))
    branch, bundle = real_branch(real_dataset.path, "validation"), read_bundle(output)
    each = [predict_probabilities(member, branch) for member in bundle.members]
    np.testing.assert_allclose(found.probabilities, np.mean(each, axis=0), atol=1e-6)

    report = training_report(result)
    text = text_of(report)
    assert "An ensemble of 2 networks" in text and "divided into 2 folds" in text
    assert len(table_of(report, "folds").rows) == 4
    assert {len(table_of(report, name).rows) for name in ("learning_curves", "fold_curves")} == {4}
    write_report(report, html=tmp_path / "report.html", markdown=None, figures=None)


def real_branch(path: Path, split: str) -> dict[str, np.ndarray]:
    with Dataset(path) as dataset:
        return {"sequence": dataset.branch("sequence", dataset.rows(split))}


def test_the_folds_networks_are_the_model_on_request(
    run: Run, real_dataset: RealDataset, tmp_path: Path
) -> None:
    spec = MembersSpec(folds=3, folds_ensemble="on")
    result = run(spec, folds_table=tmp_path / "folds.tsv")
    bundle = read_bundle(tmp_path / "model.zip")
    assert len(bundle.members) == len(result.fits) == 3
    assert result.history[0][0] == "fold"
    assert result.cross_validation is not None and result.cross_validation.fits == result.fits
    with Dataset(real_dataset.path) as dataset:
        divisions = fold_divisions(dataset, 3, seed=SPEC.seed)
        for number, division in enumerate(divisions):
            rows = division.validation
            branch = {"sequence": dataset.branch("sequence", rows)}
            found = predict_probabilities(bundle.members[number], branch).argmax(axis=1)
            accuracy = float((found == dataset.label[rows]).mean())
            assert result.cross_validation.scores[number, 1] == pytest.approx(accuracy)
            assert result.cross_validation.n_windows[number] == len(rows)
    text = text_of(training_report(result))
    assert "These networks together are the model" in text
    assert "ensemble_validation_accuracy" not in bundle.config.metrics  # it has seen them all


class KilledError(Exception):
    """As a signal would end it."""


@pytest.mark.parametrize("n_epochs", [3, 7])
def test_a_killed_run_of_several_goes_on(run: Run, tmp_path: Path, n_epochs: int) -> None:
    once, again, state = tmp_path / "once.zip", tmp_path / "again.zip", tmp_path / "state"
    run(BOTH, output=once)
    left = n_epochs

    def kill(_: TrainingProgress) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise KilledError

    with pytest.raises(KilledError):
        run(BOTH, output=again, checkpoint=state, on_progress=kill)
    assert not again.exists()
    told: list[TrainingProgress] = []
    run(BOTH, output=again, checkpoint=state, on_progress=told.append)
    assert len(told) == 8 - n_epochs
    assert once.read_bytes() == again.read_bytes()
    assert sorted(path.parent.name for path in state.glob(f"*/{FILE}")) == [
        "fold_1",
        "fold_2",
        "member_1",
        "member_2",
    ]


def test_folds_of_another_number_are_not_taken_up(run: Run, tmp_path: Path) -> None:
    state = tmp_path / "state"
    run(MembersSpec(folds=2), checkpoint=state)
    with refused(SpecError, state / "fold_1" / FILE, "another fold"):
        run(MembersSpec(folds=3), checkpoint=state)


def test_combinations_that_mean_nothing_are_refused(run: Run, tmp_path: Path) -> None:
    with refused(SpecError, "--folds-table needs --folds"):
        run(MembersSpec(), folds_table=tmp_path / "folds.tsv")
    for values, words in (
        ({"folds": 1}, "found --folds 1; expected 0, or 2 or more"),
        ({"folds_ensemble": "on"}, "--folds-ensemble on needs --folds"),
        ({"folds": 2, "folds_ensemble": "on", "members": 2}, "--members 2 is not for"),
        ({"members": 21}, "less than or equal to 20"),
    ):
        with pytest.raises(ValueError, match=words):
            MembersSpec(**values)
    assert not (tmp_path / "model.zip").exists()


def test_the_seed_after_the_largest_is_the_first(run: Run) -> None:
    last = SPEC.model_copy(update={"seed": 2**32 - 1})
    result = run(MembersSpec(members=2), last)
    first = run(MembersSpec(), SPEC.model_copy(update={"seed": 0}))
    assert_same_weights(result.bundle, 1, first.bundle)
