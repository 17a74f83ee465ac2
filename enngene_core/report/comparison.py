"""The report of a comparison of models."""

from typing import TYPE_CHECKING

from enngene_core.provenance import software
from enngene_core.report.again import CAREFUL, FIGURES, TABLES, run_again
from enngene_core.report.comparison_cautions import cautions
from enngene_core.report.comparison_figures import comparison_figures
from enngene_core.report.comparison_words import (
    MEAN_OF,
    WORDS,
    difference,
    how_tested,
    number,
    p_value,
    verdict,
)
from enngene_core.report.description import Block, Report, Section, Table, Text, Warning
from enngene_core.report.words import count, listed

if TYPE_CHECKING:
    from enngene_core.evaluation.comparison import ComparedModel, ComparisonResult

_OF_MODELS = ("auroc", "average_precision", "accuracy", "mcc")


def comparison_report(result: "ComparisonResult") -> Report:
    """Which model is the best, and how sure that is, for a biologist."""
    spec = result.spec
    settings = [
        ("compared on", _windows(result)),
        ("compared", "each with the first" if spec.against == "first" else "each with each"),
        ("correction of p-values", spec.correction),
        ("resamples", f"{spec.resamples:,}, seed {spec.seed}"),
    ]
    ran = ("tensorflow", "keras") if result.models[0].judged.config else ()
    provenance = {
        "inputs_sha256": result.inputs,
        "software": software(*ran, "numpy", "scipy", "scikit-learn"),
    }
    return Report(
        f"Comparison of models: which is the best on {result.split or 'these'} windows",
        [
            Section("What was done", _what_was_done(result)),
            Section("Which is the best", _which_is_best(result)),
            Section(CAREFUL, [Warning(text) for text in cautions(result)]),
            Section(FIGURES, comparison_figures(result)),
            Section(TABLES, _tables(result)),
            run_again(settings, provenance),
        ],
    )


def _windows(result: "ComparisonResult") -> str:
    if result.split:
        return f"the {result.split} split"
    if result.models[0].judged.config is None:
        return "tables of predictions"
    return "files of their classes"


def _what_was_done(result: "ComparisonResult") -> list[Block]:
    classes = count(len(result.classes), "class", "classes")
    text = (
        f"{count(len(result.models), 'model')} ({listed([m.name for m in result.models])}) gave "
        f"each of the same {count(len(result.y_true), 'window')} of {_windows(result)} a "
        f"probability for each of {classes} ({listed(result.classes)}). Their numbers are compared "
        "in pairs."
    )
    made = (
        "Each model read windows that were made as those of its own training data, of the same "
        "intervals or sequences."
    )
    of_files = result.split is None and result.models[0].judged.config is not None
    return [Text(text), *([Text(made)] if of_files else [])]


def _which_is_best(result: "ComparisonResult") -> list[Block]:
    told = [Text(text) for text in verdict(result)]
    return [*told, _models(result), Text(how_tested(result))]


def _models(result: "ComparisonResult") -> Table:
    ranked = result.ranked(result.main)
    rows = [
        (model.name, *(number(model, metric, digits=2) for metric in _OF_MODELS))
        for model in ranked
    ]
    caption = (
        "The models, the best first, with the 95 % intervals of their numbers. AUROC and average "
        "precision are means of the classes; 1 is perfect, and guessing gives an AUROC of 0.5."
    )
    return Table("models", caption, ("model", *(WORDS[name] for name in _OF_MODELS)), rows)


def _tables(result: "ComparisonResult") -> list[Table]:
    tables = [_leaders(result)]
    if any(model.judged.config is not None for model in result.models):
        tables.append(_networks(result.models))
    return tables


def _leaders(result: "ComparisonResult") -> Table:
    rows = []
    for metric, words in WORDS.items():
        ranked = result.ranked(metric)
        if len(ranked) < 2:
            continue
        first, second, *_ = ranked
        item = result.between(metric, first.name, second.name)
        p = p_value(item.p_adjusted) if item else "not compared"
        rows.append((words + MEAN_OF.get(metric, ""), first.name, second.name, difference(item), p))
        exact = result.between(metric, first.name, second.name, test="mcnemar")
        if exact:
            p = p_value(exact.p_adjusted)
            rows.append((f"{words}, exact test", first.name, second.name, difference(exact), p))
    caption = (
        "The best model by each number, and its difference from the next best with its 95 % "
        "interval and adjusted p-value; of log loss, Brier score and calibration error less is "
        "better. The table of comparisons has all pairs, and the numbers of classes."
    )
    columns = ("number", "best", "next", "difference", "adjusted p")
    return Table("leaders", caption, columns, rows)


def _networks(models: "list[ComparedModel]") -> Table:
    rows = []
    for model in models:
        config = model.judged.config
        if config is not None:
            seed = "elsewhere" if config.is_imported else f"seed {config.training.seed}"
            branches = listed(list(config.network.branches))
            rows.append(
                (model.name, branches, config.dataset.window, config.n_members, seed,
                 model.judged.n_rejected)
            )  # fmt: skip
    caption = (
        "What each model reads, how wide its windows are (nt), of how many networks it is, how it "
        "was trained, and how many rows of the files became no window of it."
    )
    return Table(
        "networks", caption, ("model", "reads", "window", "networks", "trained", "rejected"), rows
    )
