import numpy as np
import pytest

from enngene_core.dataset.file import Dataset
from enngene_core.training.batches import shuffled_batches
from tests.core_fixtures import RealDataset


def one_pass(dataset: Dataset, rows: np.ndarray, *, batch_size: int, buffer_rows: int, seed: int):
    return list(
        shuffled_batches(
            dataset,
            rows,
            branches=("sequence", "conservation"),
            batch_size=batch_size,
            buffer_rows=buffer_rows,
            rng=np.random.default_rng(seed),
        )
    )


@pytest.mark.parametrize(("batch_size", "buffer_rows"), [(32, 1000), (32, 32), (50, 120), (1, 700)])
def test_a_pass_shows_every_window_once_with_its_label(
    real_dataset: RealDataset, batch_size: int, buffer_rows: int
) -> None:
    with Dataset(real_dataset.path) as dataset:
        rows = dataset.rows("validation")
        batches = one_pass(dataset, rows, batch_size=batch_size, buffer_rows=buffer_rows, seed=1)
        expected = sorted(
            (label, sequence.tobytes(), scores.tobytes())
            for label, sequence, scores in zip(
                dataset.label[rows].tolist(),
                dataset.branch("sequence", rows),
                dataset.branch("conservation", rows),
                strict=True,
            )
        )
    assert all(len(labels) <= batch_size for _, labels in batches)
    found = sorted(
        (label, sequence.tobytes(), scores.tobytes())
        for branches, labels in batches
        for label, sequence, scores in zip(
            labels.tolist(), branches["sequence"], branches["conservation"], strict=True
        )
    )
    assert found == expected


def test_the_order_hangs_on_the_generator_alone(real_dataset: RealDataset) -> None:
    with Dataset(real_dataset.path) as dataset:
        rows = dataset.rows("train")
        first, again, other = (
            np.concatenate(
                [
                    labels
                    for _, labels in one_pass(
                        dataset, rows, batch_size=32, buffer_rows=90, seed=seed
                    )
                ]
            )
            for seed in (1, 1, 2)
        )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
