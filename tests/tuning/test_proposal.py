from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.importance import FEWEST_TRIALS, importances
from enngene_core.tuning.proposal import propose
from tests.tuning.trials import searched_trials, trial

NARROW = TuningSpec(max_layers=2, max_filters=64, after_convolutions="flatten", epochs=8)


def test_the_same_seed_tries_the_same() -> None:
    trials = searched_trials(NARROW, 12)
    assert searched_trials(NARROW, 12) == trials
    assert searched_trials(NARROW.model_copy(update={"seed": 2}), 12) != trials
    assert len({t.values.model_dump_json() for t in trials}) == 12


def test_the_search_learns_from_losses() -> None:
    """A loss that depends on the learning rate alone: later trials come nearer to the best."""
    trials = searched_trials(NARROW, 40)
    losses = [min(t.losses) for t in trials]
    assert sum(losses[-15:]) / 15 < sum(losses[1:9]) / 8
    assert next(iter(importances(NARROW, trials))) == "learning_rate"


def test_states_of_all_kinds_are_told_to_the_search() -> None:
    trials = (
        trial(1, 0.5, 0.4),
        trial(2, 0.8, state="pruned"),
        trial(3, state="failed"),
        trial(4, 0.7, 0.69, state="collapsed"),
    )
    assert propose(NARROW, trials).values != propose(NARROW, trials[:3]).values


def finished(*losses: float) -> tuple:
    """Five complete trials with these losses after their epochs."""
    return tuple(trial(number, *losses) for number in range(1, 6))


def test_a_trial_above_the_median_is_given_up() -> None:
    before = finished(0.9, 0.8, 0.5, 0.4)
    hopeless = propose(NARROW, before)
    assert [hopeless.is_hopeless(*row) for row in ((1, 0.9), (2, 0.81))] == [False, True]
    good = propose(NARROW, before)
    assert not any(good.is_hopeless(*row) for row in ((1, 0.99), (2, 0.79), (3, 0.49)))


def test_nothing_is_given_up_early_on_or_if_it_is_not_wanted() -> None:
    rows = ((1, 9.0), (2, 9.0), (3, 9.0))
    few = propose(NARROW, finished(0.9, 0.8, 0.5)[:3])
    assert not any(few.is_hopeless(*row) for row in rows)
    off = propose(NARROW.model_copy(update={"pruning": "off"}), finished(0.9, 0.8, 0.5))
    assert not any(off.is_hopeless(*row) for row in rows)


def test_importances_are_shares_of_what_was_searched() -> None:
    trials = searched_trials(NARROW, 12)
    shares = importances(NARROW, trials)
    assert abs(sum(shares.values()) - 1) < 1e-9
    assert "after_convolutions" not in shares  # there was no choice
    assert importances(NARROW, trials) == shares
    assert importances(NARROW, trials[: FEWEST_TRIALS - 1]) == {}
    assert importances(NARROW, finished(0.5)) == {}
