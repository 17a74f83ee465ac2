"""Figures of an interpretation, with their numbers, and windows as coloured text."""

from typing import TYPE_CHECKING

import numpy as np

from enngene_core.branches.codes import decode
from enngene_core.plots.attribution_logos import WIDEST, AttributionLogosDisplay
from enngene_core.plots.attributions import AttributionsDisplay, ground_colours, window_title
from enngene_core.plots.mutagenesis import MutagenesisDisplay
from enngene_core.report.description import (
    Block,
    ColouredRow,
    ColouredText,
    Figure,
    Table,
    Text,
)
from enngene_core.report.words import count, listed

if TYPE_CHECKING:
    from enngene_core.interpretation.result import InterpretationResult

#: Classes with figures; drawing takes seconds for each.
MOST_FIGURES = 20
#: Letters of coloured text on a page: some 3 MB.
_MOST_LETTERS = 60_000
#: Stands for a score in coloured text.
_SCORE = "\N{MIDDLE DOT}"


def interpretation_figures(result: "InterpretationResult") -> list[Block]:
    """What each explained class looks like, that with most windows first."""
    labels = result.explained
    blocks: list[Block] = []
    for label in labels[:MOST_FIGURES]:
        if result.effects is not None:
            blocks.append(_heat_map(result, label))
        else:
            blocks.append(_attributions(result, label))
        logos = AttributionLogosDisplay(result, label)
        if logos.branches and result.config.dataset.window <= WIDEST:
            blocks.append(_logos(result, label))
    if len(labels) > MOST_FIGURES:
        blocks.append(
            Text(
                f"Figures show the {MOST_FIGURES} classes with most windows, of {len(labels):,}; "
                "the tables of the tool have all windows."
            )
        )
    return blocks or [Text("There is no window to show.")]


def coloured_windows(result: "InterpretationResult") -> list[Block]:
    """The highest scoring windows of each class as text, as many as a page can hold."""
    blocks: list[Block] = []
    scores = result.attributions.branches
    n_each = len(scores) * result.config.dataset.window
    left = _MOST_LETTERS // n_each
    for label in result.explained[:MOST_FIGURES]:
        shown = result.top(label)[:left]
        left -= len(shown)
        if not len(shown):
            break
        name = listed([result.config.dataset.classes[label]])
        items = [
            (window_title(result, index, longest=60), _coloured(result, index))
            for index in shown.tolist()
        ]
        caption = (
            f"{name}: {count(len(shown), 'window')} with the highest probability, as text that can "
            "be copied. The ground is the contribution of the position, from blue (against the "
            "class) over white to red (for it), on one scale for all rows of a window. A dot "
            "stands for a score."
        )
        blocks.append(ColouredText(caption, items))
    return blocks


def _coloured(result: "InterpretationResult", index: int) -> list[ColouredRow]:
    scores = {name: values[index] for name, values in result.attributions.branches.items()}
    largest = max(float(np.abs(values).max()) for values in scores.values())
    rows = []
    for name, values in scores.items():
        encoding = result.config.dataset.encodings[name]
        letters = _SCORE * len(values)
        if encoding.is_coded:
            letters = decode(result.branches[name][index][None], encoding)[0]
        rows.append(ColouredRow(name, letters, ground_colours(values, largest)))
    return rows


def _which(result: "InterpretationResult", label: int, n_shown: int) -> str:
    name = listed([result.config.dataset.classes[label]])
    total = int(np.count_nonzero(result.target == label))
    if n_shown < total:
        windows = count(n_shown, "window")
        return f"The {windows} with the highest probability for {name}, of {total:,}"
    return f"All {count(total, 'window')} explained as {name}, the highest probability first"


def _places(result: "InterpretationResult") -> str:
    """How titles are to be read."""
    places = "0-based and half-open, as in BED"
    if result.of_sequences:
        places = f"those of the window in its sequence, {places}"
    errors = ""
    if result.attributions.difference is not None:
        errors = (
            "; the error is how far the sum of all contributions is from the difference that they "
            "explain"
        )
    return f"Places in titles are {places}{errors}."


def _letters(display: AttributionsDisplay) -> str:
    if display.has_letters:
        return "Letters are what the network read, in its direction of reading"
    return "A window is too wide for letters"


def _attributions(result: "InterpretationResult", label: int) -> Figure:
    display = AttributionsDisplay(result, label)
    bars = "".join(
        f" Bars are the scores of {branch}; the longest one stands for "
        f"{display.longest_bar(branch):.3g}."
        for branch in display.branches
        if not result.config.dataset.encodings[branch].is_coded
    )
    file_name = f"attributions_{label + 1}"
    return Figure(
        file_name,
        f"{_which(result, label, len(display.shown))}. {_letters(display)}; the ground is the "
        "contribution of the position, from blue (against the class) over white to red (for it), "
        f"on one scale for all branches of a window, which stands beside its title.{bars} "
        f"{_places(result)}",
        lambda: AttributionsDisplay(result, label).plot().figure,
        _numbers(result, file_name, display.shown),
    )


def _heat_map(result: "InterpretationResult", label: int) -> Figure:
    display = MutagenesisDisplay(result, label)
    file_name = f"substitutions_{label + 1}"
    score = "logit" if result.spec.of == "logits" else "probability"
    return Figure(
        file_name,
        f"{_which(result, label, len(display.shown))}. A row for each base that could stand at a "
        f"position, from blue (the {score} of the class falls) over white to red (it rises), on "
        f"one scale for the window, which stands beside its title. {_letters(display)}; a position "
        f"without a known base is grey. {_places(result)}",
        lambda: MutagenesisDisplay(result, label).plot().figure,
        _numbers(result, file_name, display.shown),
    )


def _letterless(result: "InterpretationResult") -> str:
    encodings = result.config.dataset.encodings
    names = [name for name in result.attributions.branches if not encodings[name].is_coded]
    return f" Scores have no letters and are not shown here: {listed(names)}." if names else ""


def _logos(result: "InterpretationResult", label: int) -> Figure:
    shown = AttributionLogosDisplay(result, label).shown
    file_name = f"logos_{label + 1}"
    return Figure(
        file_name,
        f"{_which(result, label, len(shown))}. Letters are as tall as the contribution of their "
        "position: above the line they speak for the class, below it against it. All rows of a "
        f"window have one scale.{_letterless(result)} {_places(result)}",
        lambda: AttributionLogosDisplay(result, label).plot().figure,
        _numbers(result, file_name, shown),
    )


def _numbers(result: "InterpretationResult", file_name: str, shown: np.ndarray) -> Table:
    """A row for each position of the windows in a figure."""
    columns = ["rank", *result.place_columns, "position"]
    for branch in result.attributions.branches:
        columns += [branch, f"{branch}_attribution"]
    encodings = result.config.dataset.encodings
    if result.effects is not None:
        columns += [f"to_{base}" for base in encodings["sequence"].symbols]
    rows = []
    for rank, index in enumerate(shown, start=1):
        per_column: list[list[str] | list[float]] = []
        for branch, scores in result.attributions.branches.items():
            one, encoding = result.branches[branch][index], encodings[branch]
            per_column.append(
                list(decode(one[None], encoding)[0])
                if encoding.is_coded
                else one.astype(float).tolist()
            )
            per_column.append(scores[index].astype(float).tolist())
        if result.effects is not None:
            per_column += result.effects[index].T.astype(float).tolist()
        about = (rank, *result.place(index))
        rows += [
            (*about, position, *values)
            for position, values in enumerate(zip(*per_column, strict=True), start=1)
        ]
    return Table(file_name, "Every position of the windows in the figure.", columns, rows)
