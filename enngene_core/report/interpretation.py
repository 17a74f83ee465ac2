"""The report of interpretation."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.branches.codes import decode
from enngene_core.plots.attributions import AttributionsDisplay
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, model_facts, run_again
from enngene_core.report.description import Block, Figure, Report, Section, Table, Text, Warning
from enngene_core.report.words import count, listed, percent

if TYPE_CHECKING:
    from enngene_core.interpretation.result import InterpretationResult

#: Classes with a figure; drawing takes seconds for each.
MOST_FIGURES = 20
#: Relative gap between the sum of the contributions and the difference that they explain.
LARGE_ERROR = 0.05
_UNSURE = 0.5


def interpretation_report(result: "InterpretationResult") -> Report:
    """Which positions mattered, for a biologist."""
    config = result.config
    settings = [
        ("explained class", result.spec.target or "the predicted class of each window"),
        ("steps", f"{result.spec.steps:,}"),
        ("windows in a figure, at most", f"{result.spec.top}"),
        *model_facts(config),
    ]
    return Report(
        "Interpretation: which positions speak for a class",
        [
            Section("What was done", _what_was_done(result)),
            Section(CAREFUL, [Warning(text) for text in _cautions(result)]),
            Section(FIGURES, _figures(result)),
            Section(TABLES, _tables(result)),
            run_again(settings, config.provenance),
        ],
    )


def _explained(result: "InterpretationResult") -> list[int]:
    """Labels of the explained classes, the one with most windows first."""
    counts = np.bincount(result.target, minlength=len(result.config.dataset.classes))
    order = np.argsort(-counts, kind="stable")
    return [int(label) for label in order if counts[label]]


def _branch_shares(result: "InterpretationResult", rows: np.ndarray) -> dict[str, float]:
    """Share of each branch in the sum of the absolute contributions of some windows."""
    sums = {
        name: float(np.abs(result.attributions.branches[name][rows]).sum())
        for name in result.branches
    }
    total = sum(sums.values())
    return {name: value / total if total else float("nan") for name, value in sums.items()}


def _what_was_done(result: "InterpretationResult") -> list[Block]:
    spec = result.spec
    explained = (
        f"the class {listed([spec.target])}" if spec.target else "the window's own predicted class"
    )
    of_sequences = " of ready sequences" if result.of_sequences else ""
    blocks: list[Block] = [
        Text(
            f"For each of {count(len(result.windows), 'window')}{of_sequences}, Integrated "
            "Gradients (Sundararajan, Taly and Yan, ICML 2017) gave every position in every branch "
            f"a contribution to the network's score for {explained}. Positive contributions speak "
            "for the class, negative ones against it. They are measured from a window without any "
            "information (unknown bases, no structure, scores of 0), and together they make up "
            "the difference of the two scores (logits)."
        )
    ]
    if len(result.windows) and len(result.branches) > 1:
        shares = _branch_shares(result, np.arange(len(result.windows)))
        words = ", ".join(f"{name} {percent(share)}" for name, share in shares.items())
        blocks.append(
            Text(f"Of all contributions, regardless of sign, the branches hold: {words}.")
        )
    return blocks


def _cautions(result: "InterpretationResult") -> list[str]:
    found = []
    n = len(result.windows)
    error = result.attributions.completeness_error
    n_large = int(np.count_nonzero(error > LARGE_ERROR))
    if n_large:
        found.append(
            f"In {count(n_large, 'window')} of {n:,} the contributions miss the difference that "
            f"they explain by more than {percent(LARGE_ERROR)} (at most {percent(error.max())}). "
            f"More steps (now {result.spec.steps:,}) are more exact; where the difference is near "
            "0, a large relative error means little."
        )
    if result.rejections:
        what = "sequence" if result.of_sequences else "interval"
        found.append(
            f"{count(len(result.rejections), what)} could not be used and "
            f"{'is' if len(result.rejections) == 1 else 'are'} not shown."
        )
    classes = result.config.dataset.classes
    labels = _explained(result)
    if not result.spec.target and len(labels) == 1 and n > 1:
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


def _figures(result: "InterpretationResult") -> list[Block]:
    labels = _explained(result)
    blocks: list[Block] = [_figure(result, label) for label in labels[:MOST_FIGURES]]
    if len(labels) > MOST_FIGURES:
        blocks.append(
            Text(
                f"Figures show the {MOST_FIGURES} classes with most windows, of {len(labels):,}; "
                "the tables of the tool have all windows."
            )
        )
    return blocks or [Text("There is no window to show.")]


def _figure(result: "InterpretationResult", label: int) -> Figure:
    display = AttributionsDisplay(result, label)
    name = listed([result.config.dataset.classes[label]])
    total = int(np.count_nonzero(result.target == label))
    n_shown = len(display.shown)
    which = (
        f"The {count(n_shown, 'window')} with the highest probability for {name}, of {total:,}"
        if n_shown < total
        else f"All {count(total, 'window')} explained as {name}, the highest probability first"
    )
    letters = (
        "Letters are what the network read, in its direction of reading"
        if display.has_letters
        else "A window is too wide for letters"
    )
    bars = "".join(
        f" Bars are the scores of {branch}; the longest one stands for "
        f"{display.longest_bar(branch):.3g}."
        for branch in result.branches
        if not result.config.dataset.encodings[branch].is_coded
    )
    places = "0-based and half-open, as in BED"
    if result.of_sequences:
        places = f"those of the window in its sequence, {places}"
    file_name = f"attributions_{label + 1}"
    return Figure(
        file_name,
        f"{which}. {letters}; the ground is the contribution of the position, from blue (against "
        "the class) over white to red (for it), on one scale for all branches of a window, which "
        f"stands beside its title.{bars} Places are {places}.",
        lambda: AttributionsDisplay(result, label).plot().figure,
        _numbers(result, file_name, display.shown),
    )


def _numbers(result: "InterpretationResult", file_name: str, shown: np.ndarray) -> Table:
    """A row for each position of the windows in a figure."""
    columns = ["rank", *result.place_columns, "position"]
    for branch in result.branches:
        columns += [branch, f"{branch}_attribution"]
    encodings = result.config.dataset.encodings
    rows = []
    for rank, index in enumerate(shown, start=1):
        per_branch: list[list[str] | list[float]] = []
        for branch, values in result.branches.items():
            one, encoding = values[index], encodings[branch]
            per_branch.append(
                list(decode(one[None], encoding)[0])
                if encoding.is_coded
                else one.astype(float).tolist()
            )
            per_branch.append(result.attributions.branches[branch][index].astype(float).tolist())
        about = (rank, *result.place(index))
        rows += [
            (*about, position, *values)
            for position, values in enumerate(zip(*per_branch, strict=True), start=1)
        ]
    return Table(file_name, "Every position of the windows in the figure.", columns, rows)


def _tables(result: "InterpretationResult") -> list[Block]:
    classes = result.config.dataset.classes
    error = result.attributions.completeness_error
    rows = []
    for label in _explained(result):
        of_class = np.flatnonzero(result.target == label)
        rows.append(
            (
                classes[label],
                len(of_class),
                float(result.probabilities[of_class, label].mean()),
                int(np.count_nonzero(error[of_class] > LARGE_ERROR)),
                *_branch_shares(result, of_class).values(),
            )
        )
    columns = ("class", "windows", "mean_probability", "windows_with_large_error")
    caption = (
        "Explained classes: windows, mean probability of the class, windows with a completeness "
        f"error above {percent(LARGE_ERROR)}, and each branch's share of the contributions."
    )
    shares = [f"{branch}_share" for branch in result.branches]
    return [Table("classes", caption, (*columns, *shares), rows)]
