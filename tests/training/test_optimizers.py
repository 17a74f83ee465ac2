from typing import Any

import keras
import numpy as np
import pytest

from enngene_core.specs.training import TrainingSpec
from enngene_core.training.optimizers import Schedule, optimizer_of


def rates(n_batches: int, **values: Any) -> np.ndarray:
    """Learning rate of each update, where the largest is 1."""
    spec = TrainingSpec(learning_rate=1, **{"schedule": "constant", "warmup": 0, **values})
    schedule = Schedule(spec, n_batches)
    steps = range(spec.epochs * n_batches)
    return np.array([float(schedule(np.int64(step))) for step in steps])


def test_step_decay_halves_after_every_ten_epochs() -> None:
    found = rates(2, epochs=25, schedule="step")
    np.testing.assert_allclose(found, [1] * 20 + [0.5] * 20 + [0.25] * 10)


def test_cosine_falls_from_the_whole_rate_to_nothing() -> None:
    found = rates(1, epochs=4, schedule="cosine")
    np.testing.assert_allclose(found, [1, 0.853553, 0.5, 0.146447], rtol=1e-5)


def test_one_cycle_rises_and_falls() -> None:
    found = rates(10, epochs=10, schedule="one-cycle")
    top = int(found.argmax())
    assert top == 30 and found[top] == pytest.approx(1)
    assert found[0] == pytest.approx(1 / 25)
    assert (np.diff(found[:31]) > 0).all() and (np.diff(found[30:]) < 0).all()
    assert found[-1] < 0.001


@pytest.mark.parametrize("schedule", ["constant", "step", "cosine"])
def test_a_warm_up_rises_to_where_the_schedule_begins(schedule: str) -> None:
    found = rates(2, epochs=16, warmup=0.125, schedule=schedule)
    np.testing.assert_allclose(found[:5], [0.25, 0.5, 0.75, 1, 1], rtol=1e-6)
    after = rates(2, epochs=14, schedule=schedule)
    np.testing.assert_allclose(found[4:], after, atol=1e-6)


def test_the_rate_of_an_epoch_is_that_of_its_last_update() -> None:
    spec = TrainingSpec(learning_rate=1, epochs=4, warmup=0.5, schedule="constant")
    schedule = Schedule(spec, 4)
    assert [schedule.at_end_of(epoch) for epoch in (1, 2, 3)] == [0.5, 1, 1]


@pytest.mark.parametrize("schedule", ["constant", "step", "one-cycle", "cosine"])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adam", keras.optimizers.Adam),
        ("adamw", keras.optimizers.AdamW),
        ("sgd", keras.optimizers.SGD),
        ("rmsprop", keras.optimizers.RMSprop),
    ],
)
def test_every_optimizer_takes_every_schedule(name: Any, kind: type, schedule: Any) -> None:
    spec = TrainingSpec(optimizer=name, schedule=schedule, warmup=0, epochs=5, learning_rate=0.1)
    optimizer = optimizer_of(spec, Schedule(spec, 3))
    assert type(optimizer) is kind
    weight = keras.Variable(np.float32(1))
    optimizer.build([weight])
    before = float(optimizer.learning_rate)
    optimizer.apply([np.float32(0.5) + 0 * weight])
    assert float(weight.numpy()) < 1
    assert (float(optimizer.learning_rate) == before) == (schedule in ("constant", "step"))


def test_sgd_takes_a_nesterov_step() -> None:
    spec = TrainingSpec(optimizer="sgd", learning_rate=0.1, schedule="constant", warmup=0)
    optimizer = optimizer_of(spec, Schedule(spec, 1))
    weight = keras.Variable(np.float32(1))
    optimizer.build([weight])
    optimizer.apply([1 + 0 * weight])
    # v = -0.1; with Nesterov's look ahead the step is 0.9 v - 0.1.
    assert float(weight.numpy()) == pytest.approx(1 - 0.19)


def test_one_cycle_has_no_warm_up() -> None:
    plain = rates(10, epochs=10, schedule="one-cycle")
    np.testing.assert_array_equal(plain, rates(10, epochs=10, schedule="one-cycle", warmup=0.5))


def test_biases_and_normalisation_are_not_pulled_to_zero() -> None:
    spec = TrainingSpec(learning_rate=0.1, weight_decay=0.5, schedule="constant", warmup=0)
    optimizer = optimizer_of(spec, Schedule(spec, 1))
    names = ("kernel", "bias", "gamma", "beta")
    weights = [keras.Variable(np.float32(1), name=name) for name in names]
    optimizer.build(weights)
    optimizer.apply([0 * weight for weight in weights])
    assert [float(weight.numpy()) for weight in weights] == [pytest.approx(0.95), 1, 1, 1]
