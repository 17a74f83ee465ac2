"""Comparison of model bundles on the same windows."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path

import numpy as np

from enngene_core.errors import BundleError, SpecError
from enngene_core.evaluation.compared import compared
from enngene_core.evaluation.comparison import ComparisonResult, Judged, write_tables
from enngene_core.evaluation.evaluate import LabelledFiles, evaluate
from enngene_core.evaluation.result import EvaluationResult
from enngene_core.formats.text.table import cell
from enngene_core.models.bundle import check_bundle
from enngene_core.provenance import sha256
from enngene_core.specs.comparison import ComparisonSpec, check_names, told_by_name
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec


def compare(
    models: Sequence[tuple[str, Path]],
    source: Path | LabelledFiles,
    spec: ComparisonSpec = ComparisonSpec(),
    *,
    output: Path | None = None,
    comparisons: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    on_folded: Callable[[int, int], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> ComparisonResult:
    """Judge several models on the same windows, and test how they differ.

    Of files each model makes windows of its own, as those of its training data. An interval or
    sequence that one of them cannot use is left out for all.

    Parameters
    ----------
    models
        Name and bundle of each; their classes are the same, in any order.
    source
        Dataset that has what every model reads, or files of the classes.
    spec
        Which split of a dataset, what is compared with what, and how sure.
    output
        Table of each model's numbers to write.
    comparisons
        Table of the differences and their tests to write.
    execution
        Cores, and memory that the work must fit into.
    on_folded
        Called with the number of folded and of all sequences, if a model of files reads structure.
    on_progress
        Called with the number of finished and of all windows of each model.

    Raises
    ------
    BundleError, DatasetError, IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used, or does not belong to a model.
    InsufficientMemoryError
        If the windows or draws would not fit into memory.
    """
    check_names([name for name, _ in models])
    classes = _common_classes(models)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, path in models:
            own, part, rejected = source, Path(folder, "rejected.tsv"), None
            if isinstance(source, LabelledFiles) and source.rejected is not None:
                own, rejected = replace(source, rejected=part), source.rejected
            with told_by_name(name):
                result = evaluate(
                    path,
                    own,
                    EvaluationSpec(split=spec.split, resamples=0, seed=spec.seed),
                    execution=execution,
                    on_folded=on_folded,
                    on_progress=on_progress,
                )
                if not np.isfinite(result.probabilities).all():
                    raise BundleError(f"{path}: gives probabilities that are not finite")
            found.append(result)
            if rejected is not None:
                _add_rejected(rejected, name, part)
    order = [[result.config.dataset.classes.index(name) for name in classes] for result in found]
    labels = [np.argsort(own)[result.y_true] for own, result in zip(order, found, strict=True)]
    rows, n_left_out = _common_rows(found, labels, isinstance(source, LabelledFiles))
    judged = [
        Judged(
            name,
            result.probabilities[own][:, columns],
            result.config,
            result.is_own_dataset,
            len(result.rejections),
        )
        for (name, _), result, own, columns in zip(models, found, rows, order, strict=True)
    ]
    inputs = {f"model {name}": sha256(path) for name, path in models}
    inputs |= {role: sha256(path) for role, path in _files(source)}
    comparison = compared(
        judged,
        labels[0][rows[0]],
        classes,
        spec,
        split=found[0].split,
        n_left_out=n_left_out,
        inputs=inputs,
        execution=execution,
    )
    write_tables(comparison, output=output, comparisons=comparisons)
    return comparison


def _common_classes(models: Sequence[tuple[str, Path]]) -> tuple[str, ...]:
    """Classes in the order of the first model."""
    classes = None
    for name, path in models:
        with told_by_name(name):
            own = check_bundle(path).dataset.classes
        classes = classes or own
        if sorted(own) != sorted(classes):
            raise SpecError(
                f"model {name} tells apart {', '.join(own)}; expected the classes of model "
                f"{models[0][0]}, {', '.join(classes)}"
            )
    return classes or ()


def _common_rows(
    found: Sequence[EvaluationResult], labels: Sequence[np.ndarray], of_files: bool
) -> tuple[list[np.ndarray], int]:
    """Rows of each result that all have, in one order, and the number of items left out."""
    if not of_files:  # every model gets all windows of a split
        return [np.arange(len(result.y_true)) for result in found], 0
    # An item is a line of its class's file.
    keys = [
        (label.astype(np.int64) << 40) + result.windows.source_row
        for label, result in zip(labels, found, strict=True)
        if result.windows is not None
    ]
    common = reduce(np.intersect1d, keys)
    if not len(common):
        raise SpecError("found no interval or sequence that all models can use; expected some")
    sorters = [np.argsort(key) for key in keys]
    rows = [
        sorter[np.searchsorted(key, common, sorter=sorter)]
        for key, sorter in zip(keys, sorters, strict=True)
    ]
    return rows, len(reduce(np.union1d, keys)) - len(common)


def _add_rejected(path: Path, name: str, of_model: Path) -> None:
    """Add one model's table of rejected rows to that of all."""
    is_first = not path.exists()
    with (
        open(of_model, encoding="utf-8", errors="surrogateescape", newline="\n") as lines,
        open(path, "a", encoding="utf-8", errors="surrogateescape", newline="\n") as table,
    ):
        header = next(lines)
        if is_first:
            table.write(f"model\t{header}")
        for line in lines:
            table.write(f"{cell(name)}\t{line}")


def _files(source: Path | LabelledFiles) -> list[tuple[str, Path]]:
    if isinstance(source, Path):
        return [("dataset", source)]
    references = source.references
    named = [(f"class {item.name}", item.path) for item in source.classes]
    named += [("genome", references.genome)] if references.genome else []
    named += [(f"conservation {n}", path) for n, path in enumerate(references.conservation, 1)]
    named += [(f"track {name}", path) for name, path in references.tracks.items()]
    return named
