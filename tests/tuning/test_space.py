from hypothesis import given
from hypothesis import strategies as st

from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    NetworkSpec,
    RecurrentLayer,
)
from enngene_core.specs.presets import PRESETS, PresetSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.proposal import propose
from enngene_core.tuning.space import first_values, network_of, searched, training_of
from tests.tuning.trials import VALUES


def test_the_first_trial_is_the_default_of_train_but_for_one_dropout_of_all() -> None:
    spec = TuningSpec()
    values = propose(spec, ()).values
    default = PRESETS[PresetSpec().preset].network(("sequence", "structure"))
    found = network_of(values, ("sequence", "structure"))
    assert found.branches == default.branches
    assert found.common[:-1] == default.common[:-1]
    assert found.common[-1].units == default.common[-1].units
    assert training_of(values, spec).learning_rate == TrainingSpec().learning_rate


def test_the_first_trial_stays_within_the_ranges() -> None:
    spec = TuningSpec(max_filters=32, after_convolutions="gru")
    assert {"filters", "after_convolutions"}.isdisjoint(first_values(spec))
    values = propose(spec, ()).values
    assert values.filters <= 32
    assert values.after_convolutions == "gru"
    assert values.kernel == 10


def test_values_become_layers() -> None:
    convolution = ConvolutionLayer(
        filters=20, kernel=8, pooling=2, batch_normalization=True, dropout=0.2
    )
    dense = DenseLayer(type="dense", units=32, dropout=0.2)
    between = {
        "flatten": (),
        "global_pooling": (GlobalPoolingLayer(kind="both"),),
        "lstm": (RecurrentLayer(type="lstm", units=16, bidirectional=True, dropout=0.2),),
    }
    for name, layers in between.items():
        values = VALUES.model_copy(update={"after_convolutions": name})
        assert network_of(values, ["sequence"]) == NetworkSpec(
            branches={"sequence": (convolution, convolution)}, common=(*layers, dense)
        )


def test_what_is_fixed_is_not_searched() -> None:
    spec = TuningSpec(min_kernel=8, max_kernel=8, batch_normalization="on")
    assert set(VALUES.model_dump()) - set(searched(spec)) == {"kernel", "batch_normalization"}


@given(seed=st.integers(0, 2**32 - 1), low=st.floats(1e-6, 0.5), factor=st.floats(1, 2))
def test_what_is_tried_lies_within_the_ranges(seed: int, low: float, factor: float) -> None:
    spec = TuningSpec(
        seed=seed,
        min_learning_rate=low,
        max_learning_rate=low * factor,
        min_dropout=0.12345,
        max_dropout=0.1235,
    )
    values = propose(spec, ()).values
    for name in searched(spec):
        if not hasattr(spec, name):
            low, high = getattr(spec, f"min_{name}"), getattr(spec, f"max_{name}")
            assert low <= getattr(values, name) <= high
    assert propose(spec, ()).values == values
