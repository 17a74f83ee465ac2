"""Networks of every kind, small enough to build in a moment."""

from typing import get_args

import numpy as np
from hypothesis import strategies as st

from enngene_core.specs.branches import BuiltInBranch
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    Layer,
    NetworkSpec,
    RecurrentLayer,
    ResidualLayer,
)
from enngene_core.specs.preprocess import DatasetSpec

PLAIN = ConvolutionLayer(filters=3, kernel=4)
FULL = ConvolutionLayer(filters=5, kernel=3, batch_normalization=True, dropout=0.2)
WIDE = ConvolutionLayer(filters=4, kernel=3, dilation=5, pooling=4)
UNPOOLED = ConvolutionLayer(filters=5, kernel=2, pooling=1)
RESIDUAL = ResidualLayer(filters=5, kernel=3)
FULL_RESIDUAL = ResidualLayer(
    filters=4, kernel=4, dilation=3, batch_normalization=True, dropout=0.1
)
MAXIMUM, AVERAGE, BOTH = (GlobalPoolingLayer(kind=kind) for kind in ("max", "average", "both"))
GRU = RecurrentLayer(type="gru", units=3)
LSTM = RecurrentLayer(type="lstm", units=2, dropout=0.1)
TWO_WAY_GRU = RecurrentLayer(type="gru", units=3, bidirectional=True, dropout=0.1)
TWO_WAY_LSTM = RecurrentLayer(type="lstm", units=2, bidirectional=True)
DENSE = DenseLayer(type="dense", units=4)
FULL_DENSE = DenseLayer(type="dense", units=6, batch_normalization=True, dropout=0.3)

ONE = {"sequence": (PLAIN,)}
TWO = {"sequence": (PLAIN, FULL), "conservation": (FULL, PLAIN)}
THREE = {"structure": (FULL,), "conservation": (PLAIN,), "sequence": (PLAIN,)}
TRACKS = {"my_track": (PLAIN,), "sequence": (FULL,), "peaks": ()}
UNEVEN = {"sequence": (PLAIN, FULL, PLAIN), "conservation": ()}

#: Name, spec, width of the window, number of classes.
NETWORKS: list[tuple[str, NetworkSpec, int, int]] = [
    ("no layer", NetworkSpec(branches={"conservation": ()}), 7, 2),
    (
        "no layer joined",
        NetworkSpec(branches={"sequence": (), "structure": ()}, common=(GRU,)),
        7,
        2,
    ),
    ("convolution", NetworkSpec(branches=ONE), 10, 2),
    ("odd width", NetworkSpec(branches=TWO), 13, 3),
    ("narrower than its kernels", NetworkSpec(branches=TWO), 3, 3),
    ("pooled to one position", NetworkSpec(branches={"sequence": (PLAIN,) * 6}), 9, 2),
    ("dense", NetworkSpec(branches=TWO, common=(DENSE, FULL_DENSE)), 11, 4),
    ("uneven", NetworkSpec(branches=UNEVEN, common=(FULL_DENSE,)), 11, 2),
    ("tracks", NetworkSpec(branches=TRACKS, common=(DENSE,)), 12, 2),
    ("common convolution", NetworkSpec(branches=THREE, common=(PLAIN, FULL)), 15, 3),
    ("gru", NetworkSpec(branches=ONE, common=(GRU,)), 10, 2),
    ("lstm", NetworkSpec(branches=TWO, common=(LSTM, DENSE)), 10, 2),
    ("bidirectional gru", NetworkSpec(branches=THREE, common=(TWO_WAY_GRU,)), 10, 2),
    ("stack", NetworkSpec(branches=THREE, common=(TWO_WAY_LSTM, LSTM, LSTM)), 17, 5),
    ("dilated", NetworkSpec(branches={"sequence": (WIDE, UNPOOLED, WIDE)}), 9, 2),
    (
        "pooled alike in one layer and in two",
        NetworkSpec(branches={"sequence": (WIDE,), "structure": (PLAIN, PLAIN)}, common=(GRU,)),
        13,
        2,
    ),
    ("residual", NetworkSpec(branches=ONE, common=(RESIDUAL, RESIDUAL, FULL_RESIDUAL)), 12, 2),
    ("global pooling", NetworkSpec(branches=ONE, common=(MAXIMUM,)), 10, 2),
    (
        "a branch of every end",
        NetworkSpec(
            branches={
                "sequence": (FULL, RESIDUAL, BOTH, DENSE),
                "structure": (TWO_WAY_GRU, GRU),
                "conservation": (AVERAGE,),
                "my_track": (FULL_DENSE, DENSE),
                "peaks": (WIDE, TWO_WAY_LSTM, FULL_DENSE),
                "other": (FULL_RESIDUAL,),
            },
            common=(DENSE,),
        ),
        14,
        3,
    ),
    (
        "everything",
        NetworkSpec(
            branches=THREE, common=(FULL, FULL_RESIDUAL, TWO_WAY_GRU, GRU, DENSE, FULL_DENSE)
        ),
        21,
        3,
    ),
]


