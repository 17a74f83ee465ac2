"""Folds: windows that the dataset keeps together stay together, and test windows take no part."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from enngene_core.branches.similarity import cluster
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.split import split
from enngene_core.errors import DatasetError, SpecError
from enngene_core.specs.split import SplitSpec
from enngene_core.specs.splitting import SPLITS
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.cross_validation import CrossValidation, judged
from enngene_core.training.fitted import Fitted, history_table
from enngene_core.training.folds import fold_divisions
from tests.core_fixtures import RealDataset
from tests.refusal import refused

Divide = Callable[..., Path]


@pytest.fixture
def divide(real_dataset: RealDataset, tmp_path: Path) -> Divide:
    """Another division of the real dataset."""

    def divide(**values: object) -> Path:
        path = tmp_path / "divided.h5"
        split(real_dataset.path, SplitSpec(**values), output=path)
        return path

    return divide


def fold_of(path: Path, n_folds: int, *, seed: int = 1) -> tuple[Dataset, np.ndarray]:
    """Fold of each window, -1 for those that take no part, after checks of each division."""
    dataset = Dataset(path)
    found = np.full(dataset.n_windows, -1)
    used = np.flatnonzero(np.isin(dataset.split, [SPLITS.index(s) for s in SPLITS[:2]]))
    for number, division in enumerate(fold_divisions(dataset, n_folds, seed=seed)):
        assert (found[division.validation] == -1).all()
        found[division.validation] = number
        together = np.concatenate([division.training, division.validation])
        np.testing.assert_array_equal(np.sort(together), used)
        for rows in (division.training, division.validation):
            assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(np.flatnonzero(found >= 0), used)
    return dataset, found


def test_overlapping_windows_share_a_fold_and_classes_are_spread(real_dataset: RealDataset) -> None:
    dataset, found = fold_of(real_dataset.path, 4)
    rows = np.flatnonzero(found >= 0)
    windows = dataset.windows(rows)
    n_overlaps = 0
    for i in range(len(rows)):
        overlaps = (
            (windows.chrom == windows.chrom[i])
            & (windows.start < windows.end[i])
            & (windows.end > windows.start[i])
        )
        n_overlaps += int(overlaps.sum()) - 1
        assert (found[rows][overlaps] == found[rows][i]).all()
    assert n_overlaps > 0
    for label in range(3):
        sizes = np.bincount(found[(found >= 0) & (dataset.label == label)], minlength=4)
        assert sizes.max() - sizes.min() <= 0.2 * sizes.mean()


def test_a_seed_gives_the_same_folds_and_another_one_others(real_dataset: RealDataset) -> None:
    found = [fold_of(real_dataset.path, 3, seed=seed)[1] for seed in (1, 1, 2)]
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


def test_similar_windows_share_a_fold_in_a_split_by_homology(divide: Divide) -> None:
    dataset, found = fold_of(divide(split="homology", identity=0.7), 3)
    clusters = cluster(dataset.branch("sequence", np.arange(dataset.n_windows)), identity=0.7)
    n_together = 0
    for number in np.unique(clusters):
        folds = found[clusters == number]
        assert len(np.unique(folds)) == 1
        n_together += len(folds) > 1
    assert n_together > 0


def test_a_chromosome_lies_in_one_fold_in_a_split_by_chromosome(divide: Divide) -> None:
    path = divide(split="chromosome", ratio=(8, 1, 1))
    with Dataset(path) as dataset:
        windows = dataset.windows(np.arange(dataset.n_windows))
        used = dataset.split < 2
    n_chromosomes = len(np.unique(windows.chrom[used]))
    _, found = fold_of(path, n_chromosomes)
    for chrom in np.unique(windows.chrom[used]):
        assert len(np.unique(found[used & (windows.chrom == chrom)])) == 1
    with refused(SpecError, f"--folds {n_chromosomes + 1}", "no window is left", "fewer folds"):
        fold_of(path, n_chromosomes + 1)


def test_a_split_by_homology_without_sequences_is_refused(divide: Divide, tmp_path: Path) -> None:
    path = divide(split="homology", branches="conservation")
    with Dataset(path) as dataset, refused(SpecError, path, "--folds", "keep the sequence branch"):
        fold_divisions(dataset, 2, seed=1)


def test_a_class_that_is_whole_in_one_fold_is_refused(
    real_dataset: RealDataset, tmp_path: Path
) -> None:
    path = tmp_path / "copy.h5"
    path.write_bytes(real_dataset.path.read_bytes())
    with h5py.File(path, "r+") as file:
        label, split = file["windows/label"][:], file["windows/split"][:]
        split[np.flatnonzero((label == 2) & (split < 2))[1:]] = 2
        file["windows/split"][:] = split
    with Dataset(path) as dataset, refused(DatasetError, "'intergenic'", "fold", "only"):
        fold_divisions(dataset, 3, seed=1)


FITS = tuple(
    Fitted(
        history=[(1, 0.7, 0.5, loss, 0.5), (2, 0.6, 0.6, 0.9, 0.5)],
        best_epoch=1,
        stopped_early=False,
        learning_rates=(0.1, 0.2),
    )
    for loss in (0.4, 0.6)
)


def test_scores_of_a_fold_are_known_by_hand() -> None:
    y_true = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]])
    loss, accuracy, auroc, precision = judged(y_true, probabilities, FITS[0])
    assert (loss, accuracy) == (0.4, 0.5)
    # Positives of class 0 score .9 and .4, negatives .2 and .7: three of four pairs are in order.
    assert auroc == pytest.approx(0.75)
    assert precision == pytest.approx(((1 + 2 / 3) / 2 + (1 + 2 / 3) / 2) / 2)


def test_folds_are_summed_up_by_mean_and_sample_deviation() -> None:
    scores = np.array([[0.4, 0.5, 0.75, np.nan], [0.6, 0.7, np.nan, np.nan]])
    folds = CrossValidation(FITS, (4, 6), scores)
    np.testing.assert_allclose(folds.mean, [0.5, 0.6, 0.75, np.nan])
    np.testing.assert_allclose(folds.deviation, [0.02**0.5, 0.02**0.5, np.nan, np.nan])
    assert [row[0] for row in folds.rows] == ["1", "2", "mean", "standard deviation"]
    assert folds.rows[1][1:5] == (6, 1, 0.6, 0.7)
    assert set(folds.metrics) == {
        "folds_loss_mean",
        "folds_loss_standard_deviation",
        "folds_accuracy_mean",
        "folds_accuracy_standard_deviation",
        "folds_auroc_mean",
    }


def test_several_networks_have_a_column_of_their_numbers() -> None:
    steady = TrainingSpec(schedule="constant", warmup=0)
    columns, rows = history_table(FITS, steady, "fold")
    assert columns[:2] == ("fold", "epoch") and columns[-1] == "val_accuracy"
    assert [row[:2] for row in rows] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    columns, rows = history_table(FITS[:1], TrainingSpec(), "fold")
    assert (columns[0], columns[-1]) == ("epoch", "learning_rate")
    assert [row[-1] for row in rows] == [0.1, 0.2]
