"""Results made up for figures and reports: small, with every number known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from enngene_core.dataset.checks import Checks
from enngene_core.dataset.leakage import Leakage, SplitLeakage
from enngene_core.dataset.preprocess import PreprocessResult
from enngene_core.dataset.split import SplitResult
from enngene_core.dataset.summary import Summary
from enngene_core.dataset.trivial import GC, KMERS, LENGTH, PADDING, UNKNOWN, TrivialSignal
from enngene_core.evaluation.result import EvaluationResult, score
from enngene_core.interpretation.attributions import Attributions
from enngene_core.interpretation.mutagenesis import as_attributions
from enngene_core.interpretation.result import InterpretationResult
from enngene_core.intervals.rejections import Rejections
from enngene_core.intervals.windows import Windows
from enngene_core.models.bundle import Bundle, BundleConfig
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.interpretation import InterpretationSpec
from enngene_core.specs.preprocess import DatasetSpec
from enngene_core.specs.presets import PRESETS
from enngene_core.specs.shapes import layer_shapes
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.fitted import Fitted, mean_of_kept
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
        network=PRESETS["cnn-gru"].network(BRANCHES),
        dataset=DatasetSpec(classes=tuple(classes), branches=BRANCHES, window=window, seed=7),
        encodings={},
        training=TrainingSpec(epochs=3, seed=11, schedule="constant"),
        metrics={"validation_accuracy": 0.5},
        provenance={
            "inputs_sha256": {f"intervals:{name}": "ab12" * 16 for name in classes},
            "software": {"enngene-core": "0.1.0"},
        },
    )


def dataset_spec(classes: Sequence[str], **changes: Any) -> DatasetSpec:
    """By default divided 1:1:1:1, as most made-up counts are."""
    values = {"branches": BRANCHES, "window": 20, "seed": 7, "ratio": (1, 1, 1, 1), **changes}
    return DatasetSpec(classes=tuple(classes), **values)


def summary(spec: DatasetSpec, counts: np.ndarray) -> Summary:
    """Windows on chr1 and chr2 by turns; lengths from 10 to 40, GC content from .4 to .6.

    A profile of class k is k + position / 10.
    """
    n_windows = dict(zip(spec.classes, counts.sum(axis=1).tolist(), strict=True))
    by_split = counts.sum(axis=0)
    profile = np.arange(len(counts))[:, None] + np.arange(spec.window) / 10
    return Summary(
        counts=counts,
        chromosomes={"chr2": by_split // 2, "chr1": by_split - by_split // 2},
        lengths={name: np.linspace(10, 40, n).astype(np.int64) for name, n in n_windows.items()},
        gc={name: np.linspace(0.4, 0.6, n) for name, n in n_windows.items()},
        n_unknown_bases=0,
        n_padded=np.zeros(len(counts), dtype=np.int64),
        profiles={name: profile.copy() for name in spec.encodings if name != "sequence"},
    )


def preprocess_result(
    classes: Sequence[str], counts: np.ndarray, *, checks: Checks | None = None, **changes: Any
) -> PreprocessResult:
    """Nothing is rejected; `changes` are those of the spec."""
    spec = dataset_spec(classes, **changes)
    return PreprocessResult(
        spec=spec,
        n_intervals=dict(zip(classes, counts.sum(axis=1).tolist(), strict=True)),
        rejections=Rejections.none(),
        n_shifted=0,
        renamed={},
        n_missing={"conservation": 0},
        summary=summary(spec, counts),
        checks=checks,
        provenance=config(classes).provenance,
    )


def split_result(
    classes: Sequence[str], counts: np.ndarray, *, checks: Checks | None = None, **changes: Any
) -> SplitResult:
    """Nothing is left out; `changes` are those of the spec."""
    spec = dataset_spec(classes, **changes)
    return SplitResult(
        spec=spec,
        n_windows=dict(zip(classes, counts.sum(axis=1).tolist(), strict=True)),
        rejections=Rejections.none(),
        summary=summary(spec, counts),
        checks=checks,
        provenance=config(classes).provenance,
    )


def checks(
    n_classes: int, *, overlapping: int = 0, nearly_identical: int = 0, **auroc: float
) -> Checks:
    """Of 100 test windows 50 were compared; class 0 has all of them.

    `auroc` is that of `padding`, `unknown`, ...: of all classes, and of class 1 0.1 more.
    """
    names = {"gc": GC, "length": LENGTH, "padding": PADDING, "unknown": UNKNOWN, "kmers": KMERS}
    signals = []
    for key, name in names.items():
        value = auroc.get(key, 0.5)
        signals.append(TrivialSignal(name, None, value, value - 0.05, value + 0.05, 100))
        for label in range(n_classes if n_classes > 2 else 0):
            own = value + 0.1 * (label == 1)
            signals.append(TrivialSignal(name, label, own, own - 0.05, own + 0.05, 100))
    rows = [
        SplitLeakage("test", label, 100, 50, overlapping, 1, nearly_identical, nearly_identical)
        for label in (None, 0)
    ]
    return Checks(Leakage(0.8, tuple(rows)), tuple(signals), "test")


def rejections(*kinds: tuple[int, str, int]) -> Rejections:
    """Label, kind and number of rows; their lines count from 1."""
    return Rejections.joined(
        [Rejections.of(label, np.arange(1, n + 1), kind) for label, kind, n in kinds]
    )


def training_result(classes: Sequence[str] = ("a", "b")) -> TrainingResult:
    """The second of three epochs is kept; 60 and 40 validation windows."""
    made = config(classes)
    counts = np.zeros((len(classes), 4), dtype=np.int64)
    counts[:, 0], counts[:, 1] = 400, 40
    counts[0, 1] = 60
    fitted = Fitted(
        history=[(1, 0.7, 0.5, 0.69, 0.55), (2, 0.6, 0.7, 0.5, 0.8), (3, 0.5, 0.8, 0.6, 0.7)],
        best_epoch=2,
        stopped_early=False,
        learning_rates=(0.1, 0.05, 0.02),
    )
    made = made.model_copy(update={"metrics": mean_of_kept([fitted])})
    return TrainingResult(
        bundle=Bundle(made, ()),
        fits=(fitted,),
        layers=layer_shapes(made.network, **made.dataset.sizes),
        counts=counts,
        unused_branches=(),
    )


def with_fit(result: TrainingResult, **values: Any) -> TrainingResult:
    """The result with other values of its only network."""
    fitted = replace(result.fits[0], **values)
    metrics = mean_of_kept([fitted])
    config = result.bundle.config.model_copy(update={"metrics": metrics})
    return replace(result, bundle=Bundle(config, ()), fits=(fitted,))


def with_schedule(result: TrainingResult, schedule: str) -> TrainingResult:
    """The result of training with another schedule of the learning rate."""
    training = result.bundle.config.training.model_copy(update={"schedule": schedule})
    config = result.bundle.config.model_copy(update={"training": training})
    return replace(result, bundle=Bundle(config, ()))


def evaluation_result(
    classes: Sequence[str], n_windows: int, *, split: str = "test", resamples: int = 50
) -> EvaluationResult:
    """Random scores that know a little of the true class; classes take turns."""
    rng = np.random.default_rng(1)
    y_true = np.arange(n_windows) % len(classes)
    scores = rng.normal(size=(n_windows, len(classes)))
    scores[np.arange(n_windows), y_true] += 1.5
    probabilities = np.exp(scores)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return score(
        config(classes),
        split,
        y_true,
        probabilities.astype(np.float32),
        spec=EvaluationSpec(resamples=resamples),
        is_own_dataset=True,
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
            chroms=("chr1",),
            chrom=np.zeros(n_windows, dtype=np.int32),
            start=1000 * rows,
            end=1000 * rows + window,
            pad_left=np.zeros(n_windows, dtype=np.int32),
            pad_right=np.zeros(n_windows, dtype=np.int32),
            strand=np.array([b"+"] * n_windows),
            name=np.array([f"peak_{row}".encode() for row in rows]),
            label=np.full(n_windows, -1, dtype=np.int32),
            source_row=rows + 1,
            source_length=np.full(n_windows, window),
        ),
        branches=branches,
        probabilities=probabilities,
        target=target,
        attributions=Attributions(
            scores, np.full(n_windows, -2.0, dtype=np.float32), np.full(n_windows, 16)
        ),
        rejections=Rejections.none(),
    )


def with_difference(result: InterpretationResult, difference: np.ndarray) -> InterpretationResult:
    attributions = replace(result.attributions, difference=difference)
    return replace(result, attributions=attributions)


def mutagenesis_result(*, n_windows: int = 6, window: int = 20) -> InterpretationResult:
    """To T lowers the output by 1.5 at position 3 (from 0) of each window; all else by nothing."""
    result = interpretation_result(n_windows=n_windows, window=window)
    codes = result.branches["sequence"]
    codes[:, 3] = 0
    effects = np.zeros((n_windows, window, 4), dtype=np.float32)
    effects[:, 3, 3] = -1.5
    effects[codes == 4] = np.nan
    return replace(
        result,
        spec=result.spec.model_copy(update={"method": "mutagenesis"}),
        attributions=as_attributions(effects),
        effects=effects,
    )
