"""Results made up for figures and reports: small, with every number known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from enngene_core.dataset.preprocess import PreprocessResult
from enngene_core.evaluation.evaluate import EvaluationResult, score
from enngene_core.interpretation.integrated_gradients import Attributions
from enngene_core.interpretation.result import InterpretationResult
from enngene_core.intervals.windows import Rejection, Windows
from enngene_core.models.bundle import Bundle, BundleConfig
from enngene_core.specs.interpretation import InterpretationSpec
from enngene_core.specs.network import default_network
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.shapes import layer_shapes
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.train import TrainingResult

BRANCHES = ("sequence", "structure", "conservation")
#: Names that mean something in HTML, Markdown, mathtext, spreadsheets and legends.
HOSTILE = (
    "<script>alert(1)</script>",
    "$x_1$ and $\\frac$",
    "a](javascript:alert(1))",
    "```galaxy",
    "=cmd|' /C calc'!A0",
    "_hidden",
    "| cell | **bold** | <br>",
    "${galaxy history_dataset_name(output=report)}",
)


def names(n_classes: int) -> tuple[str, ...]:
    return tuple(f"class_{number}" for number in range(n_classes))


def config(classes: Sequence[str], *, window: int = 20) -> BundleConfig:
    return BundleConfig(
        network=default_network(BRANCHES),
        dataset=DatasetSpec(classes=tuple(classes), branches=BRANCHES, window=window, seed=7),
        encodings={},
        training=TrainingSpec(epochs=3, seed=11),
        metrics={"validation_accuracy": 0.5},
        provenance={
            "inputs_sha256": {f"intervals:{name}": "ab12" * 16 for name in classes},
            "software": {"enngene-core": "0.1.0"},
        },
    )


def preprocess_result(classes: Sequence[str], counts: np.ndarray) -> PreprocessResult:
    made = config(classes)
    n_windows = counts.sum(axis=1)
    return PreprocessResult(
        spec=made.dataset,
        n_intervals={name: int(n) for name, n in zip(classes, n_windows, strict=True)},
        counts=counts,
        rejections=[],
        n_shifted=0,
        n_unknown_bases=0,
        n_unscored_bases=0,
        gc={
            name: np.linspace(0.4, 0.6, max(int(n), 1))
            for name, n in zip(classes, n_windows, strict=True)
        },
        provenance=made.provenance,
    )


def rejection(class_name: str, reason: str) -> Rejection:
    return Rejection(class_name, 3, "chr1", 5, 10, "peak", "+", reason)


def training_result(classes: Sequence[str] = ("a", "b")) -> TrainingResult:
    """The second of three epochs is kept; 60 and 40 validation windows."""
    made = config(classes)
    counts = np.zeros((len(classes), 4), dtype=np.int64)
    counts[:, 0], counts[:, 1] = 400, 40
    counts[0, 1] = 60
    return TrainingResult(
        bundle=Bundle(made, None),
        history=[(1, 0.7, 0.5, 0.69, 0.55), (2, 0.6, 0.7, 0.5, 0.8), (3, 0.5, 0.8, 0.6, 0.7)],
        best_epoch=2,
        stopped_early=False,
        layers=layer_shapes(made.network, width=20, n_classes=len(classes)),
        counts=counts,
        unused_branches=(),
    )


def evaluation_result(
    classes: Sequence[str], n_windows: int, *, split: str = "test"
) -> EvaluationResult:
    """Random scores that know a little of the true class; classes take turns."""
    rng = np.random.default_rng(1)
    y_true = np.arange(n_windows) % len(classes)
    scores = rng.normal(size=(n_windows, len(classes)))
    scores[np.arange(n_windows), y_true] += 1.5
    probabilities = np.exp(scores)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return score(
        config(classes), split, y_true, probabilities.astype(np.float32), is_own_dataset=True
    )


def interpretation_result(
    classes: Sequence[str] = ("a", "b"), *, n_windows: int = 6, window: int = 20, top: int = 10
) -> InterpretationResult:
    """Windows are explained in turn; position 3 (from 0) of each sequence alone matters."""
    rng = np.random.default_rng(1)
    rows = np.arange(n_windows)
    target = rows % len(classes)
    probabilities = np.full((n_windows, len(classes)), 0.1 / len(classes), dtype=np.float32)
    probabilities[rows, target] = 0.6 + 0.3 * rows / n_windows
    branches = {
        "sequence": rng.integers(0, 5, (n_windows, window)).astype(np.uint8),
        "structure": rng.integers(0, 3, (n_windows, window)).astype(np.uint8),
        "conservation": rng.normal(size=(n_windows, window)).astype(np.float32),
    }
    scores = {name: np.zeros((n_windows, window), dtype=np.float32) for name in branches}
    scores["sequence"][:, 3] = -2.0
    return InterpretationResult(
        config=config(classes, window=window),
        spec=InterpretationSpec(top=top),
        windows=Windows(
            chrom=np.array(["chr1"] * n_windows, dtype=object),
            start=1000 * rows,
            end=1000 * rows + window,
            strand=np.array(["+"] * n_windows, dtype=object),
            name=np.array([f"peak_{row}" for row in rows], dtype=object),
            label=np.full(n_windows, -1, dtype=np.int32),
            source_row=rows + 1,
        ),
        branches=branches,
        probabilities=probabilities,
        target=target,
        attributions=Attributions(scores, np.full(n_windows, -2.0, dtype=np.float32)),
        rejections=[],
    )


def with_difference(result: InterpretationResult, difference: np.ndarray) -> InterpretationResult:
    attributions = Attributions(result.attributions.branches, difference)
    return replace(result, attributions=attributions)
