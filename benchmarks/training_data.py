"""Datasets of random windows, and networks to train on them."""

from pathlib import Path

import numpy as np

from enngene_core.dataset.new_file import new_dataset
from enngene_core.intervals.windows import Windows
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    Layer,
    NetworkSpec,
    RecurrentLayer,
)
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.splitting import SPLITS

WIDTH = 200
BRANCHES = ("sequence", "structure", "conservation")
N_VALIDATION = 256
_AT_A_TIME = 50_000

_TWO_CONVOLUTIONS: tuple[Layer, ...] = (ConvolutionLayer(filters=40, kernel=8),) * 2
_DENSE = DenseLayer(type="dense", units=64)
#: The networks that are timed.
NETWORKS = {
    "cnn": NetworkSpec(branches=dict.fromkeys(BRANCHES, _TWO_CONVOLUTIONS), common=(_DENSE,)),
    "small": NetworkSpec(
        branches={"sequence": (ConvolutionLayer(filters=8, kernel=8, pooling=4),)}
    ),
    "lstm": NetworkSpec(
        branches=dict.fromkeys(BRANCHES, _TWO_CONVOLUTIONS),
        common=(RecurrentLayer(type="lstm", units=32, bidirectional=True), _DENSE),
    ),
    "tiny": NetworkSpec(
        branches=dict.fromkeys(BRANCHES, (ConvolutionLayer(filters=2, kernel=4, pooling=8),))
    ),
}


def write_dataset(path: Path, n_windows: int) -> None:
    """A dataset of three branches: windows for training, and `N_VALIDATION` for validation."""
    n = n_windows + N_VALIDATION
    spec = DatasetSpec(branches=BRANCHES, window=WIDTH, classes=("a", "b"))
    rng = np.random.default_rng(0)
    start = np.arange(n) * WIDTH
    zeros = np.zeros(n, dtype=np.int32)
    windows = Windows(
        chroms=("chr1",),
        chrom=zeros,
        start=start,
        end=start + WIDTH,
        pad_left=zeros,
        pad_right=zeros,
        strand=np.full(n, b"+"),
        name=np.full(n, b"."),
        label=rng.integers(0, 2, n, dtype=np.int32),
        source_row=np.arange(1, n + 1),
        source_length=np.full(n, WIDTH),
    )
    split = np.full(n, SPLITS.index("train"), dtype=np.uint8)
    split[n_windows:] = SPLITS.index("validation")
    with new_dataset(path, windows=windows, split=split, spec=spec, provenance=dict) as branches:
        for name, values in branches.items():
            encoding = spec.encodings[name]
            for first in range(0, n, _AT_A_TIME):
                part = values[first : first + _AT_A_TIME]
                if encoding.is_coded:
                    part[:] = rng.integers(0, encoding.channels, part.shape, dtype=np.uint8)
                else:
                    part[:] = rng.random(part.shape, dtype=np.float32)


def float_operations(network: NetworkSpec, channels: dict[str, int]) -> int:
    """Multiplications and additions of one window's training, of convolutions and dense layers.

    Each product of the forward pass has two more in the backward one, but for the inputs, of which
    no gradient is made.
    """
    total = 0
    ends = []
    for name, stack in network.branches.items():
        positions, depth = WIDTH, channels[name]
        for number, layer in enumerate(stack):
            assert isinstance(layer, ConvolutionLayer)
            products = positions * layer.kernel * depth * layer.filters
            total += products * (2 if number == 0 else 3)
            positions, depth = -(-positions // layer.pooling), layer.filters
        ends.append(positions * depth)
    units = sum(ends)
    for layer in (*network.common, DenseLayer(type="dense", units=2)):
        assert isinstance(layer, DenseLayer)
        total += 3 * units * layer.units
        units = layer.units
    return 2 * total
