"""Networks of every kind, small enough to build in a moment."""

from typing import get_args

import numpy as np

from enngene_core.specs.branches import BuiltInBranch
from enngene_core.specs.network import ConvolutionLayer, DenseLayer, NetworkSpec, RecurrentLayer
from enngene_core.specs.preprocess import DatasetSpec

PLAIN = ConvolutionLayer(filters=3, kernel=4)
FULL = ConvolutionLayer(filters=5, kernel=3, batch_normalization=True, dropout=0.2)
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
    ("stack", NetworkSpec(branches=THREE, common=(TWO_WAY_LSTM, TWO_WAY_GRU, LSTM)), 17, 5),
    (
        "everything",
        NetworkSpec(branches=THREE, common=(FULL, TWO_WAY_GRU, TWO_WAY_LSTM, DENSE, FULL_DENSE)),
        21,
        3,
    ),
]


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
