"""A small dataset file, written as preprocessing writes one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from enngene_core.dataset.new_file import new_dataset
from enngene_core.intervals.windows import Windows
from enngene_core.specs.preprocess import DatasetSpec
from tests.intervals.loci import make_windows

N_WINDOWS, WIDTH = 6, 5
SPEC = DatasetSpec(
    branches=("sequence", "structure", "conservation"),
    tracks={"peaks": "regions"},
    window=WIDTH,
    classes=("a", "b"),
)
SPLIT = np.array([0, 0, 1, 1, 2, 2], dtype=np.uint8)
PROVENANCE = {"inputs_sha256": {"fasta": "00"}, "software": {}}


def six_windows() -> Windows:
    """Windows of two classes; the last lies at the end of its chromosome and is padded."""
    windows = make_windows(
        [("chr1", 10 * i, 10 * i + WIDTH, "+-."[i % 3]) for i in range(N_WINDOWS)],
        labels=[0, 1] * 3,
        names=["gene", "génè", "", ".", "=1", "x" * 255],
    )
    return replace(
        windows,
        end=windows.end - [0, 0, 0, 0, 0, 2],
        pad_right=np.array([0, 0, 0, 0, 0, 2], dtype=np.int32),
        source_length=np.arange(N_WINDOWS) + 100,
    )


def six_branches(spec: DatasetSpec = SPEC) -> dict[str, np.ndarray]:
    """Any values that are allowed."""
    rng = np.random.default_rng(0)
    shape = (N_WINDOWS, spec.window)
    return {
        name: (
            rng.integers(0, encoding.no_symbol + 1, shape, dtype=np.uint8)
            if encoding.is_coded
            else rng.normal(size=shape).astype(np.float32)
        )
        for name, encoding in spec.encodings.items()
    }


def write_six(
    path: Path,
    *,
    windows: Windows | None = None,
    spec: DatasetSpec = SPEC,
    order: np.ndarray | None = None,
    provenance: Callable[[], Mapping[str, object]] = lambda: PROVENANCE,
) -> Path:
    """Write the dataset, its rows in any order."""
    rows = np.arange(N_WINDOWS) if order is None else order
    with new_dataset(
        path,
        windows=six_windows() if windows is None else windows,
        split=SPLIT,
        spec=spec,
        provenance=provenance,
    ) as branches:
        for name, values in six_branches(spec).items():
            for row in rows:
                branches[name][row] = values[row]
    return path
