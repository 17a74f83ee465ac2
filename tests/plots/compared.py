"""Comparisons made up for figures, reports and tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from enngene_core.evaluation.compared import compared
from enngene_core.evaluation.comparison import ComparisonResult, Judged
from enngene_core.specs.comparison import ComparisonSpec
from enngene_core.specs.execution import ExecutionSpec

ONE_CORE = ExecutionSpec(threads=1)


def predicted(
    classes: Sequence[str], n_windows: int, skills: Sequence[float], *, seed: int = 1
) -> tuple[np.ndarray, list[np.ndarray]]:
    """True classes in turn, and probabilities of models that share what is hard for them.

    Parameters
    ----------
    skills
        How much the true class adds to each model's score.
    """
    rng = np.random.default_rng(seed)
    y_true = np.arange(n_windows) % len(classes)
    shared = rng.normal(size=(n_windows, len(classes)))
    found = []
    for skill in skills:
        scores = shared + 0.6 * rng.normal(size=shared.shape)
        scores[np.arange(n_windows), y_true] += skill
        found.append(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True))
    return y_true, [probabilities.astype(np.float32) for probabilities in found]


def comparison_result(
    names: Sequence[str],
    classes: Sequence[str],
    n_windows: int,
    *,
    skills: Sequence[float] | None = None,
    resamples: int = 200,
    split: str | None = "test",
    n_left_out: int = 0,
    judged: dict[str, Any] | None = None,
    **spec: Any,
) -> ComparisonResult:
    """Models of rising skill; `judged` are further attributes of all of them."""
    skills = skills or [1 + 0.3 * number for number in range(len(names))]
    y_true, probabilities = predicted(classes, n_windows, skills)
    models = [
        Judged(name, found, **(judged or {}))
        for name, found in zip(names, probabilities, strict=True)
    ]
    return compared(
        models,
        y_true,
        tuple(classes),
        ComparisonSpec(resamples=resamples, **spec),
        split=split,
        n_left_out=n_left_out,
        execution=ONE_CORE,
    )
