"""Numbers read off the figures of a search."""

import numpy as np
import pytest

from enngene_core.plots.tuning import (
    WORDS,
    ImportancesDisplay,
    SearchHistoryDisplay,
    SlicesDisplay,
    loss_limits,
    lowest_so_far,
)
from enngene_core.specs.study import TrialValues
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.space import LOGARITHMIC, searched
from tests.plots.drawn import png, texts
from tests.tuning.trials import searched_trials, trial

TRIALS = (
    trial(1, state="failed"),
    trial(2, 0.6, 0.5),
    trial(3, 0.9, state="pruned"),
    trial(4, 0.69, state="collapsed", after_convolutions="gru"),
    trial(5, 0.7, 0.4, filters=40, learning_rate=0.004),
    trial(6, 80.0, state="pruned", filters=90),
)
BEST = TRIALS[4]


def test_every_value_has_its_words() -> None:
    assert set(WORDS) == set(TrialValues.model_fields)


def test_the_lowest_loss_is_that_of_complete_trials() -> None:
    np.testing.assert_array_equal(lowest_so_far(TRIALS), [np.nan, 0.5, 0.5, 0.5, 0.4, 0.4])


def test_one_very_bad_trial_does_not_squeeze_the_others() -> None:
    low, high = loss_limits(TRIALS)
    assert 0.3 < low < 0.4
    assert 0.9 < high < 3
    same = loss_limits((trial(1, 0.5),))
    assert same[0] < 0.5 < same[1]


def test_history_rings_the_best_trial() -> None:
    display = SearchHistoryDisplay(TRIALS, BEST).plot()
    ring = display.ax.collections[-1]
    assert ring.get_offsets().tolist() == [[5, 0.4]]
    drawn = texts(display.figure)
    assert {"complete", "given up early", "collapsed", "failed", "best: trial 5"} <= set(drawn)
    top = max(points.get_offsets()[:, 1].max() for points in display.ax.collections)
    assert top <= display.ax.get_ylim()[1]
    assert png(display.figure)


def test_importances_are_bars_with_words() -> None:
    display = ImportancesDisplay({"learning_rate": 0.75, "kernel": 0.25}).plot()
    assert [bar.get_width() for bar in display.ax.patches] == [75, 25]
    labels = [tick.get_text() for tick in display.ax.get_yticklabels()]
    assert labels == ["learning rate", "width of a pattern"]
    assert png(display.figure)


@pytest.mark.parametrize("names", [("layers",), ("filters", "after_convolutions"), tuple(WORDS)])
def test_slices_have_a_panel_for_each_value(names: tuple[str, ...]) -> None:
    display = SlicesDisplay(TRIALS, BEST, names, LOGARITHMIC).plot()
    assert [ax.get_xlabel() for ax in display.ax] == [WORDS[name] for name in names]
    if "filters" in names:
        panel = display.ax[names.index("filters")]
        assert panel.get_xscale() == "log"
        assert panel.collections[-1].get_offsets().tolist() == [[40, 0.4]]
    assert png(display.figure)


def test_many_trials_fit() -> None:
    spec = TuningSpec()
    trials = searched_trials(spec, 40)
    best = min(trials, key=lambda t: min(t.losses))
    assert png(SlicesDisplay(trials, best, searched(spec), LOGARITHMIC).plot().figure)
    assert png(SearchHistoryDisplay(trials, best).plot().figure)