@st.composite
def any_network(draw: st.DrawFn) -> NetworkSpec:
    """Any network that the spec allows, small."""
    common = draw(_stacks(_fronts(draw(_POOLINGS))))
    joins_positions = bool(common) and not isinstance(common[0], DenseLayer)
    poolings = draw(_POOLINGS)
    branches = {}
    for name in draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3, unique=True)):
        # Pooled by the same numbers in another order, positions are as many.
        front = _fronts(draw(st.permutations(poolings)))
        branches[name] = draw(front if joins_positions else _stacks(front))
    return NetworkSpec(branches=branches, common=common)


_NAMES = ("sequence", "structure", "conservation", "my_track")
_POOLINGS = st.lists(st.integers(1, 16), max_size=2)
_SIZES, _DROPOUT = st.integers(1, 5), st.sampled_from((0.0, 0.2))
_RESIDUALS = st.builds(
    ResidualLayer,
    filters=_SIZES,
    kernel=st.integers(1, 9),
    dilation=st.integers(1, 20),
    batch_normalization=st.booleans(),
    dropout=_DROPOUT,
)
_DENSE = st.builds(
    DenseLayer,
    type=st.just("dense"),
    units=_SIZES,
    batch_normalization=st.booleans(),
    dropout=_DROPOUT,
)


@st.composite
def _fronts(draw: st.DrawFn, poolings: list[int]) -> tuple[Layer, ...]:
    convolution = st.builds(
        ConvolutionLayer,
        filters=_SIZES,
        kernel=st.integers(1, 9),
        dilation=st.integers(1, 20),
        batch_normalization=st.booleans(),
        dropout=_DROPOUT,
    )
    layers: list[Layer] = []
    for pooling in poolings:
        layers += draw(st.lists(_RESIDUALS, max_size=1))
        layers.append(draw(convolution).model_copy(update={"pooling": pooling}))
    return (*layers, *draw(st.lists(_RESIDUALS, max_size=1)))


@st.composite
def _stacks(draw: st.DrawFn, front: st.SearchStrategy[tuple[Layer, ...]]) -> tuple[Layer, ...]:
    recurrent = st.sampled_from(("gru", "lstm")).flatmap(
        lambda kind: st.lists(
            st.builds(
                RecurrentLayer,
                type=st.just(kind),
                units=_SIZES,
                bidirectional=st.booleans(),
                dropout=_DROPOUT,
            ),
            max_size=2,
        )
    )
    pooling = st.lists(st.sampled_from((MAXIMUM, AVERAGE, BOTH)), max_size=1)
    middle = draw(st.one_of(recurrent, pooling))
    return (*draw(front), *middle, *draw(st.lists(_DENSE, max_size=2)))


def dataset_of(network: NetworkSpec, *, width: int, n_classes: int) -> DatasetSpec:
    """A dataset that the network could read; branches of other names are tracks."""
    built_in = get_args(BuiltInBranch)
    return DatasetSpec(
        branches=tuple(name for name in network.branches if name in built_in),
        tracks={name: "signal" for name in network.branches if name not in built_in},
        window=width,
        classes=tuple(f"class{i}" for i in range(n_classes)),
    )


def random_branches(
    dataset: DatasetSpec, n_windows: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Any symbols and scores, as a dataset holds them."""
    shape = (n_windows, dataset.window)
    return {
        name: rng.integers(0, encoding.channels, shape, dtype=np.uint8)
        if encoding.is_coded
        else rng.normal(size=shape).astype(np.float32)
        for name, encoding in dataset.encodings.items()
    }
