"""The report of interpretation."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.report.again import CAREFUL, FIGURES, TABLES, model_facts, run_again
from enngene_core.report.description import Block, Report, Section, Table, Text, Warning
from enngene_core.report.interpretation_figures import coloured_windows, interpretation_figures
from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.interpretation.result import InterpretationResult

_UNSURE = 0.5
_BASELINES = {
    "uniform": "a window in which every base and every structure is equally likely at each "
    "position, and all scores are 0",
    "zero": "a window without any information (unknown bases, no structure, scores of 0)",
    "shuffled": "{shuffles} shuffles of its own bases, which keep the number of each pair of "
    "neighbours (structures equally likely, scores of 0)",
}


def interpretation_report(result: "InterpretationResult") -> Report:
    """Which positions mattered, for a biologist."""
    spec, config = result.spec, result.config
    settings = [
        ("explained class", spec.target or "the predicted class of each window"),
        ("method", spec.method),
        ("explained output", spec.of),
        *_settings_of_method(result),
        ("windows in a figure, at most", f"{spec.top}"),
        *model_facts(config),
    ]
    return Report(
        "Interpretation: which positions speak for a class",
        [
            Section("What was done", _what_was_done(result)),
            Section(CAREFUL, [Warning(text) for text in _cautions(result)]),
            Section(FIGURES, [*interpretation_figures(result), *coloured_windows(result)]),
            Section(TABLES, _tables(result)),
            run_again(settings, config.provenance),
        ],
    )


def _settings_of_method(result: "InterpretationResult") -> list[tuple[str, str]]:
    spec = result.spec
    if spec.method == "mutagenesis":
        return []
    settings: list[tuple[str, str]] = [("baseline", spec.baseline)]
    if spec.baseline == "shuffled":
        settings.append(("shuffles", f"{spec.shuffles:,}"))
    if spec.method == "smoothgrad":
        settings += [("noisy copies", f"{spec.samples:,}"), ("noise", f"{spec.noise:g}")]
    else:
        settings += [("tolerance", f"{spec.tolerance:g}"), ("steps, at most", f"{spec.steps:,}")]
    if spec.method == "smoothgrad" or spec.baseline == "shuffled":
        settings.append(("seed", str(spec.seed)))
    return settings


def _branch_shares(result: "InterpretationResult", rows: np.ndarray) -> dict[str, float]:
    """Share of each branch in the sum of the absolute contributions of some windows."""
    scores = result.attributions.branches
    sums = {name: float(np.abs(values[rows]).sum()) for name, values in scores.items()}
    total = sum(sums.values())
    return {name: value / total if total else float("nan") for name, value in sums.items()}


def _what_was_done(result: "InterpretationResult") -> list[Block]:
    spec = result.spec
    of_class = (
        f"the class {listed([spec.target])}" if spec.target else "the window's own predicted class"
    )
    score = "probability of" if spec.of == "probabilities" else "score (logit) for"
    of_sequences = " of ready sequences" if result.of_sequences else ""
    windows = f"For each of {count(len(result.windows), 'window')}{of_sequences}"
    blocks: list[Block] = []
    if spec.method == "mutagenesis":
        blocks.append(
            Text(
                f"{windows}, each base of the sequence was replaced by each of the three others, "
                f"and the network read the result: an effect is what its {score} {of_class} gains "
                "or loses. A position's contribution is what it loses on average; a position whose "
                "base can be replaced without a loss does not count."
            )
        )
    else:
        against = _BASELINES[spec.baseline].format(shuffles=f"{spec.shuffles:,}")
        if spec.method == "smoothgrad":
            how = (
                "SmoothGrad (Smilkov et al. 2017) gave every position in every branch the mean "
                f"slope of the network's {score} {of_class} at {spec.samples:,} noisy copies of "
                "the window, times the step from the baseline"
            )
            end = "Unlike those of Integrated Gradients, they need not add up to anything."
        else:
            how = (
                "Integrated Gradients (Sundararajan, Taly and Yan, ICML 2017) gave every position "
                f"in every branch a contribution to the network's {score} {of_class}"
            )
            end = "Together they make up the difference of the two outputs."
        blocks.append(
            Text(
                f"{windows}, {how}. Positive contributions speak for the class, negative ones "
                f"against it. They are measured from {against}. {end}"
            )
        )
    if len(result.windows):
        blocks += _how_good(result)
        if len(result.attributions.branches) > 1:
            shares = _branch_shares(result, np.arange(len(result.windows)))
            words = ", ".join(f"{name} {percent(share)}" for name, share in shares.items())
            blocks.append(
                Text(f"Of all contributions, regardless of sign, the branches hold: {words}.")
            )
    return blocks


def _how_good(result: "InterpretationResult") -> list[Block]:
    steps = result.attributions.steps
    if result.spec.method != "integrated-gradients" or steps is None:
        return []
    n_complete = int(np.count_nonzero(result.is_complete))
    return [
        Text(
            "How exact the contributions are, their sum tells: it misses the difference that it "
            f"should be by {percent(result.median_completeness_error)} in the median window. "
            f"{count(n_complete, 'window')} of {len(result.windows):,} are within the tolerance of "
            f"{percent(result.spec.tolerance)}, with {int(np.median(steps)):,} steps in the median "
            f"and {int(steps.max()):,} at most."
        )
    ]


def _cautions(result: "InterpretationResult") -> list[str]:
    found = []
    spec, n = result.spec, len(result.windows)
    error, steps = result.attributions.completeness_error, result.attributions.steps
    n_large = int(np.count_nonzero(~result.is_complete))
    if n_large and steps is not None and spec.method == "integrated-gradients":
        found.append(
            f"In {count(n_large, 'window')} of {n:,} the contributions miss the difference that "
            f"they explain by more than {percent(spec.tolerance)} (at most "
            f"{percent(error.max())}), even with {int(steps.max()):,} steps. They are marked in "
            "the tables; where the difference is near 0, a large relative error means little."
        )
    if spec.method == "mutagenesis" and len(result.branches) > 1:
        others = listed([name for name in result.branches if name != "sequence"])
        found.append(
            f"Only the sequence was changed, and {others} stayed as before. A real substitution "
            "may change the structure, too."
        )
    if result.rejections:
        what = "sequence" if result.of_sequences else "interval"
        found.append(
            f"{count(len(result.rejections), what)} could not be used and "
            f"{'is' if len(result.rejections) == 1 else 'are'} not shown."
        )
    classes = result.config.dataset.classes
    labels = result.explained
    if not spec.target and len(labels) == 1 and n > 1:
        found.append(
            f"Every window was predicted to be {listed([classes[labels[0]]])}, so nothing is shown "
            "of the other classes. A target class shows what speaks for one of them."
        )
    of_target = result.probabilities[np.arange(n), result.target]
    n_unsure = int(np.count_nonzero(of_target < _UNSURE))
    if n_unsure:
        found.append(
            f"In {count(n_unsure, 'window')} of {n:,} the explained class has a probability below "
            f"{_UNSURE:g}: the network itself is not convinced there."
        )
    accuracy = result.config.metrics.get("validation_accuracy")
    quality = (
        f" It was right about {percent(accuracy)} of its validation windows." if accuracy else ""
    )
    found.append(
        "Contributions tell what this network uses, right or wrong, and not what the cell uses."
        f"{quality} A pattern is worth believing if it recurs in many windows and in models "
        "trained with other seeds."
    )
    return found


def _tables(result: "InterpretationResult") -> list[Block]:
    return [_classes(result), _windows(result)]


def _classes(result: "InterpretationResult") -> Table:
    has_steps = result.spec.method == "integrated-gradients"
    columns = ["class", "windows", "mean_probability"]
    caption = "Explained classes: windows, mean probability of the class"
    if has_steps:
        columns.append("windows_above_tolerance")
        caption += ", windows with a completeness error above the tolerance"
    rows = []
    for label in result.explained:
        of_class = np.flatnonzero(result.target == label)
        mean = float(result.probabilities[of_class, label].mean())
        row = [result.config.dataset.classes[label], len(of_class), mean]
        if has_steps:
            row.append(int(np.count_nonzero(~result.is_complete[of_class])))
        rows.append([*row, *_branch_shares(result, of_class).values()])
    columns += [f"{branch}_share" for branch in result.attributions.branches]
    caption += ", and each branch's share of the contributions, regardless of sign."
    return Table("classes", caption, columns, rows)


def _windows(result: "InterpretationResult") -> Table:
    """A row for each window, with its completeness error."""
    attributions = result.attributions
    columns = [*result.place_columns, "class", "probability"]
    caption = "Each window: its place, the explained class, the probability of that class"
    if attributions.steps is not None:
        columns += ["completeness_error", "steps"]
        caption += ", its completeness error, and the steps or noisy copies that it took"
    rows = []
    for index in range(len(result.windows)):
        label = int(result.target[index])
        row = [
            *result.place(index),
            result.config.dataset.classes[label],
            float(result.probabilities[index, label]),
        ]
        if attributions.steps is not None:
            row += [float(attributions.completeness_error[index]), int(attributions.steps[index])]
        rows.append(row)
    return Table("windows", f"{caption}.", columns, rows)
